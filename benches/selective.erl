%% kind: concurrent
%% size: 100000
%% quick: 2000
%% Receives of a process behind whose back messages lie that it does not want yet: calls, whose answer can only come
%% after their reference was made; one message that nothing is known of; and then the messages themselves.
-module(selective).
-export([main/1]).

-define(SEARCHES, 100).

main(Args) ->
    Queued = bench:size(Args),
    Server = spawn(fun serve/0),
    [self() ! {queued, I, [self()]} || I <- lists:seq(1, Queued)],
    each(selective_call, Queued, ns, fun() -> calls(Queued, Server) end),
    each(selective_search, ?SEARCHES, us, fun() -> searches(?SEARCHES) end),
    each(selective_drain, Queued, ns, fun() -> drain(Queued) end).

each(Name, Times, Unit, Fun) ->
    Start = erlang:monotonic_time(),
    Fun(),
    Elapsed = erlang:convert_time_unit(erlang:monotonic_time() - Start, native, nanosecond),
    bench:report(Name, Elapsed / Times / nanoseconds(Unit), Unit).

nanoseconds(ns) -> 1;
nanoseconds(us) -> 1000.

calls(0, _) -> ok;
calls(N, Server) ->
    Ref = monitor(process, Server),
    Server ! {call, self(), Ref, N},
    receive
        {Ref, N} -> demonitor(Ref, [flush])
    end,
    calls(N - 1, Server).

serve() ->
    receive
        {call, From, Ref, N} ->
            From ! {Ref, N},
            serve()
    end.

searches(0) -> ok;
searches(N) ->
    self() ! {wanted, N},
    receive {wanted, N} -> searches(N - 1) end.

drain(0) -> ok;
drain(N) -> receive {queued, _, _} -> drain(N - 1) end.
