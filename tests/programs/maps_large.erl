%% Maps of many keys of all kinds: filled, updated, compared, emptied.
-module(maps_large).
-export([main/1]).

main(_) ->
    [sizes(N) || N <- [31, 32, 33, 34, 64, 100, 1000]],
    N = 20000,
    Keys = [key(I) || I <- lists:seq(1, N)],
    M = lists:foldl(fun(K, A) -> A#{K => {v, K}} end, #{}, Keys),
    io:format("~w~n", [map_size(M)]),
    io:format("~w~n", [lists:all(fun(K) -> maps:get(K, M) =:= {v, K} end, Keys)]),
    io:format("~w~n", [[K || K <- [0, N + 1, foo, {x}, 1.5, "k"], is_map_key(K, M)]]),
    Reverse = maps:from_list([{K, {v, K}} || K <- lists:reverse(Keys)]),
    io:format("~w~n", [{M =:= Reverse, M == Reverse, M < Reverse, erlang:phash2(M) =:= erlang:phash2(Reverse)}]),
    Other = M#{hd(Keys) := changed},
    io:format("~w~n", [{M =:= Other, maps:size(Other), maps:get(hd(Keys), Other), maps:get(hd(Keys), M)}]),
    {Half, Rest} = lists:split(N div 2, Keys),
    Fewer = lists:foldl(fun maps:remove/2, M, Half),
    io:format("~w~n", [{map_size(Fewer), lists:any(fun(K) -> is_map_key(K, Fewer) end, Half), lists:all(fun(K) -> is_map_key(K, Fewer) end, Rest)}]),
    io:format("~w~n", [maps:size(lists:foldl(fun maps:remove/2, Fewer, Rest)) =:= 0]),
    io:format("~w~n", [maps:merge(maps:with(Half, M), Fewer) =:= M]),
    io:format("~w~n", [maps:fold(fun(_, _, C) -> C + 1 end, 0, M)]),
    io:format("~w~n", [lists:sort(maps:keys(M)) =:= lists:sort(Keys)]),
    io:format("~w~n", [map_size(maps:filter(fun(_, {v, V}) -> is_tuple(V) end, M))]),
    io:format("~w~n", [count(maps:next(maps:iterator(M)), 0)]),
    Ints = maps:from_list([{I, I * I} || I <- lists:seq(1, 50)]),
    io:format("~w~n", [lists:sort(maps:to_list(maps:map(fun(K, V) -> V - K end, Ints)))]),
    #{17 := Square, 50 := Last} = Ints,
    io:format("~w~n", [{Square, Last, Ints > Ints#{51 => 0}, Ints < Ints#{50 := 0}}]).

key(I) when I rem 5 =:= 0 -> I;
key(I) when I rem 5 =:= 1 -> {key, I};
key(I) when I rem 5 =:= 2 -> integer_to_binary(I);
key(I) when I rem 5 =:= 3 -> [I, float(I)];
key(I) -> (1 bsl 70) + I.

sizes(N) ->
    M = maps:from_list([{I, -I} || I <- lists:seq(1, N)]),
    One = maps:remove(N, M),
    io:format("~w ~w ~w ~w ~w~n", [N, map_size(M), map_size(One), map_size(One#{x => 1, y => 2}), One#{N => -N} =:= M]).

count(none, C) -> C;
count({_, _, I}, C) -> count(maps:next(I), C + 1).
