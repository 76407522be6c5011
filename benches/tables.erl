%% kind: concurrent
%% size: 200000
%% quick: 20000
%% schedulers: 1 2
%%
%% Tables of `ets`: inserting in order and at random, looking up, updating, searching, going over the rows in order; then one process
%% that reads and two that do at once, each keys of its own, and two that write, read and count. Each time is that for `size` rows, of
%% those who read at once for `size` rows each: with a scheduler for each it should be that of the one.
-module(tables).
-export([main/1]).

main(Args) ->
    Size = bench:size(Args),
    Keys = shuffled(Size),
    [alone(Type, Size, Keys) || Type <- [set, ordered_set]],
    [reading(Type, Size, Keys) || Type <- [set, ordered_set]],
    [together(Type, Size) || Type <- [set, ordered_set]],
    ok.

alone(Type, Size, Keys) ->
    Name = fun(What) -> lists:concat([Type, "_", What]) end,
    Ordered = ets:new(t, [Type, public]),
    bench:timed(Name(insert_in_order), fun() -> each(Size, fun(K) -> ets:insert(Ordered, {K, K, 0}) end) end),
    ets:delete(Ordered),
    T = ets:new(t, [Type, public]),
    bench:timed(Name(insert_at_random), fun() -> [ets:insert(T, {K, K, 0}) || K <- Keys], ok end),
    bench:timed(Name(lookup), fun() -> [ets:lookup(T, K) || K <- Keys], ok end),
    bench:timed(Name(lookup_element), fun() -> [ets:lookup_element(T, K, 2) || K <- Keys], ok end),
    bench:timed(Name(update_counter), fun() -> [ets:update_counter(T, K, {3, 1}) || K <- Keys], ok end),
    bench:timed(Name(update_element), fun() -> [ets:update_element(T, K, {2, [K]}) || K <- Keys], ok end),
    bench:timed(Name(select), fun() -> ets:select(T, [{{'$1', '_', '$2'}, [{'<', {'rem', '$1', 10}, 1}], [{{'$1', '$2'}}]}]) end),
    bench:timed(Name(select_count), fun() -> ets:select_count(T, [{{'$1', '_', 1}, [{'>', '$1', 10}], [true]}]) end),
    bench:timed(Name(select_by_key), fun() -> [ets:select(T, [{{K, '$1', '_'}, [], ['$1']}]) || K <- Keys], ok end),
    bench:timed(Name(next), fun() -> walk(T, ets:first(T)) end),
    bench:timed(Name(select_in_portions), fun() -> portions(ets:select(T, [{{'$1', '_', '_'}, [], ['$1']}], 100)) end),
    bench:timed(Name(tab2list), fun() -> length(ets:tab2list(T)) end),
    bench:timed(Name(delete), fun() -> ets:delete(T) end).

%% One process, and two at once, who each look up as many keys: those of the other are others.
reading(Type, Size, Keys) ->
    T = ets:new(t, [Type, public, {read_concurrency, true}]),
    each(2 * Size, fun(N) -> ets:insert(T, {N, N, 0}) end),
    Read = fun(Half) -> [ets:lookup(T, 2 * K + Half - 1) || K <- Keys], ok end,
    [bench:timed(lists:concat([Type, "_", Name]), fun() -> at_once(Read, Halves) end)
     || {Name, Halves} <- [{one_reads, [0]}, {two_read, [0, 1]}]],
    ets:delete(T).

at_once(Work, Halves) ->
    Monitors = [element(2, spawn_monitor(fun() -> Work(Half) end)) || Half <- Halves],
    [receive {'DOWN', M, _, _, normal} -> ok end || M <- Monitors].

%% Two processes, which write, read and count.
together(Type, Size) ->
    T = ets:new(t, [Type, public, {write_concurrency, true}, {read_concurrency, true}]),
    Work = fun(Half) ->
        each(Size div 2, fun(N) -> ets:insert(T, {2 * N + Half, N, 0}) end),
        each(Size div 2, fun(N) -> ets:lookup(T, 2 * N + Half) end),
        each(Size div 2, fun(N) -> ets:update_counter(T, 2 * N + Half, {3, 1}) end)
    end,
    bench:timed(lists:concat([Type, "_two_processes"]), fun() -> at_once(Work, [0, 1]) end),
    ets:delete(T).

each(0, _) -> ok;
each(N, Fun) -> Fun(N), each(N - 1, Fun).

portions('$end_of_table') -> ok;
portions({_, Continuation}) -> portions(ets:select(Continuation)).

walk(_, '$end_of_table') -> ok;
walk(T, K) -> walk(T, ets:next(T, K)).

%% The numbers up to Size in an order without a pattern, the same each time.
shuffled(Size) -> [K || {_, K} <- lists:sort([{erlang:phash2(K), K} || K <- lists:seq(1, Size)])].
