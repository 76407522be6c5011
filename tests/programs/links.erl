%% Links: who dies with whom, unlink, links to what is gone.
-module(links).
-export([main/1]).

main(_) ->
    process_flag(trap_exit, true),
    P = fun(X) -> io:format("~w~n", [X]) end,
    P([exit_of(spawn_link(F)) || F <- [fun() -> ok end, fun() -> exit(bye) end, fun() -> exit(normal) end, fun() -> throw(ball) end, fun() -> exit({a, "b", 1.5}) end]]),
    P(case exit_of(spawn_link(fun() -> error(broken) end)) of {broken, [{?MODULE, _, _, _} | _]} -> broken_with_trace end),
    %% A chain of a thousand falls when its end does.
    Chain = spawn_link(fun() -> chain(1000) end),
    P(exit_of(Chain)),
    %% unlink keeps one alive.
    Me = self(),
    A = spawn(fun() -> receive stop -> exit(stopped) end end),
    B = spawn(fun() -> link(A), Me ! linked, receive unlink -> unlink(A), Me ! unlinked end, receive ask -> Me ! alive end end),
    receive linked -> ok end, B ! unlink, receive unlinked -> ok end,
    R = monitor(process, A), A ! stop, receive {'DOWN', R, _, _, Why} -> P(Why) end,
    B ! ask, P(receive alive -> alive after 1000 -> dead end),
    %% A link to what is gone: an exit signal with noproc.
    link(A), P(exit_of(A)),
    %% Links are of both sides and only one.
    C = spawn(fun() -> receive after infinity -> ok end end),
    link(C), link(C), P(lists:member(C, element(2, process_info(self(), links)))),
    P(element(2, process_info(C, links)) =:= [self()]),
    unlink(C), P(element(2, process_info(C, links))), exit(C, kill),
    P(receive {'EXIT', C, _} -> linked after 20 -> not_linked end),
    link(self()), P(element(2, process_info(self(), links)) =:= []),
    %% A whole group falls but for who traps.
    Group = spawn(fun() -> process_flag(trap_exit, true), Ps = [spawn_link(fun() -> receive die -> exit(one); stay -> ok end end) || _ <- lists:seq(1, 20)],
                           hd(Ps) ! die, receive {'EXIT', _, one} -> ok end, Me ! {left, length([X || X <- Ps, is_process_alive(X)])}, exit(group) end),
    _ = Group, P(receive {left, N} -> N end).

exit_of(Pid) ->
    receive {'EXIT', Pid, {{nocatch, X}, _}} -> {nocatch, X}; {'EXIT', Pid, R} -> R after 5000 -> still_alive end.

chain(0) -> exit(end_of_chain);
chain(N) -> spawn_link(fun() -> chain(N - 1) end), receive never -> ok end.
