%% Modules that meck mocks: compiled, loaded, replaced and purged.
%% package: erlang-meck
-module(package_meck).
-export([main/1]).
main(_) ->
    meck:new(invented, [non_strict]),
    meck:expect(invented, f, fun(X) -> X * 2 end),
    meck:expect(invented, g, 2, answer),
    io:format("~p~n", [{invented:f(21), invented:g(1, 2), meck:validate(invented), meck:num_calls(invented, f, '_')}]),
    meck:expect(invented, f, fun(_) -> meck:exception(error, boom) end),
    io:format("~p~n", [catch (try invented:f(1) catch C:R -> {C, R} end)]),
    io:format("~p~n", [[{M, F, A, R} || {_, {M, F, A}, R} <- meck:history(invented)] ++ [x || {_, _, _, _, _} <- meck:history(invented)]]),
    io:format("~p~n", [meck:unload()]),
    io:format("~p~n", [catch (try invented:f(1) catch error:E -> E end)]),
    meck:new(getopt, [passthrough]),
    meck:expect(getopt, tokenize, fun(_) -> mocked end),
    io:format("~p~n", [{getopt:tokenize("x"), getopt:parse([], ["a"])}]),
    meck:unload(getopt),
    io:format("~p~n", [getopt:tokenize("x y")]).
