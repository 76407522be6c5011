%% The least a machine must do: integers, calls, comparisons. Prints with erlang:display/1 alone, so that it needs no
%% I/O server; the other programs named first_* do the same.
-module(first_arith).
-export([main/1]).

main(_) ->
    show(add(1, 2)),
    show(add(-5, 3) * 7),
    show(7 div 2), show(-7 div 2), show(7 rem -2), show(-7 rem 2),
    show(16#ff band 2#1010), show(5 bor 8), show(6 bxor 3), show(bnot 0),
    show(1 bsl 10), show(-1 bsr 3),
    show([X * X || X <- [1, 2, 3, 4, 5], X rem 2 =:= 1]),
    show(fact(10)), show(fib(20)), show(ackermann(2, 3)),
    show(classify(0)), show(classify(-4)), show(classify(9)),
    show({1 < 2, 2 =< 1, 1 == 1, 1 =/= 2, a < b, {1, 2} < {1, 3}, [1] > []}).

show(X) -> erlang:display(X).
add(A, B) -> A + B.

fact(0) -> 1;
fact(N) -> N * fact(N - 1).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

ackermann(0, N) -> N + 1;
ackermann(M, 0) -> ackermann(M - 1, 1);
ackermann(M, N) -> ackermann(M - 1, ackermann(M, N - 1)).

classify(0) -> zero;
classify(N) when N < 0 -> negative;
classify(_) -> positive.
