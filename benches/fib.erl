%% kind: sequential
%% size: 38
%% quick: 27
%% Calls and small-integer arithmetic.
-module(fib).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    bench:timed(fib, fun() -> fib(N) end).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).
