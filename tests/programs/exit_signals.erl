%% exit/2 with every reason, on who traps and who does not; what kill means.
-module(exit_signals).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    P([{Trap, R, signal(Trap, R)} || Trap <- [false, true], R <- [normal, shutdown, kill, killed, {shutdown, x}, other]]),
    %% Killed by kill, its links see killed.
    process_flag(trap_exit, true),
    V = spawn_link(fun() -> receive after infinity -> ok end end),
    exit(V, kill), P(receive {'EXIT', V, R1} -> R1 end),
    W = spawn_link(fun() -> process_flag(trap_exit, true), exit(kill) end),
    P(receive {'EXIT', W, R2} -> R2 end),
    %% kill through a link does not kill who traps.
    Me = self(),
    T = spawn(fun() -> process_flag(trap_exit, true), L = spawn_link(fun() -> exit(kill) end), receive {'EXIT', L, R} -> Me ! {trapped, R} end end),
    P(receive {trapped, R3} -> R3 end), _ = T,
    exit(self(), to_myself), P(receive {'EXIT', Me, R4} -> R4 end),
    exit(self(), normal), P(receive {'EXIT', Me, R5} -> R5 end),
    process_flag(trap_exit, false),
    %% A process that sends normal to itself does end, where one that gets it from another does not.
    {N, RefN} = spawn_monitor(fun() -> exit(self(), normal), exit(survived) end), P(receive {'DOWN', RefN, _, N, R7} -> R7 end),
    P(try exit(id(no_pid), x) catch C:E -> {C, E} end),
    P(exit(spawn(fun() -> ok end), whatever)),
    P(signal_order()),
    %% A busy process is killed too.
    {B, Ref} = spawn_monitor(fun() -> spin(0) end), receive after 10 -> ok end, exit(B, kill),
    P(receive {'DOWN', Ref, _, _, R6} -> R6 end).

signal(Trap, Reason) ->
    Me = self(),
    {Pid, Ref} = spawn_monitor(fun() ->
        process_flag(trap_exit, Trap), Me ! ready,
        receive {'EXIT', From, R} -> exit({trapped, From =:= Me, R}); stop -> exit(survived) end
    end),
    receive ready -> ok end,
    exit(Pid, Reason), Pid ! stop,
    receive {'DOWN', Ref, _, _, R} -> R end.

%% Signals from one to another come in order: the message before the exit is there.
signal_order() ->
    Me = self(),
    {Pid, Ref} = spawn_monitor(fun() -> process_flag(trap_exit, true), Me ! ready, receive go -> ok end, Me ! {all, flush()} end),
    receive ready -> ok end,
    Pid ! one, exit(Pid, two), Pid ! three, Pid ! go, receive {'DOWN', Ref, _, _, _} -> ok end,
    receive {all, L} -> [case X of {'EXIT', Me, R} -> {'EXIT', R}; _ -> X end || X <- L] end.

flush() -> receive X -> [X | flush()] after 0 -> [] end.
spin(N) -> spin(N + 1).
id(X) -> X.
