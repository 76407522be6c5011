%% Tables: the four types, access by key, going over them, patterns, match specifications, counters, owners.
-module(ets_tables).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    [P({T, kind(T)}) || T <- [set, ordered_set, bag, duplicate_bag]],
    P(order()), P(patterns()), P(specs()), P(counters()), P(protection()), P(names()), P(owners()), P(portions()),
    P([wrong(F) || F <- errors()]), P(many()).

rows() -> [{b, 1}, {a, 2}, {b, 3}, {b, 1}, {1, x}, {1.0, y}, {<<"k">>, [v]}].

kind(Type) ->
    T = ets:new(t, [Type]),
    true = ets:insert(T, rows()),
    R = {lists:sort(ets:tab2list(T)), ets:lookup(T, b), ets:lookup(T, 1), ets:member(T, z), ets:info(T, size), ets:insert_new(T, {b, 9}), ets:insert_new(T, [{n, 1}, {m, 2}]),
         ets:lookup_element(T, b, 2), ets:take(T, b), ets:lookup(T, b), ets:delete(T, a), ets:member(T, a), ets:delete_object(T, {n, 1}), ets:info(T, size), ets:info(T, type)},
    true = ets:delete(T),
    {R, ets:info(T)}.

order() ->
    T = ets:new(t, [ordered_set, {keypos, 2}]),
    [ets:insert(T, {v, K}) || K <- [5, 1, 3, 2.5, a, {}, []]],
    Walk = fun W('$end_of_table') -> []; W(K) -> [K | W(ets:next(T, K))] end,
    Back = fun W('$end_of_table') -> []; W(K) -> [K | W(ets:prev(T, K))] end,
    {Walk(ets:first(T)), Back(ets:last(T)), ets:next(T, 2), ets:prev(T, 1), ets:foldl(fun({v, K}, A) -> [K | A] end, [], T), ets:tab2list(T)}.

