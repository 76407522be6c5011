%% Process aliases.
-module(aliases).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    A = alias(), A ! via_alias, P(receive via_alias -> ok after 1000 -> lost end),
    P(unalias(A)), P(unalias(A)), A ! dropped, P(receive dropped -> came after 10 -> dropped end),
    R = alias([reply]), R ! one, R ! two, P([receive X -> X after 10 -> none end || _ <- [1, 2]]),
    S = spawn(fun server/0),
    M = monitor(process, S, [{alias, reply_demonitor}]), S ! {ask, M, 5}, P(receive {M, Y} -> Y after 1000 -> none end), S ! {ask, M, 6}, P(receive {M, Z} -> Z after 10 -> dropped end), P(demonitor(M, [info])),
    M2 = monitor(process, S, [{alias, demonitor}]), S ! {ask, M2, 7}, P(receive {M2, V} -> V end), demonitor(M2), S ! {ask, M2, 8}, P(receive {M2, W} -> W after 10 -> dropped end),
    M3 = monitor(process, S, [{alias, explicit_unalias}]), S ! stop, P(receive {'DOWN', M3, _, _, Why} -> Why end), M3 ! still, P(receive still -> still after 1000 -> gone end), P(unalias(M3)),
    P(is_reference(A)).

server() -> receive {ask, To, X} -> To ! {To, X * 2}, server(); stop -> ok end.
