%% Calls whose target is known only at run time.
-module(applying).
-export([main/1, f/0, f/1, f/2, f/3, loop/2]).

main(_) ->
    io:format("~w~n", [[apply(?MODULE, f, A) || A <- [[], [1], [1, 2], [1, 2, 3]]]]),
    M = id(?MODULE), F = id(f),
    io:format("~w~n", [[M:F(), M:F(1), M:F(1, 2), apply(M, F, [3, 2, 1]), ?MODULE:F(x), M:f(y)]]),
    io:format("~w~n", [[erlang:apply(fun(X, Y) -> X - Y end, [5, 3]), apply(erlang, '+', [1, 2]), erlang:'*'(3, 4), apply(erlang, element, [1, {a}])]]),
    io:format("~w~n", [?MODULE:loop(1000000, 0)]),
    io:format("~w~n", [[catch_it(fun() -> apply(M, nope, [1]) end), catch_it(fun() -> apply(nope, F, []) end), catch_it(fun() -> apply(M, F, id(not_list)) end),
                        catch_it(fun() -> apply(M, F, [1 | id(2)]) end), catch_it(fun() -> (id(1)):f() end), catch_it(fun() -> M:(id("f"))() end),
                        catch_it(fun() -> apply(M, F, lists:seq(1, 300)) end), catch_it(fun() -> apply(erlang, self, [x]) end)]]),
    io:format("~w~n", [[erlang:function_exported(?MODULE, f, 2), erlang:function_exported(?MODULE, f, 9), erlang:function_exported(lists, map, 2), erlang:is_builtin(erlang, self, 0)]]),
    io:format("~w~n", [lists:sort([E || {Name, _} = E <- ?MODULE:module_info(exports), Name =/= module_info])]),
    io:format("~w~n", [?MODULE:module_info(module)]),
    io:format("~w~n", [apply(apply(fun() -> fun() -> deep end end, []), [])]).

f() -> zero.
f(A) -> {one, A}.
f(A, B) -> {two, A, B}.
f(A, B, C) -> {three, A, B, C}.

loop(0, Acc) -> Acc;
loop(N, Acc) -> ?MODULE:loop(N - 1, Acc + 1).

id(X) -> X.
catch_it(F) -> try F() catch C:R -> {C, case R of {T, _} -> T; _ -> R end} end.