patterns() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{1, {a, b}}, {2, {a, a}}, {3, #{k => 1, l => 2}}, {4, [x | y]}, {5, '_'}]),
    {ets:match(T, {'$1', {'$2', '$2'}}), ets:match(T, {'$2', {a, '$1'}}), ets:match_object(T, {'_', #{k => '$1'}}), ets:match(T, {'$1', ['$2' | '_']}),
     ets:match(T, {2, '$1'}), ets:match_object(T, {'_', '_', '_'}), ets:match_delete(T, {'_', {a, '_'}}), ets:tab2list(T)}.

specs() ->
    T = ets:new(t, [ordered_set]),
    [ets:insert(T, {N, N * N, [N]}) || N <- lists:seq(1, 9)],
    {ets:select(T, [{{'$1', '$2', '_'}, [{'>', '$2', 30}], [{{'$2', '$1'}}]}]),
     ets:select(T, [{{'$1', '_', '$3'}, [{'orelse', {'=:=', '$1', 1}, {'==', {'rem', '$1', 4}, 0}}], [['$1' | '$3']]}, {{7, '_', '_'}, [], ['$_']}]),
     ets:select(T, [{{3, '$1', '_'}, [], [{'+', '$1', {const, 1}}, {'-', '$1', 1}]}]),
     ets:select(T, [{{'$1', '$2', '$3'}, [{'<', '$1', 3}], ['$$']}]),
     ets:select_count(T, [{{'$1', '_', '_'}, [{'>', '$1', 5}], [true]}]),
     ets:select_delete(T, [{{'$1', '_', '_'}, [{'>', '$1', 6}], [true]}]),
     ets:select_replace(T, [{{'$1', '$2', '_'}, [{'<', '$1', 3}], [{{'$1', {'*', '$2', 10}, new}}]}]),
     ets:select_reverse(T, [{{'$1', '_', '_'}, [], ['$1']}]),
     ets:tab2list(T), ets:match_spec_run([{1, a}, {2, b}], ets:match_spec_compile([{{'$1', b}, [], ['$1']}]))}.

counters() ->
    T = ets:new(t, []),
    ets:insert(T, {c, 1, 10}),
    {ets:update_counter(T, c, 5), ets:update_counter(T, c, {3, -4}), ets:update_counter(T, c, [{2, 1}, {3, 1}]), ets:update_counter(T, c, {2, 10, 12, 0}),
     ets:update_counter(T, new, 3, {x, 100}), ets:update_element(T, c, {3, z}), ets:update_element(T, none, {2, z}), lists:sort(ets:tab2list(T))}.

protection() ->
    Try = fun(T) -> [other(fun() -> ets:lookup(T, a) end), other(fun() -> ets:insert(T, {b, 1}) end)] end,
    [begin T = ets:new(t, [A]), ets:insert(T, {a, 1}), Try(T) end || A <- [private, protected, public]].

other(F) ->
    {_, R} = spawn_monitor(fun() -> exit(try F() catch _:Why -> {no, Why} end) end),
    receive {'DOWN', R, _, _, Reason} -> Reason end.

names() ->
    some_table = ets:new(some_table, [named_table]),
    R = [is_reference(ets:whereis(some_table)), ets:info(some_table, name), catch element(1, element(2, catch ets:new(some_table, [named_table]))), ets:rename(some_table, other_table),
         ets:whereis(some_table), ets:insert(other_table, {1}), ets:lookup(other_table, 1), ets:info(other_table, named_table), ets:info(other_table, keypos)],
    ets:delete(other_table), R.

owners() ->
    Me = self(),
    {P, R} = spawn_monitor(fun() ->
        ets:new(gone_with_owner, [named_table, public]), ets:new(inherited, [named_table, {heir, Me, data}]), ets:insert(inherited, {k, v}),
        Me ! {tables, ets:info(gone_with_owner, owner) =:= self()}, receive stop -> ok end end),
    Own = receive {tables, O} -> O end,
    P ! stop, receive {'DOWN', R, _, _, normal} -> ok end,
    Got = receive {'ETS-TRANSFER', inherited, P, data} -> ets:lookup(inherited, k) after 2000 -> none end,
    {Own, Got, ets:info(inherited, owner) =:= self(), ets:whereis(gone_with_owner)}.

portions() ->
    T = ets:new(t, [ordered_set]),
    [ets:insert(T, {N}) || N <- lists:seq(1, 7)],
    {A, C1} = ets:select(T, [{{'$1'}, [], ['$1']}], 3), {B, C2} = ets:select(C1), {C, C3} = ets:select(C2),
    {M, _} = ets:match_object(T, {'_'}, 2),
    {A, B, C, case C3 of '$end_of_table' -> C3; _ -> ets:select(C3) end, M}.

errors() ->
    T = ets:new(t, []), G = ets:new(t, []), ets:delete(G),
    [fun() -> ets:lookup(G, 1) end, fun() -> ets:insert(T, {}) end, fun() -> ets:insert(T, [a]) end, fun() -> ets:lookup_element(T, none, 1) end, fun() -> ets:update_counter(T, none, 1) end,
     fun() -> ets:new(t, [nonsense]) end, fun() -> ets:next(T, none) end, fun() -> ets:select(T, [x]) end, fun() -> ets:lookup(no_such_table, 1) end, fun() -> ets:new("t", []) end].

wrong(F) -> try F() catch C:R -> {C, R} end.

many() ->
    T = ets:new(t, [public]), N = 20000,
    Ps = [spawn_monitor(fun() -> [ets:insert(T, {{I, K}, K}) || K <- lists:seq(1, N div 4)] end) || I <- lists:seq(1, 4)],
    [receive {'DOWN', R, _, _, normal} -> ok end || {_, R} <- Ps],
    Count = fun C('$end_of_table', A) -> A; C(K, A) -> C(ets:next(T, K), A + 1) end,
    {ets:info(T, size), Count(ets:first(T), 0), lists:sum(ets:select(T, [{{'_', '$1'}, [], ['$1']}]))}.
