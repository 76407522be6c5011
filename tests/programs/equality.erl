%% Exact and numeric equality, and matching, inside structures and as keys of maps.
-module(equality).
-export([main/1]).

main(_) ->
    Pairs = [{1, 1.0}, {[1], [1.0]}, {{1, 2}, {1, 2.0}}, {#{a => 1}, #{a => 1.0}}, {#{1 => a}, #{1.0 => a}}, {"abc", [97, 98, 99]},
             {<<"abc">>, <<97, 98, 99>>}, {<<1:4>>, <<1:5>>}, {a, 'a'}, {[], ""}, {1 bsl 70, 1 bsl 70}, {1 bsl 70, float(1 bsl 70)},
             {fun main/1, fun main/1}, {fun ?MODULE:main/1, fun equality:main/1}, {fun lists:map/2, fun lists:foldl/3}],
    [io:format("~w~n", [{A == B, A =:= B, A /= B, A =/= B, matches(A, B), A < B, A =< B}]) || {A, B} <- Pairs],
    M = #{1 => int, 1.0 => float, [1] => list, {1.0} => tuple},
    io:format("~w~n", [[maps:get(K, M, none) || K <- [1, 1.0, [1], [1.0], {1}, {1.0}]]]),
    io:format("~w~n", [[lists:member(1.0, [1, 2]), lists:keyfind(1.0, 1, [{1, x}]), lists:keymember(2, 1, [{2.0, x}]),
                        lists:delete(1.0, [1, 1.0]), [1, 2.0, 3] -- [1.0, 2.0]]]),
    io:format("~w~n", [lists:usort([1, 1.0, 2, 2.0, 1])]),
    X = 5,
    io:format("~w~n", [case 5.0 of X -> same; _ -> different end]),
    F = fun(A) -> A + X end,
    G = F,
    io:format("~w~n", [{F == G, F =:= make(5), make(5) =:= make(5), make(5) =:= make(6)}]).

make(X) -> fun(A) -> A + X end.

matches(A, B) ->
    try A = B, true catch error:{badmatch, _} -> false end.
