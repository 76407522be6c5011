%% Properties checked by proper. Each run generates other examples, so that only what must come of them is printed.
%% package: erlang-proper
-module(package_proper).
-export([main/1]).

main(_) ->
    Integers = proper_types:list(proper_types:integer()),
    Binaries = proper_types:tuple([proper_types:binary(), proper_types:binary()]),
    Reverses = proper:forall(Integers, fun(L) -> lists:reverse(lists:reverse(L)) =:= L end),
    Small = proper:forall(Integers, fun(L) -> lists:sum(L) < 20 end),
    Joins = proper:forall(Binaries, fun({A, B}) -> byte_size(<<A/binary, B/binary>>) =:= byte_size(A) + byte_size(B) end),
    Encodes = proper:forall(proper_types:any(), fun(T) -> binary_to_term(term_to_binary(T)) =:= T end),
    P = fun(X) -> io:format("~p~n", [X]) end,
    [P(proper:quickcheck(Property, [{numtests, 100}, quiet])) || Property <- [Reverses, Joins, Encodes]],
    P(proper:quickcheck(Small, [{numtests, 1000}, quiet])),
    %% Shrinking ends with a smallest example.
    [[Example]] = [proper:counterexample()],
    P({lists:sum(Example), proper:check(Small, [Example], [quiet])}),
    P([proper:check(Reverses, [[1, 2, 3]], [quiet]), proper:check(Small, [[]], [quiet])]),
    Seed = {1, 2, 3},
    {ok, Picked} = proper_gen:pick(Integers, 20, Seed),
    P({Picked =:= element(2, proper_gen:pick(Integers, 20, Seed)), Picked}).
