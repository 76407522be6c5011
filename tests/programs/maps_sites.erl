%% Places in the code that see maps of many shapes: whatever such a place remembers of one map, the next one is another.
-module(maps_sites).
-export([main/1]).

main(_) ->
    Maps = [#{}, #{a => 1}, #{b => 2, a => 3}, #{1 => x, a => 4, "k" => 5}, #{"k" => 6}, #{{t, 1} => 7, a => [8]},
            maps:from_list([{N, N} || N <- lists:seq(1, 40)]), maps:from_list([{a, big} | [{N, N} || N <- lists:seq(1, 40)]]),
            maps:from_list([{a, full} | [{N, N} || N <- lists:seq(1, 31)]])],
    io:format("~p~n", [[{one(M), one(M), two(M), long(M), pair(M)} || M <- Maps ++ lists:reverse(Maps) ++ Maps]]),
    io:format("~p~n", [[update(M) || M <- Maps ++ Maps]]),
    io:format("~p~n", [[lists:sort(maps:to_list(add(M))) || M <- Maps]]),
    io:format("~p~n", [[catch one(T) || T <- [a, [], 1.5, {a, 1}, <<"a">>, fun erlang:self/0]]]),
    io:format("~p~n", [keys([#{K => V} || K <- [1, 1.0, a, "s", <<"b">>, {x, 1.0}, 1 bsl 80, 0.0], V <- [first, second]])]),
    Parent = self(),
    Pids = [spawn_link(fun() -> Parent ! {self(), many(2000, lists:nth(N rem 9 + 1, Maps), 0)} end) || N <- lists:seq(1, 8)],
    io:format("~p~n", [[receive {Pid, Count} -> Count end || Pid <- Pids]]).

one(#{a := A}) -> A;
one(#{}) -> none;
one(_) -> no_map.

two(#{"k" := K, a := A}) -> {K, A};
two(#{b := B, a := A}) -> {B, A};
two(_) -> none.

long(#{31 := X, 7 := Y}) -> {X, Y};
long(_) -> none.

pair(M) ->
    case M of
        #{{t, 1} := V} -> V;
        _ -> none
    end.

update(M) ->
    try M#{a := new} of New -> {one(New), map_size(New)} catch error:{Reason, Key} -> {Reason, Key} end.

add(M) -> M#{a => added, "k" => more, 1 => least}.

keys(Maps) -> [{get(K, M), maps:is_key(K, M)} || M <- Maps, K <- [1, 1.0, a, "s", <<"b">>, {x, 1.0}, 1 bsl 80, 0.0]].

get(K, M) ->
    case M of
        #{K := V} -> V;
        _ -> none
    end.

many(0, _, Count) -> Count;
many(N, M, Count) ->
    case one(M) of
        none -> many(N - 1, M, Count);
        _ -> many(N - 1, M, Count + 1)
    end.
