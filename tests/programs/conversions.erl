%% Conversions between atoms, numbers, lists, binaries, and what they refuse.
-module(conversions).
-export([main/1]).

main(_) ->
    io:format("~0p~n", [[atom_to_list(abc), list_to_atom("x y"), atom_to_binary('å'), binary_to_atom(<<"å"/utf8>>), list_to_existing_atom("main"), binary_to_existing_atom(<<"ok">>)]]),
    io:format("~0p~n", [[integer_to_list(-12), integer_to_list(255, 16), integer_to_binary(7), integer_to_binary(-255, 2), list_to_integer("-77"), list_to_integer("ff", 16),
                         binary_to_integer(<<"+5">>), binary_to_integer(<<"zZ">>, 36)]]),
    io:format("~0p~n", [[list_to_binary("abc"), binary_to_list(<<"abc">>), binary_to_list(<<"abcdef">>, 2, 4), list_to_tuple([a]), tuple_to_list({b}), float(2), trunc(2.9), round(2.5), round(-2.5)]]),
    io:format("~w~n", [[try F() of V -> V catch C:R -> {C, R} end || F <- wrong()]]),
    io:format("~0p~n", [[string:to_integer("12abc"), string:to_float("1.5xyz"), string:to_integer("x"), list_to_float("1.25"), binary_to_float(<<"2.5e3">>)]]),
    io:format("~0p~n", [[is_atom(list_to_atom("")), atom_to_list(''), size(list_to_binary(lists:duplicate(1000, "ab")))]]),
    io:format("~w~n", [[list_to_integer(integer_to_list(X)) =:= X || X <- [0, -1, 1 bsl 59, 1 bsl 60, -(1 bsl 60), 1 bsl 64, 1 bsl 200]]]),
    io:format("~w~n", [[erlang:list_to_ref(ref_to_list(R)) =:= R || R <- [make_ref()]] ++ [list_to_pid(pid_to_list(self())) =:= self()]]).

wrong() ->
    [fun() -> list_to_integer(id("")) end, fun() -> list_to_integer(id("1a")) end, fun() -> list_to_integer(id("12"), 1) end, fun() -> atom_to_list(id(1)) end,
     fun() -> list_to_atom(id([-1])) end, fun() -> binary_to_integer(id(<<"1 ">>)) end, fun() -> list_to_binary(id([a])) end, fun() -> integer_to_list(id(1.0)) end,
     fun() -> binary_to_atom(id(<<255>>)) end, fun() -> list_to_float(id("1")) end, fun() -> tuple_to_list(id([])) end, fun() -> list_to_tuple(id(a)) end,
     fun() -> binary_to_list(id(<<"abc">>), 3, 2) end, fun() -> float(id(a)) end, fun() -> trunc(id("1")) end, fun() -> list_to_pid(id("<0.1")) end].

id(X) -> X.
