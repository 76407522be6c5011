%% kind: sequential
%% size: 19
%% quick: 11
%% Trees built and walked, one of them kept: allocation and collection.
-module(binary_trees).
-export([main/1]).

main(Args) ->
    Depth = bench:size(Args),
    bench:timed(binary_trees, fun() ->
        Kept = make(Depth),
        rounds(4, Depth),
        count(Kept)
    end).

rounds(D, Max) when D > Max -> ok;
rounds(D, Max) ->
    Trees = 1 bsl (Max - D + 4),
    Expected = Trees * ((1 bsl (D + 1)) - 1),
    Expected = trees(Trees, D, 0),
    rounds(D + 4, Max).

trees(0, _, Sum) -> Sum;
trees(N, D, Sum) -> trees(N - 1, D, Sum + count(make(D))).

make(0) -> {nil, nil};
make(D) -> {make(D - 1), make(D - 1)}.

count({nil, nil}) -> 1;
count({L, R}) -> 1 + count(L) + count(R).
