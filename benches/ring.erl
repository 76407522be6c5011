%% kind: concurrent
%% size: 2000000
%% quick: 100000
%% schedulers: 1 2
%% A token goes round a ring of a thousand processes.
-module(ring).
-export([main/1]).

-define(PROCESSES, 1000).

main(Args) ->
    Hops = bench:size(Args),
    First = build(?PROCESSES, self()),
    bench:timed(ring, fun() ->
        First ! Hops,
        receive done -> ok end
    end).

%% Processes are linked into a chain from the last to the first; the last learns of the first by message.
build(N, Owner) ->
    Last = spawn(fun() -> receive {next, Next} -> pass(Next, Owner) end end),
    First = chain(N - 1, Last, Owner),
    Last ! {next, First},
    First.

chain(0, Next, _) -> Next;
chain(N, Next, Owner) -> chain(N - 1, spawn(fun() -> pass(Next, Owner) end), Owner).

pass(Next, Owner) ->
    receive
        0 ->
            Owner ! done,
            Next ! stop;
        stop -> Next ! stop;
        Hops ->
            Next ! Hops - 1,
            pass(Next, Owner)
    end.
