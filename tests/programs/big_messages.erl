%% Large messages, large binaries shared between processes, and many messages.
-module(big_messages).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    Me = self(),
    Echo = spawn(fun echo/0),
    L = lists:seq(1, 300000), Echo ! {Me, L}, P(receive {Echo, X1} -> X1 =:= L end),
    T = list_to_tuple([{I, integer_to_list(I)} || I <- lists:seq(1, 50000)]), Echo ! {Me, T}, P(receive {Echo, X2} -> X2 =:= T end),
    B = binary:copy(<<"0123456789abcdef">>, 200000), Echo ! {Me, B}, P(receive {Echo, X3} -> {X3 =:= B, byte_size(X3)} end),
    <<_:100/binary, Sub:1000/binary, _/binary>> = B, Echo ! {Me, Sub}, P(receive {Echo, X4} -> X4 =:= Sub end),
    M = maps:from_list([{I, {I}} || I <- lists:seq(1, 20000)]), Echo ! {Me, M}, P(receive {Echo, X5} -> X5 =:= M end),
    Big = 3 bsl 100000, Echo ! {Me, Big}, P(receive {Echo, X6} -> X6 =:= Big end),
    F = fun(Y) -> length(L) + Y end, Echo ! {Me, F}, P(receive {Echo, X7} -> X7(1) end),
    Collector = spawn(fun() -> Me ! {sum, collect(100000, 0)} end),
    [Collector ! {n, I, <<I:64>>, [I]} || I <- lists:seq(1, 100000)], P(receive {sum, S} -> S end),
    %% Binaries outlive who made them.
    Parts = [begin {Q, R} = spawn_monitor(fun() -> Me ! {self(), binary:copy(<<I>>, 10000)} end), Bin = receive {Q, Z} -> Z end, receive {'DOWN', R, _, _, _} -> Bin end end || I <- lists:seq(1, 100)],
    garbage(50000), P(lists:all(fun({I, Bin}) -> Bin =:= binary:copy(<<I>>, 10000) end, lists:zip(lists:seq(1, 100), Parts))),
    P(byte_size(iolist_to_binary(Parts))),
    Echo ! stop, P(fan(1000)).

echo() -> receive {From, X} -> From ! {self(), X}, echo(); stop -> ok end.

collect(0, S) -> S;
collect(N, S) -> receive {n, I, <<I:64>>, [I]} -> collect(N - 1, S + I) end.

garbage(0) -> ok;
garbage(N) -> _ = lists:seq(1, 20), garbage(N - 1).

%% Everyone sends to everyone's parent at once.
fan(N) ->
    Me = self(), Data = lists:seq(1, 100),
    Pids = [spawn(fun() -> receive go -> Me ! {self(), Data} end end) || _ <- lists:seq(1, N)],
    [P ! go || P <- Pids],
    lists:sum([receive {P, D} -> length(D) end || P <- Pids]).
