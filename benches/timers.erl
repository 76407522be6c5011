%% kind: concurrent
%% size: 1000000
%% quick: 20000
%% Timers that are set and cancelled before they fire, all armed at once; and others that all fire in one second.
-module(timers).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    Timers = each(timers_set, N, fun() -> set(N, []) end),
    each(timers_cancel, N, fun() -> cancel(Timers) end),
    fire(N div 10).

each(Name, N, Fun) ->
    Start = erlang:monotonic_time(),
    Result = Fun(),
    Elapsed = erlang:monotonic_time() - Start,
    bench:report(Name, erlang:convert_time_unit(Elapsed, native, nanosecond) / N, ns),
    Result.

%% Between ten and twenty minutes from now.
set(0, Timers) -> Timers;
set(N, Timers) ->
    Timer = erlang:start_timer(600000 + N * 7919 rem 600000, self(), never),
    set(N - 1, [Timer | Timers]).

cancel([]) -> ok;
cancel([Timer | Timers]) ->
    Left = erlang:cancel_timer(Timer),
    true = is_integer(Left),
    cancel(Timers).

%% How late the messages of timers are read on average, whose deadlines lie within one second.
fire(N) ->
    Start = erlang:monotonic_time(millisecond) + 1000,
    [erlang:send_after(Start + I * 1000 div N, self(), {due, Start + I * 1000 div N}, [{abs, true}])
        || I <- lists:seq(1, N)],
    bench:report(timers_late, late(N, 0) / N, us).

late(0, Sum) -> Sum;
late(N, Sum) ->
    receive
        {due, Due} -> late(N - 1, Sum + erlang:monotonic_time(microsecond) - Due * 1000)
    end.
