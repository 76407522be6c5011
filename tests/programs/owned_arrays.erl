%% Arrays of atomics and counters live as long as somebody has their reference, wherever that is, and no longer.
-module(owned_arrays).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P(forgotten()),
    P(handed_on()),
    P(kept()),
    P(refused()),
    P(others()).

%% Two gigabytes in all, which nobody has at once.
forgotten() ->
    Array = fun(I) -> A = atomics:new(100000, []), atomics:add_get(A, 1 + I rem 100000, I) end,
    Counter = fun(I) -> C = counters:new(10000, [write_concurrency]), counters:add(C, 3, I), counters:get(C, 3) end,
    Sums = [lists:sum([F(I) || I <- lists:seq(1, 2000)]) || F <- [Array, Counter]],
    %% Many that are small, kept for a while.
    Many = [atomics:new(1, []) || _ <- lists:seq(1, 10000)],
    [atomics:add(A, 1, 7) || A <- Many],
    Sum = lists:sum([atomics:get(A, 1) || A <- Many]),
    erlang:garbage_collect(),
    {Sums, Sum, erlang:memory(total) < 500_000_000}.

%% The process that made it ends; the array is in a message, then in another heap.
handed_on() ->
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() -> A = atomics:new(3, []), atomics:put(A, 2, 42), Self ! {array, [A, {A}]} end),
    receive {'DOWN', Ref, process, Pid, normal} -> ok end,
    erlang:garbage_collect(),
    receive {array, [A, {B}]} -> ok end,
    erlang:garbage_collect(),
    atomics:add(B, 2, 1),
    {A =:= B, atomics:get(A, 2), maps:get(size, atomics:info(A))}.

kept() ->
    Array = fun(V) -> A = atomics:new(1, [{signed, false}]), atomics:put(A, 1, V), A end,
    Table = ets:new(table, [set]),
    ets:insert(Table, {a, Array(5)}),
    persistent_term:put(an_array, {Array(6)}),
    put(an_array, Array(7)),
    Fun = (fun(A) -> fun() -> atomics:add_get(A, 1, 1) end end)(Array(8)),
    [[binary:copy(<<1>>, 100000) || _ <- lists:seq(1, 100)] || _ <- lists:seq(1, 20)],
    erlang:garbage_collect(),
    [{_, A}] = ets:lookup(Table, a),
    {B} = persistent_term:get(an_array),
    ets:delete(Table),
    persistent_term:erase(an_array),
    erlang:garbage_collect(),
    [atomics:get(A, 1), atomics:get(B, 1), atomics:get(get(an_array), 1), Fun(), Fun()].

refused() ->
    Bad = [make_ref(), 7, {a}, [], <<1:8>>, self(), ets:match_spec_compile([{'_', [], ['$_']}])],
    [catch_reason(fun() -> atomics:get(X, 1) end) || X <- Bad] ++ [catch_reason(fun() -> counters:get({atomics, X}, 1) end) || X <- Bad].

%% The same holds for what is known by a reference elsewhere.
others() ->
    Streams = [begin Z = zlib:open(), ok = zlib:deflateInit(Z), Z end || _ <- lists:seq(1, 300)],
    Data = iolist_to_binary([zlib:deflate(hd(Streams), <<"hello">>), zlib:deflate(hd(Streams), [], finish)]),
    Z = zlib:open(),
    zlib:inflateInit(Z),
    Back = iolist_to_binary(zlib:inflate(Z, Data)),
    {Self, A} = {self(), atomics:new(1, [])},
    spawn(fun() -> Self ! (catch zlib:inflate(Z, Data)) end),
    {Back, receive {'EXIT', {Reason, _}} -> Reason end, catch_reason(fun() -> zlib:inflate(A, Data) end)}.

catch_reason(F) -> try F() catch C:R -> {C, R} end.
