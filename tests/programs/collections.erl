%% The library's data structures, all in Erlang: queue, gb_trees, gb_sets, sets, dict, orddict, ordsets, array.
-module(collections).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    Ns = [(I * 7919) rem 1009 || I <- lists:seq(1, 1000)],
    Q = lists:foldl(fun queue:in/2, queue:new(), Ns), {{value, H}, Q2} = queue:out(Q), P([H, queue:len(Q2), queue:peek_r(Q), queue:member(5, Q), lists:sum(queue:to_list(queue:reverse(Q2)))]),
    T = lists:foldl(fun(N, A) -> gb_trees:enter(N, {N}, A) end, gb_trees:empty(), Ns), P([gb_trees:size(T), gb_trees:lookup(7, T), gb_trees:smallest(T), gb_trees:largest(T), length(gb_trees:keys(gb_trees:balance(T)))]),
    {_, _, T2} = gb_trees:take_smallest(T), P([gb_trees:is_defined(1, T2), gb_trees:next(gb_trees:iterator(T2)) =/= none, gb_trees:to_list(gb_trees:from_orddict([{a, 1}, {b, 2}]))]),
    G = gb_sets:from_list(Ns), P([gb_sets:size(G), gb_sets:is_member(4, G), gb_sets:fold(fun(X, A) -> X + A end, 0, G), gb_sets:to_list(gb_sets:intersection(G, gb_sets:from_list([1, 2, 5000])))]),
    [begin S = sets:from_list(Ns, O), P([sets:size(S), sets:is_element(3, S), lists:sort(sets:to_list(sets:subtract(S, sets:from_list(lists:seq(10, 2000), O)))), sets:is_subset(sets:from_list([1, 2], O), S)]) end || O <- [[{version, 1}], [{version, 2}]]],
    D = lists:foldl(fun(N, A) -> dict:append(N rem 10, N, A) end, dict:new(), Ns), P([dict:size(D), length(dict:fetch(3, D)), lists:sort(dict:fetch_keys(D)), dict:find(11, D), dict:fold(fun(_, V, A) -> length(V) + A end, 0, D)]),
    P(lists:sort(dict:to_list(dict:map(fun(K, V) -> K + hd(V) end, D)))), P(orddict:to_list(orddict:store(b, 2, orddict:store(a, 1, orddict:new())))), P(ordsets:union([1, 3, 5], [2, 3, 4])), P(ordsets:subtract([1, 2, 3], [2])),
    A = lists:foldl(fun(I, X) -> array:set(I, I * I, X) end, array:new({default, none}), lists:seq(0, 500)), P([array:size(A), array:get(20, A), array:get(1000, A), array:foldl(fun(_, V, S) -> V + S end, 0, A), array:sparse_size(array:reset(500, A))]),
    P(proplists:get_value(k, [{k, 1}, flag])), P(proplists:get_bool(flag, [flag])), P(proplists:expand([{x, [{y, 1}]}], [x, z])), P(proplists:delete(a, [{a, 1}, b, a])), P(proplists:to_map([a, {b, 2}]) =:= #{a => true, b => 2}),
    P(calendar:gregorian_days_to_date(738000)), P(calendar:day_of_the_week(2024, 2, 29)), P(calendar:valid_date(2023, 2, 29)), P(calendar:datetime_to_gregorian_seconds({{2000, 1, 1}, {0, 0, 0}})), P(calendar:seconds_to_daystime(100000)), P(calendar:iso_week_number({2021, 1, 3})),
    P(sofs:to_external(sofs:converse(sofs:relation([{1, a}, {2, b}])))).
