%% Tens of thousands of processes that talk, link and end.
-module(many_processes).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    Me = self(),
    Pids = [spawn(fun() -> server(I) end) || I <- lists:seq(1, 50000)],
    P(length(Pids)), [Pid ! {ask, Me} || Pid <- Pids], P(lists:sum([receive {Pid, I} -> I end || Pid <- Pids])),
    Refs = [monitor(process, Pid) || Pid <- Pids], [Pid ! stop || Pid <- Pids], P(length([receive {'DOWN', R, _, _, normal} -> x end || R <- Refs])),
    P([Pid || Pid <- Pids, is_process_alive(Pid)]),
    P(ring(10000, 50000)), P(tree(15)), P(chain(20000)), P(churn(30000)), P(pairs(200, 200)),
    process_flag(trap_exit, true), L = [spawn_link(fun() -> receive stop -> exit(I) end end) || I <- lists:seq(1, 10000)], [X ! stop || X <- L], P(lists:sum([receive {'EXIT', X, I} -> I end || X <- L])).

server(I) -> receive {ask, From} -> From ! {self(), I}, server(I); stop -> ok end.

ring(N, Hops) ->
    Me = self(), First = lists:foldl(fun(_, Next) -> spawn(fun() -> pass(Next) end) end, Me, lists:seq(1, N)),
    First ! Hops, back(First).
back(First) -> receive 0 -> done; H when H > 0 -> First ! H - 1, back(First) end.
pass(Next) -> receive 0 -> Next ! 0; H -> Next ! H - 1, pass(Next) end.

tree(D) -> Me = self(), spawn(fun() -> node(D, Me) end), receive {sum, S} -> S end.
node(0, Up) -> Up ! {sum, 1};
node(D, Up) -> Me = self(), spawn(fun() -> node(D - 1, Me) end), spawn(fun() -> node(D - 1, Me) end), receive {sum, A} -> receive {sum, B} -> Up ! {sum, A + B + 1} end end.

%% Each is linked to the next; the last ends them all.
chain(N) -> {_, R} = spawn_monitor(fun() -> link_on(N) end), receive {'DOWN', R, _, _, X} -> X end.
link_on(0) -> exit(last);
link_on(N) -> spawn_link(fun() -> link_on(N - 1) end), receive never -> ok end.

churn(0) -> ok;
churn(N) -> {_, R} = spawn_monitor(fun() -> lists:seq(1, 10) end), receive {'DOWN', R, _, _, normal} -> churn(N - 1) end.

pairs(N, M) ->
    Me = self(),
    Ps = [spawn(fun() -> Q = spawn(fun pong/0), [begin Q ! {self(), I}, receive {Q, I} -> ok end end || I <- lists:seq(1, M)], exit(Q, kill), Me ! {self(), M} end) || _ <- lists:seq(1, N)],
    lists:sum([receive {Pid, K} -> K end || Pid <- Ps]).
pong() -> receive {From, I} -> From ! {self(), I}, pong() end.
