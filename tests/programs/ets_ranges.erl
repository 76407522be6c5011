%% Searching tables by keys that are known in part, by many keys, over large rows and many rows of one key; and what going over tables
%% and inheriting them does at the edges.
-module(ets_ranges).
-export([main/1]).

main(_) ->
    ranges(),
    changes(),
    mixed_keys(),
    many_keys(),
    large_rows(),
    many_of_one_key(),
    edges(),
    names(),
    long_lists(),
    deleted_amid(),
    owners().

show(Name, Value) -> io:format("~p ~p~n", [Name, Value]).

all_of(_, Pattern) -> [{{Pattern, '$1'}, [], ['$_']}].

%% Keys of tuples, lists and numbers, with patterns that are bound up to some place.
ranges() ->
    T = ets:new(t, [ordered_set]),
    Keys = [{A, B, C} || A <- [a, b, c], B <- [1, 2, 3], C <- [x, y]]
        ++ [[A, B | C] || A <- [1, 2], B <- [p, q], C <- [[], [z], end_of_it]]
        ++ [{A} || A <- [a, b]] ++ [{a, 1}, {b, [1, 2], "text"}, {b, [1, 3], "text"}, a, b, 1, 2.5],
    [ets:insert(T, {K, erlang:phash2(K)}) || K <- Keys],
    Patterns = [{a, '_', '_'}, {b, 2, '_'}, {b, '_', x}, {c, 3, y}, {d, '_', '_'}, {'_', 1, x}, {'$7', 1, '$7'}, {a}, {'_'}, {a, '_'},
                [1 | '_'], [2, q | '_'], [2, '_', z], [3 | '_'], [], {b, [1, '_'], '_'}, {b, [1 | '_'], "text"}, {b, [2 | '_'], '_'}, '_', '$3', a, 2.5],
    [show(P, {ets:select(T, all_of(T, P)), ets:select_reverse(T, all_of(T, P)), ets:select_count(T, [{{P, '_'}, [], [true]}])})
     || P <- Patterns],
    [show({portions, P, N}, {portions(ets:select(T, all_of(T, P), N)), portions(ets:select_reverse(T, all_of(T, P), N))})
     || P <- [{b, '_', '_'}, {b, 2, '_'}, [1 | '_'], '_'], N <- [1, 2, 5]],
    show(two, ets:select(T, all_of(T, {a, 1, '_'}) ++ all_of(T, {c, 3, '_'}))),
    show(deleted, ets:select_delete(T, [{{{b, '_', '_'}, '_'}, [], [true]}])),
    show(replaced, ets:select_replace(T, [{{{c, '$1', '$2'}, '_'}, [], [{{{{c, '$1', '$2'}}, new}}]}])),
    show(left, ets:tab2list(T)).

portions('$end_of_table') -> [];
portions({Found, Continuation}) -> [Found | portions(ets:select(Continuation))].

%% The table changes between portions, where the search stands too.
changes() ->
    T = ets:new(t, [ordered_set]),
    [ets:insert(T, {{g, N}, N}) || N <- lists:seq(1, 20)],
    ets:insert(T, [{{f, 1}, f}, {{h, 1}, h}]),
    {First, C1} = ets:select(T, all_of(T, {g, '_'}), 5),
    [ets:delete(T, {g, N}) || N <- lists:seq(4, 8)],
    ets:insert(T, {{g, 9.5}, between}),
    {Second, C2} = ets:select(C1),
    ets:delete_all_objects(T),
    show(changes, {First, Second, ets:select(C2)}).

