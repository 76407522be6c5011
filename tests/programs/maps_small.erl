%% Small maps: building, matching, updating, the maps module. Printed in the order of their keys.
-module(maps_small).
-export([main/1]).

main(_) ->
    M = #{a => 1, "b" => 2, {c} => 3, 4 => four, 5.0 => five},
    show(M),
    show(M#{a := 10, new => x}),
    show(maps:put(a, z, M)), show(maps:remove(4, M)), show(maps:remove(none, M)), show(maps:merge(M, #{a => 2, q => 3})),
    show(maps:map(fun(_, V) -> {V} end, M)), show(maps:filter(fun(K, _) -> is_atom(K) end, M)),
    show(maps:with([a, 4, none], M)), show(maps:without([a, 4, none], M)), show(maps:from_list([{k, 1}, {k, 2}])),
    show(maps:update_with(a, fun(V) -> V + 1 end, M)), show(maps:update_with(zz, fun(V) -> V + 1 end, init, M)),
    show(maps:from_keys([x, y], 0)), show(maps:merge_with(fun(_, A, B) -> {A, B} end, #{a => 1, b => 2}, #{b => 3})),
    show(maps:filtermap(fun(_, V) -> is_integer(V) andalso {true, V * 2} end, M)),
    io:format("~w~n", [{maps:get(a, M), maps:get(nope, M, default), maps:find(4, M), maps:find(5, M), maps:is_key("b", M), maps:size(M)}]),
    io:format("~w~n", [[catch_it(F) || F <- [fun() -> maps:get(nope, M) end, fun() -> M#{nope := 1} end, fun() -> maps:get(a, not_a_map) end,
                                            fun() -> (id(not_a_map))#{a => 1} end, fun() -> #{nope := X} = M, X end, fun() -> maps:update(q, 1, M) end]]]),
    io:format("~w~n", [[match(X) || X <- [#{}, #{type => t}, #{type => t, 1 => one}, #{key => k}, [], #{type => other}]]]),
    io:format("~w~n", [{is_map(M), map_size(#{}), map_get(a, M), is_map_key(a, M), #{1 => a} =:= #{1 => a}, #{} == #{}, #{a => 1} < #{a => 2}}]),
    io:format("~w~n", [lists:sort(maps:values(#{x => 3, y => 1, z => 2}))]),
    io:format("~w~n", [maps:fold(fun(_, V, S) -> S + V end, 0, #{x => 3, y => 1, z => 2})]),
    io:format("~w~n", [iterate(maps:next(maps:iterator(#{x => 3, y => 1})), [])]),
    Nested = #{user => #{name => <<"n">>, tags => [#{t => 1}]}},
    #{user := #{name := Name, tags := [#{t := T}]}} = Nested,
    io:format("~w~n", [{Name, T}]),
    K = 4,
    #{K := V} = M,
    io:format("~w~n", [V]).

show(M) -> io:format("~0p~n", [lists:sort(maps:to_list(M))]).
id(X) -> X.
catch_it(F) -> try F() catch C:R -> {C, case R of {T, Map} when is_map(Map) -> {T, map}; _ -> R end} end.

match(#{type := t, 1 := One}) -> {t, One};
match(#{type := t}) -> t;
match(#{key := K}) -> K;
match(M) when map_size(M) =:= 0 -> empty;
match(M) when is_map(M) -> other;
match(_) -> no.

iterate(none, Acc) -> lists:sort(Acc);
iterate({K, V, I}, Acc) -> iterate(maps:next(I), [{K, V} | Acc]).
