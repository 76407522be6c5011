%% Native records, which only OTP 29 compiles.
-module(native_records).
-export([main/1]).
-record #pair{first = 1, second, rest = [x, 1.5, <<"text">>, 1 bsl 65]}.
-record #lonely{}.
-record #all{a, b, c, d, e, f, g, h, i, j}.
-export_record([pair]).

main(_) ->
    tell(making, making()),
    tell(matching, matching()),
    tell(updating, updating()),
    tell(access, access()),
    tell(guards, guards()),
    tell(order, order()),
    tell(hashes, hashes()),
    tell(bytes, bytes()),
    tell(module_records, module_records()),
    tell(failures, failures()),
    tell(messages, messages()),
    tell(collection, collection(2000, #pair{second = []})).

tell(What, Results) ->
    io:format("~w~n", [What]),
    [io:format("  ~w~n", [shown(Result)]) || Result <- Results].

%% Records as tuples: not all OTPs whose libraries print this know of records.
shown([Head | Tail]) -> [shown(Head) | shown(Tail)];
shown(Tuple) when is_tuple(Tuple) -> list_to_tuple(shown(tuple_to_list(Tuple)));
shown(Map) when is_map(Map) -> {map, lists:sort([{shown(Key), shown(Value)} || {Key, Value} <- maps:to_list(Map)])};
shown(Record) when is_record(Record) ->
    Fields = [{Field, shown(records:get(Field, Record))} || Field <- records:get_field_names(Record)],
    {'#', records:get_module(Record), records:get_name(Record), Fields};
shown(Term) -> Term.

pair(Second) -> #pair{second = Second}.

id(X) -> X.

%% What a call gives or why it fails, with the functions of this module in its trace.
try_to(F) ->
    try F()
    catch
        Class:Reason:Trace ->
            {Class, Reason, [{N, A, proplists:get_value(line, At)} || {M, N, A, At} <- lists:sublist(Trace, 2), M =:= ?MODULE]}
    end.

making() ->
    _ = geometry:point(0, 0),
    [pair(2), #pair{first = {a}, second = b, rest = []}, #lonely{}, geometry:point(1, 2), geometry:secret(s),
     #geometry:point{name = p}, #geometry:line{to = #geometry:point{name = q}, from = [1]}, #geometry:empty{},
     try_to(fun() -> #geometry:line{from = 1} end),
     try_to(fun() -> #geometry:line{from = 1, to = 2, middle = 3} end),
     try_to(fun() -> #geometry:line{middle = 3} end),
     try_to(fun() -> #geometry:secret{value = 1} end),
     try_to(fun() -> #geometry:triangle{} end),
     try_to(fun() -> #no_such_module:thing{x = 1} end),
     [try #geometry:point{z = 1} catch _:_ -> caught end],
     #all{a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10}].

values() ->
    [pair(2), pair(<<"second">>), #lonely{}, geometry:point(1, 2), geometry:secret(7), {pair, 1, 2}, pair, [], #{first => 1}].

matching() ->
    [[match(V) || V <- values()], [match_external(V) || V <- values()], [match_any(V) || V <- values()],
     [geometry:secret_of(V) || V <- values()],
     begin #pair{second = S, first = F, rest = [H | _]} = id(pair(z)), {S, F, H} end,
     try_to(fun() -> #pair{first = 2} = id(pair(2)) end),
     try_to(fun() -> case id(pair(1)) of #lonely{} -> no end end),
     [S || #pair{second = S} <- values()],
     (fun(#all{j = J, a = A, e = E}) -> [J, A, E] end)(id(#all{a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8,
                                                               i = 9, j = 10}))].

match(#pair{first = 1, second = <<S/binary>>}) -> {pair, S};
match(#pair{second = S}) -> {second, S};
match(#lonely{}) -> lonely;
match(_) -> other.

match_external(#geometry:point{x = X, y = Y}) -> {X, Y};
match_external(#geometry:secret{value = V}) -> {leaked, V};
match_external(#geometry:secret{}) -> secret;
match_external(#native_records:pair{first = F}) -> {mine, F};
match_external(#native_records:lonely{}) -> alone;
match_external(_) -> other.

match_any(#_{name = N}) -> {name, N};
match_any(#_{first = F}) -> {first, F};
match_any(#_{hint = H}) -> {hint, H};
match_any(#_{}) -> record;
match_any(_) -> other.

updating() ->
    P = id(pair(2)),
    [P#pair{first = 9}, P#pair{rest = P, second = {P}}, P,
     (id(geometry:point(1, 2)))#geometry:point{y = 3}, geometry:moved(geometry:point(1, 2), 10),
     P#_{second = 5}, (id(geometry:point(1, 2)))#_{x = x},
     try_to(fun() -> P#_{nothing = 5} end),
     try_to(fun() -> (id(geometry:secret(1)))#_{value = 5} end),
     try_to(fun() -> (id(geometry:secret(1)))#geometry:secret{value = 5} end),
     try_to(fun() -> (id(geometry:point(1, 2)))#geometry:point{z = 5} end),
     try_to(fun() -> (id({pair, 1, 2}))#pair{first = 5} end),
     try_to(fun() -> (id(#lonely{}))#pair{first = 5} end),
     try_to(fun() -> (id(P))#native_records:pair{first = 5} end),
     [try (id(P))#_{nothing = 1} catch error:{badfield, _} -> caught end]].

access() ->
    P = id(pair(2)),
    [{P#pair.first, P#pair.second}, (id(geometry:point(7, 8)))#geometry:point.y, P#_.rest,
     (id(geometry:point(7, 8)))#_.x,
     try_to(fun() -> (id(geometry:secret(8)))#_.value end),
     try_to(fun() -> (id(geometry:secret(8)))#geometry:secret.value end),
     try_to(fun() -> (id(geometry:point(8, 9)))#geometry:point.z end),
     try_to(fun() -> (id(x))#pair.first end),
     try_to(fun() -> (id(#lonely{}))#pair.first end),
     try_to(fun() -> (id({}))#_.first end)].

guards() ->
    [[guard(V) || V <- values()],
     [{is_record(V), is_record(V, pair), is_record(V, native_records, pair), is_record(V, pair, 3), is_tuple(V), is_map(V)}
      || V <- values()],
     [{apply(erlang, is_record, [V]), apply(erlang, is_record, [V, pair]),
       apply(erlang, is_record, [V, geometry, point])} || V <- values()],
     [try_to(fun() -> apply(erlang, is_record, A) end)
      || A <- [[pair(1), 1], [pair(1), 1, pair], [pair(1), native_records, 3], [x, a, <<>>], [x, a, -1], [x, a, 1 bsl 70]]]].

guard(R) when R#pair.first =:= 1, R#pair.second < 10 -> small;
guard(R) when R#pair.first =:= 1; R#geometry:point.x =:= 1 -> one;
guard(R) when is_record(R, lonely) -> lonely;
guard(R) when R#_.hint =:= none -> seen;
guard(R) when is_record(R) -> record;
guard(_) -> other.

%% Records of every module, name, visibility and set of fields, each twice, in the order of terms.
order() ->
    Fields = [[], [{a, 1}], [{b, 0}], [{a, 1}, {b, 0}], [{b, 0}, {a, 1}], [{a, 1.0}], [{a, []}, {zz, 2}]],
    Records = [records:create(M, N, F, #{is_exported => E})
               || M <- [m2, m1], N <- [n, 'N', true], E <- [true, false], F <- Fields],
    Mixed = [1, a, {}, #{}, [], <<>>, {pair, 1} | Records],
    [lists:sort(Mixed ++ Records) =:= lists:merge(lists:sort(Mixed), lists:sort(Records)),
     lists:sort(Mixed), length(lists:usort(Mixed ++ Records)),
     [pair(1) == pair(1.0), pair(1) =:= pair(1.0), pair(1) =:= pair(1), pair(1) < pair(2), pair(1) =/= pair(2)],
     maps:get(pair(3), #{pair(K) => K || K <- lists:seq(1, 100)}),
     maps:size(#{K => 1 || K <- Records ++ lists:reverse(Records)}),
     binary_to_term(term_to_binary(pair(1))) =:= pair(1)].

hashes() ->
    [{erlang:phash2(R), erlang:phash2(R, 1 bsl 32)}
     || R <- [#lonely{}, {#lonely{}}, [#lonely{}, #lonely{}], records:create(m, n, [], #{is_exported => true}),
              records:create(m, n, [{a, b}], #{is_exported => true}),
              records:create(m, n, [{a, {1, "b"}}], #{is_exported => false})]].

bytes() ->
    Bytes = [term_to_binary(R, O) || R <- [pair(2), #lonely{}, geometry:point(1, [geometry:secret(2)])],
                                     O <- [[], [deterministic], [{minor_version, 1}], [compressed]]],
    Damaged = [<<131, $C, 1:32, F, 119, 1, "m", 119, 1, "n", K/binary, 97, 1>>
               || F <- [0, 1, 2, 128, 255], K <- [<<119, 1, "a">>, <<97, 1>>, <<>>]],
    [Bytes, [binary_to_term(B) || B <- Bytes],
     [try binary_to_term(B) catch error:R -> R end || B <- Damaged],
     [try binary_to_term(B) catch error:R -> R end
      || B <- [<<131, $C, 2:32, 1, 119, 1, "m", 119, 1, "n", 119, 1, "a", 119, 1, "a", 97, 1, 97, 2>>,
               <<131, $C, 16#ffffffff:32, 1, 119, 1, "m", 119, 1, "n">>, <<131, $C, 1:32, 1, 97, 1, 119, 1, "n">>]]].

module_records() ->
    P = id(pair(2)),
    Calls =
        [{get, [first, P]}, {get, [nothing, P]}, {get, [1, P]}, {get, [first, x]}, {get_name, [P]}, {get_name, [1]},
         {get_module, [geometry:point(1, 2)]}, {get_module, [{a}]},
         {get_field_names, [P]}, {get_field_names, [#lonely{}]}, {get_field_names, [1]}, {is_exported, [P]},
         {is_exported, [#lonely{}]}, {is_exported, [2]},
         {get_definition, [geometry, line]}, {get_definition, [geometry, empty]}, {get_definition, [native_records, pair]},
         {get_definition, [geometry, nothing]}, {get_definition, [nothing, point]}, {get_definition, [1, 2]},
         {update, [P, native_records, pair, #{second => 9}]}, {update, [P, native_records, pair, #{}]},
         {update, [P, any, '_', #{second => 9, first => 8, rest => 7}]}, {update, [P, native_records, other, #{}]},
         {update, [P, 1, 2, #{}]}, {update, [P, native_records, pair, #{nothing => 9}]},
         {update, [P, native_records, pair, #{1 => 9}]}, {update, [P, native_records, pair, 7]},
         {update, [x, native_records, pair, #{}]},
         {update, [P, native_records, pair, #{{key, N} => N || N <- lists:seq(1, 1)}]},
         {create, [1, b, [], #{is_exported => true}]}, {create, [a, 1, [], #{is_exported => true}]},
         {create, [a, b, [{a, 1}, {a, 2}], #{is_exported => true}]},
         {create, [a, b, [{a, 1} | x], #{is_exported => true}]}, {create, [a, b, [a], #{is_exported => true}]},
         {create, [a, b, [{1, 2}], #{is_exported => true}]}, {create, [a, b, x, #{is_exported => true}]},
         {create, [a, b, [], []]}, {create, [a, b, [], #{is_exported => 1}]}, {create, [a, b, [], #{}]},
         {create, [a, b, [], #{is_exported => true, more => 1}]}, {create, [a, b, #{}, #{is_exported => true}]},
         {create, [a, b, [{list_to_atom("f" ++ integer_to_list(N)), N} || N <- lists:seq(1, 40)], #{is_exported => false}]}],
    [try apply(records, F, A) catch C:R:Trace -> {C, R, hd(Trace)} end || {F, A} <- Calls].

failures() ->
    P = id(pair(2)),
    [try_to(fun() -> P + id(1) end), try_to(fun() -> P() end), try_to(fun() -> map_get(a, P) end),
     try_to(fun() -> element(1, P) end), try_to(fun() -> [1 | P] ++ P end), try_to(fun() -> error({badrecord, P}) end)].

messages() ->
    Echo = spawn_link(fun Loop() -> receive {From, R} -> From ! {self(), R}, Loop() end end),
    Sent = [pair({counter, N, [P || P <- [pair(a)]]}) || N <- lists:seq(1, 100)],
    Received = [begin Echo ! {self(), R}, receive {Echo, Back} -> Back end end || R <- Sent],
    Table = ets:new(table, [set]),
    [ets:insert(Table, {R, R}) || R <- Sent],
    persistent_term:put(native_records, Sent),
    [Received =:= Sent, [ets:lookup(Table, R) || R <- Sent] =:= [[{R, R}] || R <- Sent],
     persistent_term:get(native_records) =:= Sent].

collection(0, R) -> [erlang:phash2(lists:sum(R#pair.second)), R#pair.first];
collection(N, #pair{second = L} = R) ->
    _ = [N | lists:seq(1, 20)],
    collection(N - 1, R#pair{second = [N | L], first = #pair{second = N}}).
