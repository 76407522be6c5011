%% List, binary and nested comprehensions.
-module(comprehensions).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P([X * Y || X <- [1, 2, 3], Y <- [10, 20]]), P([{X, Y} || X <- [1, 2, 3], Y <- [1, 2, 3], X < Y]), P([X || {ok, X} <- [{ok, 1}, error, {ok, 2}]]), P([[Y || Y <- lists:seq(1, X)] || X <- [1, 2, 3]]),
    P([{A, B, C} || C <- lists:seq(1, 20), A <- lists:seq(1, C), B <- lists:seq(A, C), A * A + B * B =:= C * C]), P(<< <<(X * 2)>> || <<X>> <= <<1, 2, 3>> >>), P([X || <<X:4>> <= <<16#1234:16>>]), P(<< <<X:4>> || X <- [1, 2, 3] >>),
    P([X || X <- [1, 2, 3], begin Y = X * X, Y > 2 end]), P([F(3) || F <- [fun(X) -> X + N end || N <- [1, 2]]]), P([{X, Z} || X <- "ab", Z <- [1, 2]]), P(primes(100)), P(queens(6)), P(length([x || _ <- lists:seq(1, 100000)])),
    P(try [X || X <- [1 | id(2)]] catch C:R -> {C, R} end), P(try [X || X <- id(a)] catch C2:R2 -> {C2, R2} end), P(try [Y || Y <- [1], id(notbool)] catch C3:R3 -> {C3, R3} end), P(try << <<X>> || X <- [id(a)] >> catch C4:R4 -> {C4, R4} end).

primes(N) -> sieve(lists:seq(2, N)).
sieve([P | T]) -> [P | sieve([X || X <- T, X rem P =/= 0])];
sieve([]) -> [].

queens(N) -> queens(N, N).
queens(0, _) -> [[]];
queens(K, N) -> [[Q | Qs] || Qs <- queens(K - 1, N), Q <- lists:seq(1, N), safe(Q, 1, Qs)].
safe(_, _, []) -> true;
safe(Q, D, [H | T]) -> Q =/= H andalso abs(Q - H) =/= D andalso safe(Q, D + 1, T).

id(X) -> X.
