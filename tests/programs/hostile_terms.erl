%% Bytes that lie about what follows: refused at once, whatever they promise.
-module(hostile_terms).
-export([main/1]).

main(_) ->
    [io:format("~s: ~w~n", [What, decoded(Bytes)]) || {What, Bytes} <- lying() ++ nested()],
    <<131, 80, _:32, Deflated/binary>> = term_to_binary(binary:copy(<<0>>, 1000000), [compressed]),
    [io:format("~s: ~w~n", [What, decoded(<<131, 80, Size:32, Deflated/binary>>)])
     || {What, Size} <- [{"more than it inflates to", 16#f0000000}, {"less than it inflates to", 1000}]],
    Atoms = << <<119, 8, (integer_to_binary(N))/binary>> || N <- lists:seq(10000000, 10050000)>>,
    io:format("new atoms: ~w~n", [try binary_to_term(<<131, 108, 50001:32, Atoms/binary, 106>>, [safe]) catch error:R -> R end]).

lying() ->
    [{What, <<131, Head/binary, Count:32, 97, 1>>}
     || {What, Head} <- [{"list", <<108>>}, {"tuple", <<105>>}, {"map", <<116>>}, {"binary", <<109>>}, {"integer", <<111>>},
                         {"bits", <<77>>}, {"compressed", <<80>>}, {"fun", <<112>>}],
        Count <- [3, 16#7fffffff, 16#ffffffff]].

nested() ->
    [{"tuples without an end", <<131, (binary:copy(<<104, 1>>, 100000))/binary>>},
     {"lists without an end", <<131, (binary:copy(<<108, 1:32>>, 100000))/binary>>},
     {"maps without an end", <<131, (binary:copy(<<116, 1:32>>, 100000))/binary>>}].

decoded(Bytes) ->
    try binary_to_term(Bytes) of Term -> {ok, erlang:phash2(Term)} catch Class:Reason -> {Class, Reason} end.
