%% Lists, tuples, maps and binaries taken apart and put together.
-module(first_data).
-export([main/1]).
-record(point, {x = 0, y = 0, tag}).

main(_) ->
    show(reverse([1, 2, 3], [])),
    show(append([a, b], [c])),
    show(nested([1, [2, [3, []], 4]])),
    show(element(2, {a, b, c})),
    show(setelement(1, {a, b, c}, z)),
    P = #point{x = 1},
    show(P#point{y = 2}),
    show((P#point{tag = t})#point.tag),
    show(case {1, [2 | tail]} of {A, [B | C]} -> {C, B, A} end),
    M = #{1 => one, 2 => two},
    #{1 := One} = M,
    show(One),
    show(maps:get(2, M#{2 := deux})),
    show(map_size(M#{3 => three})),
    <<X:8, Y:16/little, Rest/binary>> = <<1, 2, 3, "rest">>,
    show({X, Y, Rest}),
    show(<<Y:16, X, Rest/binary>>),
    show(byte_size(Rest)),
    show([is_atom(a), is_list([]), is_tuple({}), is_binary(<<>>), is_integer(1), is_float(1), is_map(M), is_pid(self())]),
    show(hd([h | t])), show(tl([h | t])), show(length([1, 2, 3])).

show(X) -> erlang:display(X).

reverse([H | T], Acc) -> reverse(T, [H | Acc]);
reverse([], Acc) -> Acc.

append([H | T], L) -> [H | append(T, L)];
append([], L) -> L.

nested([H | T]) -> append(nested(H), nested(T));
nested([]) -> [];
nested(X) -> [X].
