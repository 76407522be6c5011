%% Arrays of atomics and counters, persistent terms, and checksums.
-module(shared_values).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P(arrays()), P(counters()), P(persistent()), P(sums()), P([wrong(F) || F <- errors()]).

arrays() ->
    A = atomics:new(3, []), U = atomics:new(1, [{signed, false}]),
    {atomics:put(A, 1, 10), atomics:add(A, 1, -20), atomics:get(A, 1), atomics:add_get(A, 2, 5), atomics:exchange(A, 2, 7), atomics:compare_exchange(A, 2, 7, 8), atomics:compare_exchange(A, 2, 7, 9),
     atomics:get(A, 2), atomics:put(A, 3, 16#7fffffffffffffff), atomics:add_get(A, 3, 1), atomics:sub_get(U, 1, 1), is_reference(A), maps:get(size, atomics:info(A)), maps:get(max, atomics:info(U)),
     together(A)}.

together(A) ->
    atomics:put(A, 1, 0),
    Ps = [spawn_monitor(fun() -> [atomics:add(A, 1, 1) || _ <- lists:seq(1, 5000)] end) || _ <- lists:seq(1, 4)],
    [receive {'DOWN', R, _, _, normal} -> ok end || {_, R} <- Ps],
    atomics:get(A, 1).

counters() ->
    [begin C = counters:new(2, [O]), {counters:add(C, 1, 7), counters:sub(C, 1, 2), counters:put(C, 2, 9), counters:get(C, 1), counters:get(C, 2), maps:get(size, counters:info(C))} end || O <- [atomics, write_concurrency]].

persistent() ->
    K = {?MODULE, key},
    [persistent_term:get(K, none), persistent_term:put(K, [1, {two, <<"three">>}]), persistent_term:get(K), persistent_term:put(K, new), persistent_term:get(K), in_other(fun() -> persistent_term:get(K) end),
     persistent_term:erase(K), persistent_term:erase(K), persistent_term:get(K, gone)].

in_other(F) -> {_, R} = spawn_monitor(fun() -> exit(F()) end), receive {'DOWN', R, _, _, V} -> V end.

sums() ->
    D = [<<"Hello, ">>, "world", $!], C = lists:foldl(fun(X, S) -> erlang:md5_update(S, X) end, erlang:md5_init(), [D, D]),
    {erlang:md5(D), erlang:md5_final(C) =:= erlang:md5([D, D]), erlang:crc32(D), erlang:crc32(1, D), erlang:crc32_combine(erlang:crc32("ab"), erlang:crc32("cd"), 2) =:= erlang:crc32("abcd"),
     erlang:adler32(D), erlang:adler32(erlang:adler32("ab"), "cd") =:= erlang:adler32("abcd"), erlang:adler32_combine(erlang:adler32("ab"), erlang:adler32("cd"), 2) =:= erlang:adler32("abcd"),
     erlang:phash({a, [1, "text", <<"bytes">>, -5, 1 bsl 70, #{}]}, 1 bsl 32), erlang:phash2({a, [1, "text", <<"bytes">>, -5, 1 bsl 70, #{k => v}, 1.5]}, 1 bsl 32), erlang:phash2(some_atom), erlang:phash2(<<5:3>>)}.

errors() ->
    A = atomics:new(1, []),
    [fun() -> atomics:new(0, []) end, fun() -> atomics:get(A, 2) end, fun() -> atomics:put(A, 1, 1 bsl 63) end, fun() -> atomics:get(make_ref(), 1) end, fun() -> persistent_term:get(not_there) end,
     fun() -> erlang:crc32(a) end, fun() -> erlang:phash2(a, 0) end].

wrong(F) -> try F() catch C:R -> {C, R} end.
