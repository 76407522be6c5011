%% kind: sequential
%% size: 250
%% quick: 4
%% Takeuchi's function: calls with three arguments, comparisons.
-module(tak).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    bench:timed(tak, fun() -> repeat(N) end).

repeat(0) -> ok;
repeat(N) ->
    7 = tak(18, 12, 6),
    9 = tak(22, 16, 8),
    repeat(N - 1).

tak(X, Y, Z) when Y < X ->
    tak(tak(X - 1, Y, Z), tak(Y - 1, Z, X), tak(Z - 1, X, Y));
tak(_, _, Z) -> Z.
