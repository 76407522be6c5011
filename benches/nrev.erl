%% kind: sequential
%% size: 15000
%% quick: 500
%% Naive reverse of a short list, many times: list cells made and dropped.
-module(nrev).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    List = lists:seq(1, 100),
    bench:timed(nrev, fun() -> repeat(N, List) end).

repeat(0, _) -> ok;
repeat(N, List) ->
    [100 | _] = nrev(List),
    repeat(N - 1, List).

nrev([H | T]) -> append(nrev(T), [H]);
nrev([]) -> [].

append([H | T], L) -> [H | append(T, L)];
append([], L) -> L.
