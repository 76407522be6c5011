%% kind: concurrent
%% size: 1000000
%% quick: 20000
%% A million live processes, each answering a call, while a bystander takes a short sleep again and again and notes by
%% how much it was late.
-module(million).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    bench:mark_memory(million_memory, 0),
    Bystander = spawn(fun() -> bystander([]) end),
    Pids = bench:timed(million_start, fun() -> start(N, []) end),
    bench:mark_memory(million_memory, N),
    Start = erlang:monotonic_time(),
    call_all(Pids, N),
    Elapsed = erlang:monotonic_time() - Start,
    bench:report(million_call, erlang:convert_time_unit(Elapsed, native, nanosecond) / N, ns),
    Bystander ! {report, self()},
    Late = receive {late, L} -> lists:sort(L) end,
    bench:report(million_bystander_median, lists:nth(length(Late) div 2 + 1, Late), us),
    bench:report(million_bystander_p99, lists:nth(length(Late) * 99 div 100 + 1, Late), us),
    bench:report(million_bystander_worst, lists:last(Late), us).

start(0, Pids) -> Pids;
start(N, Pids) -> start(N - 1, [spawn(fun() -> serve(N) end) | Pids]).

serve(Number) ->
    receive
        {call, From, Ref} ->
            From ! {Ref, Number},
            serve(Number)
    end.

call_all([], _) -> ok;
call_all([Pid | Pids], Sum) ->
    Ref = monitor(process, Pid),
    Pid ! {call, self(), Ref},
    receive
        {Ref, Number} ->
            demonitor(Ref, [flush]),
            call_all(Pids, Sum + Number)
    end.

bystander(Late) ->
    Start = erlang:monotonic_time(),
    receive
        {report, To} -> To ! {late, Late}
    after 1 ->
        Elapsed = erlang:monotonic_time() - Start,
        bystander([erlang:convert_time_unit(Elapsed, native, microsecond) - 1000 | Late])
    end.
