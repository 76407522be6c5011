%% Terms nested a million deep: compared, hashed, sent, matched, kept in maps, printed in part.
-module(deep_terms).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    N = 1000000,
    L = nest(N, []), M = nest(N, []), D = nest(N, x),
    T = tuples(N, []), U = cars(N, []),
    P(L =:= M), P(L == D), P(L < D), P(depth(L, 0)), P(T =:= tuples(N, [])), P(T < tuples(N, a)), P(U =:= cars(N, [])),
    P(erlang:phash2(L) =:= erlang:phash2(M)), P(erlang:phash2(L) =:= erlang:phash2(D)), P(is_integer(erlang:phash2(T))),
    Me = self(),
    Pid = spawn(fun() -> receive {X, Y, Z} -> Me ! {X =:= L, Y =:= T, Z =:= U, X} end end), Pid ! {L, T, U},
    P(receive {A, B, C, Back} -> {A, B, C, Back =:= L} end),
    Map = #{L => deep, T => tuple}, P([maps:get(M, Map), maps:get(tuples(N, []), Map), maps:get(D, Map, none)]),
    put(L, 1), P(get(M)), P(erase(L)),
    P(try throw(L) catch V -> V =:= M end), P(length(lists:flatten(L))), P(iolist_size(U)), P(byte_size(iolist_to_binary(chars(N, [])))),
    P(lists:member(M, [1, L])), P(length(lists:usort([L, M, D, L]))), P(max(L, D) =:= D),
    garbage(200000), P(depth(L, 0)), P(L =:= M),
    Maps = maps_in(100000, leaf), P(Maps =:= maps_in(100000, leaf)), P(erlang:phash2(Maps) =:= erlang:phash2(maps_in(100000, leaf))),
    F = funs_in(100000, leaf), P(is_function(F)), spawn(fun() -> Me ! {sent, F} end), P(receive {sent, G} -> G =:= F end).

nest(0, L) -> L;
nest(N, L) -> nest(N - 1, [L]).

cars(0, L) -> L;
cars(N, L) -> cars(N - 1, [L | <<>>]).

chars(0, L) -> L;
chars(N, L) -> chars(N - 1, [L, $a]).

tuples(0, T) -> T;
tuples(N, T) -> tuples(N - 1, {T, N rem 7}).

maps_in(0, M) -> M;
maps_in(N, M) -> maps_in(N - 1, #{k => M}).

funs_in(0, F) -> F;
funs_in(N, F) -> funs_in(N - 1, fun() -> F end).

depth([], D) -> D;
depth([L], D) -> depth(L, D + 1).

garbage(0) -> ok;
garbage(N) -> _ = lists:seq(1, 20), garbage(N - 1).
