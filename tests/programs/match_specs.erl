%% Match specifications: what each function gives in guards and bodies, what is wrong with them, and where they are used.
-module(match_specs).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P(values()), P(guards()), P(heads()), P(maps()), P(bodies()), P(nested()), [P(F) || F <- faults()], P(traced()), P(compiled()),
    P(replaced()), P(portions()), P(keys()), P(fixed()), P(owners()), P(counters()), P(several_keys()).

test(Object, MS) -> catch ets:test_ms(Object, MS).

values() ->
    [test({a, 7, -2.5, [x, y], {1, 2}, <<"abc">>}, [{{'$1', '$2', '$3', '$4', '$5', '$6'}, [], [E]}])
     || E <- ['$_', '$$', '$1', {'+', '$2', 1}, {'-', '$2'}, {'*', '$2', '$2'}, {'/', '$2', 2}, {'div', '$2', 2}, {'rem', '$2', 4}, {abs, '$3'}, {round, '$3'},
              {trunc, '$3'}, {hd, '$4'}, {tl, '$4'}, {length, '$4'}, {element, 2, '$5'}, {size, '$5'}, {byte_size, '$6'}, {binary_part, '$6', 1, 2},
              {'band', '$2', 3}, {'bsl', '$2', 70}, {'bnot', '$2'}, {is_atom, '$1'}, {is_list, '$4'}, {'==', '$2', 7.0}, {'=:=', '$2', 7.0}, {'<', '$1', '$2'},
              {'not', true}, {'xor', true, false}, {const, {'$1', [x]}}, {{'$1', {{'$2'}}}}, ['$1' | '$4'], {map_get, k, #{'$1' => '$2', k => {'+', '$2', 1}}}, {is_record, '$5', a, 2},
              {is_record, '$_', a, 6}, {float, '$2'}, {node}, {'+', '$1', 1}, {{ok, {'+', '$1', 1}}}, {hd, []}]].

guards() ->
    Objects = [{1, a}, {2, b}, {x, c}, {3, []}],
    [{G, [O || O <- Objects, {ok, true} =:= test(O, [{{'$1', '$2'}, G, [true]}])]}
     || G <- [[], [true], [false], [other], [{'>', '$1', 1}], [{'>', {'+', '$1', 1}, 2}], [{is_integer, '$1'}, {'<', '$1', 3}], [{'or', {'==', '$1', 1}, {'==', '$2', c}}],
              [{'orelse', {'==', '$1', x}, {'>', {'+', '$1', 1}, 2}}], [{'andalso', {is_integer, '$1'}, {'>', {'*', '$1', 2}, 2}}], [{'and', true, {is_atom, '$2'}, {is_atom, '$1'}}],
              [{'or', true, '$1'}], [{'andalso', true, '$1'}], [{'orelse', '$1', true}], [{'and', true}], [{'orelse', false}], [{'andalso', {'orelse', false, {'==', '$1', 1}}, true}]]].

heads() ->
    [{H, test(O, [{H, [], ['$$']}])}
     || O <- [{1, {2, [3, 3]}}], H <- ['_', '$1', {'$1', '_'}, {'$2', {'$1', '$3'}}, {'$1', {'$1', '_'}}, {1, {2, ['$7', '$7']}}, {1, {2, ['_' | '$1']}}, {1.0, '_'}, {'_', '_', '_'},
                                     {'$01', '_'}, {'$100000000', '_'}, {'$99999999', '$0'}, {1, {2, [3, 3 | '_']}}, a, []]].

maps() ->
    O = {k, #{a => 1, b => #{c => 2}}, maps:from_list([{N, N} || N <- lists:seq(1, 50)])},
    [test(O, [{{'_', M, '_'}, [], R}]) || {M, R} <- [{#{a => '$1'}, ['$1']}, {#{b => #{c => '$1'}}, ['$1']}, {#{x => '_'}, [true]}, {#{}, [ok]}, {'$1', [{map_size, '$1'}]},
                                                   {'$1', [{map_get, a, '$1'}]}, {'$1', [{is_map_key, q, '$1'}]}, {'$1', [{map_get, q, '$1'}]}, {#{'$1' => 1}, [true]}, {#{'_' => 1}, [true]}]]
        ++ [test(O, [{{'_', '_', #{7 => '$1', 50 => '$2'}}, [], ['$$']}])].

bodies() -> [test({1, 2}, [{{'$1', '$2'}, [], B}]) || B <- [['$1', '$2'], [{hd, '$1'}, '$2'], [], x, [a | b]]].

nested() ->
    Deep = lists:foldl(fun(_, E) -> {'+', E, 1} end, '$1', lists:seq(1, 150)),
    {test({1}, [{{'$1'}, [], [Deep]}]), test({1}, [{{'$1'}, [{'<', Deep, 152}], [lists:seq(1, 20)]}])}.

faults() ->
    [catch erlang:match_spec_test({1}, MS, table)
     || MS <- [x, [], [a | b], [{1, 2}], [{'$1', [], ['$2']}], [{'$1', [{foo, 1}], [true]}], [{'$1', [{'+', 1}], [true]}], [{'$1', [], [{'$1', '$2'}]}], [{'$1', [], [{}]}],
               [{'$1', a, [true]}], [{'$1', [true | a], [true]}], [{'$1', [], []}], [{'$1', [{const}], [{const, 1, 2}]}], [{'$1', [{'and'}], [{'or'}]}], [{'$1', [{'andalso'}], [true]}],
               [{'$1', [{self, 1}], [true]}], [{'$1', [{message, 1}], [{return_trace}]}], [{'$1', [{get_tcw}], [true]}], [{'$1', [{foo}, '$3'], ['$4', {bar}]}]]].

traced() ->
    [try erlang:match_spec_test(Args, MS, trace) catch error:R -> R end
     || {Args, MS} <- [{[1, 2], [{['$1', '_'], [], []}]}, {[1, 2], [{['$1'], [], []}]}, {[1, 2], [{'$1', [], [{message, '$1'}]}]}, {[1], [{'_', [], [{return_trace}]}]},
                       {[1], [{['$1'], [{'>', '$1', 1}], [{message, no}]}, {'_', [], [{message, false}]}]}, {[1], [{['$1'], [], [{exception_trace}, {message, {caller}}]}]},
                       {[1], [{x, [], []}]}, {[1], [{[a | b], [], []}]}, {x, [{'_', [], []}]}]].

compiled() ->
    C = ets:match_spec_compile([{{'$1', '$2'}, [{'>', '$2', 1}], ['$1']}]),
    {ets:is_compiled_ms(C), ets:is_compiled_ms(x), ets:is_compiled_ms(make_ref()), ets:match_spec_run([{a, 1}, {b, 2}, {c, 3}, d], C),
     catch element(1, element(2, catch ets:match_spec_compile([{x}])))}.

replaced() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{{K, N}, N} || K <- [a, b], N <- [1, 2]]),
    R = [try ets:select_replace(T, MS) catch error:badarg -> badarg end
         || MS <- [[{{'$1', '$2'}, [], [{{'$1', {'+', '$2', 1}}}]}], [{{{'$1', '$2'}, '_'}, [], [{{{{'$1', '$2'}}, new}}]}], [{{{a, '$2'}, '_'}, [], [{{{const, {a, '$2'}}, new}}]}],
                   [{{{a, 1}, '_'}, [], [{const, {{a, 1}, constant}}]}], [{{'$1', '_'}, [], [{{x, y}}]}], [{'_', [], ['$_']}], [{'$1', [], [{{{element, 1, '$_'}, z}}]}],
                   [{{'$1', '_'}, [], [{{{element, 1, '$_'}, z}}]}], [{{'$1', '_'}, [], ['$1']}]]],
    {R, ets:tab2list(T)}.

portions() ->
    [begin
         T = ets:new(t, [Type]),
         ets:insert(T, [{N rem 10, N} || N <- lists:seq(1, 40)]),
         Walk = fun W('$end_of_table') -> []; W({L, C}) -> [L | W(ets:select(ets:repair_continuation(binary_to_term(term_to_binary(C)), [{{'_', '$1'}, [{'>', '$1', 5}], ['$1']}])))] end,
         Found = Walk(ets:select(T, [{{'_', '$1'}, [{'>', '$1', 5}], ['$1']}], 3)),
         Longest = case Found of [] -> 0; _ -> lists:max([length(L) || L <- Found]) end,
         {Type, Longest, lists:sort(lists:append(Found)), lists:sort(ets:select(T, [{{3, '$1'}, [], ['$1']}])), lists:sort(element(1, ets:match(T, {7, '$1'}, 10))), lists:sort(element(1, ets:match_object(T, {'_', '_'}, 100)))}
     end || Type <- [set, ordered_set, bag, duplicate_bag]] ++
    backwards().

backwards() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{N} || N <- lists:seq(1, 10)]),
    {L, C} = ets:select_reverse(T, [{{'$1'}, [], ['$1']}], 4),
    [L, element(1, ets:select_reverse(C)), ets:select_reverse(T, [{{'$1'}, [], ['$1']}])].

keys() ->
    T = ets:new(t, [ordered_set]),
    Keys = [1, 1.5, 2.0, a, aa, ab, {}, {a}, {b}, {a, 1}, {a, 2}, [], [a], [a, b], [b], "str", <<>>, <<"a">>, <<"ab">>, <<1:3>>, #{}, #{a => 1}, 1 bsl 70, -(1 bsl 70), -1, 0.5, abcdefghij, abcdefghik],
    [ets:insert(T, {K, x}) || K <- lists:reverse(Keys)],
    ets:insert(T, {2, two}),
    {ets:tab2list(T), ets:lookup(T, 1.0), ets:lookup(T, 2), ets:next(T, abcdefghij), ets:prev(T, 1), ets:select_count(T, [{{{'_', '_'}, '_'}, [], [true]}]), ets:select(T, [{{2, '$1'}, [], ['$1']}]), ets:select(T, [{{2.0, '$1'}, [], ['$1']}]),
     ets:select_delete(T, [{{'$1', '_'}, [{is_tuple, '$1'}], [true]}]), ets:info(T, size)}.

fixed() ->
    T = ets:new(t, [public]),
    ets:insert(T, [{N} || N <- lists:seq(1, 100)]),
    ets:safe_fixtable(T, true), ets:safe_fixtable(T, true),
    {_, [{Self, 2}]} = ets:info(T, safe_fixed_monotonic_time),
    Walk = fun W('$end_of_table', N) -> N; W(K, N) -> ets:delete(T, K), W(ets:next(T, K), N + 1) end,
    Seen = Walk(ets:first(T), 0),
    {P, R} = spawn_monitor(fun() -> ets:safe_fixtable(T, true), receive stop -> ok end end),
    Wait = fun W() -> case length(element(2, ets:info(T, safe_fixed))) of 2 -> ok; _ -> erlang:yield(), W() end end, Wait(),
    P ! stop, receive {'DOWN', R, _, _, _} -> ok end,
    {_, [{Self, 2}]} = ets:info(T, safe_fixed),
    ets:safe_fixtable(T, false), F1 = ets:info(T, fixed), ets:safe_fixtable(T, false),
    {Self =:= self(), Seen, F1, ets:info(T, fixed), ets:info(T, safe_fixed), catch element(1, element(2, (catch ets:next(T, 1))))}.

owners() ->
    Me = self(),
    Holder = fun() -> receive {'ETS-TRANSFER', T, _, D} -> Me ! {has, self(), T, D}, receive stop -> ok end end end,
    {P1, R1} = spawn_monitor(Holder), {P2, R2} = spawn_monitor(Holder),
    T = ets:new(given, [named_table, {heir, P2, inherited}]), ets:insert(T, {k, v}),
    ets:give_away(T, P1, given), {P1, D1} = receive {has, A, given, X} -> {A, X} end,
    O1 = ets:info(given, owner) =:= P1, W = (catch ets:insert(given, {x})),
    P1 ! stop, receive {'DOWN', R1, _, _, _} -> ok end,
    {P2, D2} = receive {has, B, given, Y} -> {B, Y} end,
    O2 = ets:info(given, owner) =:= P2, L = ets:lookup(given, k),
    P2 ! stop, receive {'DOWN', R2, _, _, _} -> ok end,
    {D1, O1, element(1, element(2, W)), D2, O2, L, ets:info(given), catch element(1, element(2, (catch ets:give_away(ets:new(x, []), P1, d))))}.

counters() ->
    T = ets:new(t, []), ets:insert(T, {c, 1, 10, x}),
    [try ets:update_counter(T, K, Op) catch error:R -> R end || {K, Op} <- [{c, 1}, {c, {2, 5}}, {c, {3, -20, 0, 7}}, {c, []}, {c, [{2, 1}, {2, 1}]}, {c, [{2, 1}, {4, 1}]}, {c, {4, 1}}, {c, {1, 1}}, {c, {9, 1}}, {c, a}, {d, 1}, {c, {2, 1 bsl 64}}, {c, {2, -(1 bsl 64)}}, {c, {2, 1, 5, 6, 7}}]]
        ++ [try ets:update_counter(T, K, Op, D) catch error:R -> R end || {K, Op, D} <- [{e, 1, {x, 5}}, {e, 1, {x, 100}}, {f, {3, 1}, {x, 5}}, {g, [{2, 1}, {3, 2}], {0, 1, 2}}, {c, 0, {}}]]
        ++ [try ets:update_element(T, K, E) catch error:R -> R end || {K, E} <- [{c, {2, [list]}}, {c, {3, 0}}, {c, [{2, a}, {3, b}]}, {c, {1, z}}, {c, {7, z}}, {none, {2, 1}}, {c, []}]] ++ lists:sort(ets:tab2list(T)).

%% Clauses that each name a key: rows of all those keys are found, at once and in portions.
several_keys() ->
    [begin
         T = ets:new(t, [Kind]),
         ets:insert(T, [{{Side, V}, E} || Side <- [in, out], V <- [1, 2, 3], E <- [a, b, c]]),
         Spec = [{{{Side, V}, '$1'}, [], [{{Side, V, '$1'}}]} || {Side, V} <- [{out, 1}, {in, 2}, {in, 4}, {out, 1}, {in, 3}]],
         Counted = [{Head, Guards, [true]} || {Head, Guards, _} <- Spec],
         {Kind, lists:sort(ets:select(T, Spec)), [lists:sort(portioned(ets:select(T, Spec, N))) || N <- [1, 2, 4, 100]], ets:select_count(T, Counted),
          lists:sort(ets:match_object(T, {{in, 2}, '_'})), ets:select_delete(T, Counted), lists:sort(ets:tab2list(T))}
     end || Kind <- [set, ordered_set, bag, duplicate_bag]].

portioned('$end_of_table') -> [];
portioned({Found, Continuation}) -> Found ++ portioned(ets:select(Continuation)).
