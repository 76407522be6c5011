%% Priorities, yielding, and that nobody starves.
-module(priorities).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    P(process_flag(priority, high)), P(process_info(self(), priority)), P(process_flag(priority, normal)),
    P([try process_flag(priority, X) catch C:E -> {C, E} end || X <- [low, max, bad, 1]]), process_flag(priority, normal),
    Me = self(),
    %% Those that never wait do not keep the others from running.
    Spinners = [spawn(fun() -> spin(0) end) || _ <- lists:seq(1, 20)],
    [spawn_opt(fun() -> Me ! {done, Prio} end, [{priority, Prio}]) || Prio <- [low, normal, high, max]],
    P(lists:sort([receive {done, X} -> X after 20000 -> starved end || _ <- [1, 2, 3, 4]])),
    Timers = [erlang:send_after(I, self(), {tick, I}) || I <- [1, 5, 10]], P([receive {tick, I} -> I after 20000 -> late end || I <- [1, 5, 10]]), P(length(Timers)),
    [exit(S, kill) || S <- Spinners], P([X || X <- [wait_dead(S) || S <- Spinners], X =/= dead]),
    P([erlang:yield() || _ <- [1, 2, 3]]), P(erlang:bump_reductions(1000)),
    Pids = [spawn(fun() -> yielding(100), Me ! {self(), ended} end) || _ <- lists:seq(1, 100)], P(length([receive {Pid, ended} -> x end || Pid <- Pids])).

spin(N) -> spin(N + 1).
yielding(0) -> ok;
yielding(N) -> erlang:yield(), yielding(N - 1).

wait_dead(Pid) -> R = monitor(process, Pid), receive {'DOWN', R, _, _, _} -> dead after 5000 -> alive end.
