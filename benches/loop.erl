%% kind: sequential
%% size: 400000000
%% quick: 5000000
%% A counting loop with an accumulator.
-module(loop).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    bench:timed(loop, fun() -> loop(N, 0) end).

loop(0, Acc) -> Acc;
loop(N, Acc) -> loop(N - 1, (Acc + N) band 16#ffffff).
