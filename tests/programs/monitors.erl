%% Monitors: all reasons, several on one process, by name, demonitor, of what never was.
-module(monitors).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    P([down(spawn_monitor(F)) || F <- [fun() -> ok end, fun() -> exit(x) end, fun() -> exit(kill) end, fun() -> exit(self(), kill), receive after infinity -> ok end end]]),
    Gone = spawn(fun() -> ok end), wait_dead(Gone),
    P(down({Gone, monitor(process, Gone)})),
    Server = spawn(fun server/0),
    R1 = monitor(process, Server), R2 = monitor(process, Server), R3 = monitor(process, Server),
    P(length(element(2, process_info(Server, monitored_by)))),
    P(demonitor(R2)),
    Server ! {stop, reason},
    P([down({Server, R}) || R <- [R1, R3]]), P(receive {'DOWN', R2, _, _, _} -> came after 10 -> none end),
    {S2, R4} = spawn_monitor(fun server/0),
    S2 ! {stop, quick}, wait_dead(S2),
    P(demonitor(R4, [flush])), P(receive {'DOWN', R4, _, _, _} -> came after 0 -> flushed end),
    P([demonitor(R4, [info]), demonitor(R4, [flush, info])]),
    register(named, spawn(fun server/0)),
    R5 = monitor(process, named), named ! {stop, by_name},
    receive {'DOWN', R5, process, Object, Reason} -> P({Object =:= {named, node()}, Reason}) end,
    R6 = monitor(process, nobody), receive {'DOWN', R6, process, {nobody, _}, Why} -> P(Why) end,
    P(try monitor(process, id(17)) catch C:E -> {C, E} end),
    P(try monitor(nothing, id(self())) catch C2:E2 -> {C2, E2} end),
    R7 = monitor(process, self()), P(demonitor(R7)),
    %% Monitoring does not kill.
    Me = self(), {W, R8} = spawn_monitor(fun() -> {V, _} = spawn_monitor(fun server/0), V ! {stop, x}, receive {'DOWN', _, _, V, x} -> Me ! survived end end),
    P(receive survived -> survived end), P(down({W, R8})),
    Many = [spawn_monitor(fun() -> exit(I) end) || I <- lists:seq(1, 500)],
    P(lists:sum([down(M) || M <- Many])),
    {A, R9} = spawn_monitor(fun() -> receive {tag, _} -> ok end end),
    Tagged = monitor(process, A, [{tag, {my, tag}}]), A ! {tag, 1},
    P(receive {{my, tag}, Tagged, process, A, Rsn} -> Rsn end), P(down({A, R9})).

down({Pid, Ref}) -> receive {'DOWN', Ref, process, Pid, Reason} -> Reason after 5000 -> timeout end.

wait_dead(Pid) ->
    case is_process_alive(Pid) of true -> erlang:yield(), wait_dead(Pid); false -> ok end.

server() -> receive {stop, R} -> exit(R) end.
id(X) -> X.
