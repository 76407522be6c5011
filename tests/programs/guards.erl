%% Guards: type tests, and, or, failing expressions.
-module(guards).
-export([main/1]).

main(_) ->
    Terms = [0, -1, 1.5, 1 bsl 70, a, true, 'false', [], [1], "s", {}, {a, 1}, #{}, #{k => v}, <<>>, <<1:3>>, fun main/1, self(), make_ref()],
    [io:format("~w ~w~n", [types(T), [g1(T), g2(T), g3(T), g4(T), g5(T), g6(T)]]) || T <- Terms],
    io:format("~w~n", [[in_range(X) || X <- [0, 1, 5, 10, 11, 5.5, a]]]),
    io:format("~w~n", [[pick(A, B) || A <- [true, false, x], B <- [true, false, x]]]),
    io:format("~w~n", [[X || X <- [1, a, {}, 2, "q"], is_integer(X) orelse is_atom(X)]]),
    io:format("~w~n", [[X || X <- [{1, 2}, {3}, a, {4, 5}], element(2, X) > 1]]).

types(T) ->
    [N || {N, F} <- [{integer, fun is_integer/1}, {float, fun is_float/1}, {number, fun is_number/1}, {atom, fun is_atom/1}, {boolean, fun is_boolean/1},
                     {list, fun is_list/1}, {tuple, fun is_tuple/1}, {map, fun is_map/1}, {binary, fun is_binary/1}, {bitstring, fun is_bitstring/1},
                     {function, fun is_function/1}, {pid, fun is_pid/1}, {reference, fun is_reference/1}, {port, fun is_port/1}], F(T)].

g1(T) when length(T) > 0 -> longer; g1(T) when T =:= [] -> nil; g1(_) -> no.
g2(T) when element(1, T) =:= a; hd(T) =:= 1 -> yes; g2(_) -> no.
g3(T) when is_map(T), map_size(T) =:= 1, map_get(k, T) =:= v -> yes; g3(_) -> no.
g4(T) when T + 1 > 0 -> positive; g4(T) when is_number(T) -> negative; g4(_) -> no.
g5(T) when not is_atom(T) andalso (is_binary(T) orelse tuple_size(T) =:= 2) -> yes; g5(_) -> no.
g6(T) when bit_size(T) rem 8 =/= 0 -> bits; g6(T) when is_function(T, 1) -> fun1; g6(T) when abs(T) band 1 =:= 1 -> odd; g6(_) -> no.

in_range(X) when is_integer(X), X >= 1, X =< 10 -> in;
in_range(X) when X > 0 andalso X < 100 -> near;
in_range(_) -> out.

pick(A, B) when A and B -> both;
pick(A, B) when A orelse B -> one;
pick(A, B) when A xor B -> x;
pick(A, B) when not A; not B -> none;
pick(_, _) -> no.
