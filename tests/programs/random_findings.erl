%% What random programs found: what natives and bit syntax do at their edges, and what stack traces tell of it.
-module(random_findings).
-export([main/1]).

main(_) ->
    [show(math, F) || F <- [fun() -> math:pow(id(false), 2) end, fun() -> math:pow(2, id(a)) end, fun() -> math:sqrt(id("1")) end,
                            fun() -> math:sqrt(id(1 bsl 2000)) end, fun() -> math:sqrt(id(-1)) end, fun() -> math:fmod(id(1), 0) end,
                            fun() -> math:atan2(id({}), 1) end]],
    [show({narrow, F, Size}, fun() -> <<(id(F)):(id(Size))/float>> end)
     || F <- [6.8e38, -6.8e38, 65519.99, 65520.0, -65520, 1 bsl 200, 1 bsl 2000, x], Size <- [16, 32, 64, 17]],
    [show({order, N}, F) || {N, F} <- lists:zip(lists:seq(1, length(orders())), orders())],
    [show({fun_call, N}, F) || {N, F} <- lists:zip(lists:seq(1, length(fun_calls())), fun_calls())],
    [show(F, fun() -> float_to_list(F, [{scientific, D}]) end) || F <- [1.5, 5.0e-324], D <- [-1, -90, 249, 250, 1 bsl 70]],
    [show(F, fun() -> float_to_list(F, [{decimals, D}, compact]) end)
     || F <- [1.0e22, -1.0e16, 9007199254740992.0, 1.0e15, 120.0], D <- [0, 1, 19]],
    [show(S, fun() -> list_to_float(S) end) || S <- [[49, 46, 53, 0], [49, 46, 53, 0, 97], [49, 46, 0], [0], "1.5"]],
    [show(S, fun() -> binary_to_float(S) end) || S <- [<<"1.5", 0>>, <<"1.5", 0, "x">>, <<0, "1.5">>]],
    [show(S, fun() -> unicode:characters_to_list(S) end)
     || S <- [[[1 bsl 61 | b], "ff"], [[97 | b], "ff"], [97, 1 bsl 70 | 98], [97, -1 | b]]],
    [show({F, X}, fun() -> math:F(id(X)) end) || F <- [erf, erfc, asinh, acosh, atanh], X <- [0.1, 0.3, 0.77, 1.1, 2.5, 31.7, 999.9]],
    show(combine, fun() -> {erlang:crc32_combine(1, erlang:crc32(<<1, 2, 3>>), id(0)), erlang:crc32_combine(1, 2, id(1))} end),
    show(character, fun() -> <<(id(0)):8, (id(-(1 bsl 53)))/utf16>> end),
    show(character, fun() -> <<(id(0)):8, (id(1 bsl 32))/utf16-little>> end).

%% Several segments are wrong; the one that is found first is told in error_info.
orders() ->
    [fun() -> <<(id(-10))/utf16, (id(x))/binary>> end,
     fun() -> <<(id(x)):8, (id(x))/binary>> end,
     fun() -> <<(id(x)):8, (id(<<1:1>>))/binary>> end,
     fun() -> <<(id(x)):8, (id(x))/utf16>> end,
     fun() -> <<(id(x)):8, (id(x))/utf32>> end,
     fun() -> <<(id(x))/utf16, (id(1)):(id(-1))>> end,
     fun() -> <<(id(x))/bits, (id(1)):(id(-1))>> end,
     fun() -> <<(id(x)):8, (id(1.0)):(id(17))/float>> end,
     fun() -> <<(id(x)):(id(17))/float>> end,
     fun() -> <<(id(<<1:3>>))/binary, (id(x)):8>> end,
     fun() -> <<(id(<<>>)):(id(3))/binary, (id(x)):8>> end].

%% The caller of what cannot be called stands there twice, unless it left its frame before.
fun_calls() ->
    [fun() -> X = (id(fun erlang:abs/1))(1, 2), {X} end,
     fun() -> (id(fun erlang:abs/1))(1, 2) end,
     fun() -> X = (id(fun(A) -> A end))(1, 2), {X} end,
     fun() -> (id(fun(A) -> A end))(1, 2) end,
     fun() -> X = (id(a))(1), {X} end,
     fun() -> (id(a))(1) end,
     fun() -> X = apply(id(fun(A) -> A end), id([1, 2])), {X} end,
     fun() -> [X || X <- lists:map(id(fun erlang:max/2), [1, 2])] end].

show(Name, F) ->
    io:format("~0p: ~0p~n", [Name, try F() catch C:R:S -> {C, reason(R), trace(S)} end]).

reason({badarity, {_, Arguments}}) -> {badarity, Arguments};
reason(Reason) -> Reason.

trace([First, Second | _]) -> [call(First), call(Second)].

call({M, F, _, Info}) ->
    Cause = case proplists:get_value(error_info, Info) of #{cause := Told} -> Told; _ -> none end,
    {M, F, proplists:get_value(line, Info), Cause}.

id(X) -> X.