%% Numbers that are equal and not the same, and maps, within keys.
mixed_keys() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{{1, a}, i}, {{1.0, b}, f}, {{2, a}, i}, {{#{a => 1}, 1}, m}, {{#{a => 1, b => 2}, 2}, m}, {{#{}, 3}, m}]),
    show(mixed, [ets:select(T, all_of(T, P)) || P <- [{1, '_'}, {1.0, '_'}, {2.0, '_'}, {#{a => 1}, '_'}, {#{}, '_'}, {#{a => '$2'}, '$2'}]]),
    ets:insert(T, {1.0, x}),
    show(equal, {ets:lookup(T, 1), ets:select(T, all_of(T, 1)), ets:match_object(T, {1.0, '_'})}).

%% Clauses that name thousands of keys, some of them twice.
many_keys() ->
    [begin
         T = ets:new(t, [Type]),
         [ets:insert(T, {{k, N rem 3000}, N}) || N <- lists:seq(1, 4000)],
         Clauses = [{{{k, N rem 2500}, '$1'}, [], ['$1']} || N <- lists:seq(1, 5000, 1)],
         Found = ets:select(T, Clauses),
         {Some, Continuation} = ets:select(T, Clauses, 100),
         show({many_keys, Type}, {length(Found), lists:sum(Found), length(Some), lists:sum(lists:append([Some | portions(ets:select(Continuation))]))})
     end || Type <- [set, ordered_set, duplicate_bag]].

%% Rows of more words than are looked at in their places, among small ones.
large_rows() ->
    [begin
         T = ets:new(t, [Type, {keypos, 2}]),
         Large = lists:seq(1, 1000),
         [ets:insert(T, {if N rem 5 =:= 0 -> Large; true -> N end, N}) || N <- lists:seq(1, 300)],
         ets:insert(T, {x, Large}),
         Rows = ets:select(T, [{{Large, '$1'}, [], ['$1']}]),
         Walked = walk(T, ets:first(T), []),
         show({large_rows, Type}, {lists:sort(Rows), length(Walked), lists:sort(Walked) =:= lists:sort([Large | lists:seq(1, 300)]),
             ets:lookup(T, 10) =:= [{Large, 10}], ets:lookup_element(T, Large, 1),
             lists:sum([N || {Some, _} <- [ets:select(T, [{{'_', '$1'}, [{is_integer, '$1'}], ['$1']}], 70)], N <- Some]) > 0,
             ets:select_delete(T, [{{Large, '_'}, [], [true]}]), ets:info(T, size)})
     end || Type <- [set, ordered_set, bag]].

walk(_, '$end_of_table', Keys) -> Keys;
walk(T, K, Keys) -> walk(T, ets:next(T, K), [K | Keys]).

many_of_one_key() ->
    [begin
         T = ets:new(t, [Type]),
         [ets:insert(T, {N rem 3, N}) || N <- lists:seq(1, 200)],
         show({many_of_one_key, Type}, {[ets:lookup(T, 1) =:= [{1, N} || N <- lists:seq(1, 200), N rem 3 =:= 1],
             ets:lookup_element(T, 2, 2) =:= [N || N <- lists:seq(1, 200), N rem 3 =:= 2]],
             lists:sort(ets:select(T, [{{'_', '$1'}, [{'<', '$1', 9}], ['$1']}])),
             lists:sum(lists:append(portions(ets:select(T, [{{'_', '$1'}, [], ['$1']}], 7)))),
             ets:select_delete(T, [{{'_', '$1'}, [{'>', '$1', 100}], [true]}]), ets:info(T, size),
             length(ets:take(T, 0)), ets:info(T, size)})
     end || Type <- [bag, duplicate_bag]].

%% The mark of the end is no key to go on from; a key that is not there is one where there is an order, or the table is fixed.
edges() ->
    [begin
         T = ets:new(t, [Type]),
         ets:insert(T, [{1, a}, {a, 1}]),
         Try = fun(F, K) -> try ets:F(T, K) catch error:E -> E end end,
         Unfixed = [Try(F, K) || F <- [next, prev], K <- ['$end_of_table', nothing]],
         ets:insert(T, {'$end_of_table', x}),
         ets:delete(T, '$end_of_table'),
         show({edges, Type}, {Unfixed, [Try(F, '$end_of_table') || F <- [next, prev]]}),
         E = ets:new(t, [Type]),
         show(empty, {ets:first(E), ets:last(E), ets:select(E, all_of(E, '_'), 3), ets:match_object(E, '_')})
     end || Type <- [set, ordered_set, bag, duplicate_bag]].

%% A search goes on in the table that it began in, whatever has that name now; where there is an order, in that.
names() ->
    [begin
         T = ets:new(named, [Type, named_table]),
         ets:insert(T, [{N, x} || N <- lists:seq(1, 4)]),
         {Some, C1} = ets:select(T, all_of(T, '_'), 2),
         ets:rename(T, other),
         More = fun(C) -> try ets:select(C) catch error:E -> E end end,
         Rest = case More(C1) of {Found, _} -> Found; Error -> Error end,
         ets:delete(other),
         ets:new(named, [Type, named_table]),
         show({names, Type}, {length(Some), if is_list(Rest) -> lists:sort(Some ++ Rest); true -> Rest end, More(C1)}),
         ets:delete(named)
     end || Type <- [set, ordered_set, bag]].

%% Long lists are put in by one process while another looks, and is killed amid it: there are never the rows of only a part.
long_lists() ->
    [begin
         T = ets:new(t, [Type, public]),
         Keys = lists:seq(1, 3000),
         Write = fun Write(V) -> ets:insert(T, [{K, V} || K <- Keys]), Write(V + 1) end,
         ets:insert(T, [{K, 0} || K <- Keys]),
         Kept = [begin
                     {Pid, Monitor} = spawn_monitor(fun() -> Write(Round * 1000) end),
                     Looks = [begin
                                  First = ets:lookup_element(T, 1, 2),
                                  Last = ets:lookup_element(T, 3000, 2),
                                  erlang:yield(),
                                  First =< Last
                              end || _ <- lists:seq(1, 50)],
                     exit(Pid, kill),
                     receive {'DOWN', Monitor, _, _, killed} -> ok end,
                     {lists:all(fun(Look) -> Look end, Looks), length(lists:usort(ets:select(T, [{{'_', '$1'}, [], ['$1']}])))}
                 end || Round <- lists:seq(1, 5)],
         New = [ets:insert_new(T, [{-K, x} || K <- lists:seq(1, 2000)]), ets:insert_new(T, [{K, x} || K <- lists:seq(3000, 6000)])],
         show({long_lists, Type}, {lists:usort(Kept), New, ets:info(T, size)})
     end || Type <- [set, ordered_set]].

%% A table is deleted while processes put rows in that are there already: nobody finds it empty.
deleted_amid() ->
    [begin
         T = ets:new(t, [Type, public]),
         List = [{K, x} || K <- lists:seq(1, 500)],
         ets:insert(T, List),
         Put = fun Put() -> case catch ets:insert_new(T, List) of false -> Put(); true -> exit(empty); {'EXIT', {badarg, _}} -> exit(badarg) end end,
         Monitors = [element(2, spawn_monitor(Put)) || _ <- lists:seq(1, 4)],
         receive after 2 -> ok end,
         ets:delete(T),
         Ends = [receive {'DOWN', M, _, _, Why} -> Why end || M <- Monitors],
         lists:usort(Ends) =:= [badarg] orelse show({deleted_amid, Type}, Ends)
     end || Type <- [set, ordered_set], _ <- lists:seq(1, 20)],
    show(deleted_amid, done).

%% An heir stays it when it has inherited; tables are given only to the living.
owners() ->
    Self = self(),
    {Pid, Monitor} = spawn_monitor(fun() -> ets:new(heirloom, [named_table, {heir, Self, data}]) end),
    receive {'DOWN', Monitor, _, _, _} -> ok end,
    receive {'ETS-TRANSFER', heirloom, Pid, data} -> ok end,
    show(inherited, {ets:info(heirloom, owner) =:= Self, ets:info(heirloom, heir) =:= Self}),
    ets:setopts(heirloom, {heir, Pid, data}),
    show(dead_heirs, {ets:info(heirloom, heir), ets:info(ets:new(t, [{heir, Pid, data}]), heir)}),
    ets:setopts(heirloom, {heir, Self, data}),
    show(dead, try ets:give_away(heirloom, Pid, x) catch error:E -> E end),
    {Taker, Watch} = spawn_monitor(fun() -> receive {'ETS-TRANSFER', heirloom, Self, x} -> exit(ets:info(heirloom, heir) =:= Self) end end),
    ets:give_away(heirloom, Taker, x),
    receive {'DOWN', Watch, _, _, Was} -> show(given, Was) end,
    receive {'ETS-TRANSFER', heirloom, Taker, data} -> show(back, ets:info(heirloom, owner) =:= Self) end,
    {Large, Last} = spawn_monitor(fun() -> T = ets:new(large, [named_table]), [ets:insert(T, {N, N}) || N <- lists:seq(1, 5000)] end),
    receive {'DOWN', Last, _, Large, normal} -> ok end,
    show(gone, ets:info(large)).
