%% The order of terms across all types.
-module(order).
-export([main/1]).

main(_) ->
    Ref = make_ref(),
    Self = self(),
    Fun = fun(X) -> X end,
    %% Each with a name, because not all print alike everywhere.
    Terms = [{minus, -1}, {zero, 0}, {float, 0.5}, {one, 1}, {one_float, 1.0}, {big, 1 bsl 80}, {neg_big, -(1 bsl 80)}, {huge, 1.0e300},
             {atom, a}, {atom_ab, ab}, {atom_b, b}, {empty_atom, ''}, {upper, 'B'}, {ref, Ref}, {'fun', Fun}, {pid, Self},
             {unit, {}}, {pair, {1, 2}}, {triple, {0, 0, 0}}, {pair_float, {1.0, 2}}, {no_map, #{}}, {map, #{a => 1}},
             {map_b, #{b => 0}}, {map_2, #{a => 0, b => 0}}, {map_int, #{1 => 2}}, {nil, []}, {list, [1]}, {list_2, [1, 2]}, {improper, [1 | 2]},
             {string, "abc"}, {bin, <<"abc">>}, {bin_empty, <<>>}, {bits, <<1:3>>}, {bits_long, <<"abc", 1:1>>}],
    [io:format("~w: ~w~n", [N, [M || {M, Y} <- Terms, X < Y]]) || {N, X} <- Terms],
    [io:format("~w =: ~w ~w~n", [N, [M || {M, Y} <- Terms, X == Y], [M || {M, Y} <- Terms, X =:= Y]]) || {N, X} <- Terms],
    io:format("~w~n", [[N || {_, N} <- lists:sort([{X, N} || {N, X} <- Terms])]]),
    io:format("~w~n", [[N || {N, _} <- lists:keysort(2, lists:reverse(Terms))]]),
    io:format("~w~n", [{max(1, 1.0), max(1.0, 1), min(1, 1.0), min(1.0, 1), lists:max([1, a, {}]), lists:min([[], #{}, b])}]),
    io:format("~w~n", [[{A, B} || A <- deep(), B <- deep(), A < B]]).

deep() ->
    [{a, [1, {b, 2}]}, {a, [1, {b, 2.0}]}, {a, [1, {b, 3}]}, {a, [1.0, {b, 1}]}, {a, #{x => [1]}}, {a, #{x => [1.5]}}, {a, <<1>>}, {a, <<1, 0>>}].
