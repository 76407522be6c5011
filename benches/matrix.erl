%% kind: sequential
%% size: 240
%% quick: 20
%% Matrices of floats as lists of lists, whose types the compiler cannot tell, since dot/3 is exported.
-module(matrix).
-export([main/1, dot/3]).

main(Args) ->
    N = bench:size(Args),
    A = [[(I * J rem 17) / 8 || J <- lists:seq(1, N)] || I <- lists:seq(1, N)],
    bench:timed(matrix, fun() -> trace(multiply(multiply(A, A), A), 0, 0) end).

multiply(A, B) ->
    Columns = transpose(B),
    [[dot(Row, Column, 0) || Column <- Columns] || Row <- A].

dot([X | Xs], [Y | Ys], Sum) -> dot(Xs, Ys, Sum + X * Y);
dot([], [], Sum) -> Sum.

transpose([[] | _]) -> [];
transpose(Rows) -> [[hd(Row) || Row <- Rows] | transpose([tl(Row) || Row <- Rows])].

trace([Row | Rows], I, Sum) -> trace(Rows, I + 1, Sum + lists:nth(I + 1, Row));
trace([], _, Sum) -> Sum.
