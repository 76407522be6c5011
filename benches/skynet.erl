%% kind: concurrent
%% size: 1000000
%% quick: 10000
%% A tree of processes, ten children each, whose leaves send their number up to be summed.
-module(skynet).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    Expected = N * (N - 1) div 2,
    Expected = bench:timed(skynet, fun() ->
        node(self(), 0, N),
        receive Sum -> Sum end
    end).

node(Parent, Number, Size) ->
    spawn(fun() -> work(Parent, Number, Size) end).

work(Parent, Number, 1) ->
    Parent ! Number;
work(Parent, Number, Size) ->
    Part = Size div 10,
    [node(self(), Number + I * Part, Part) || I <- lists:seq(0, 9)],
    Parent ! sum(10, 0).

sum(0, Sum) -> Sum;
sum(N, Sum) -> receive X -> sum(N - 1, Sum + X) end.
