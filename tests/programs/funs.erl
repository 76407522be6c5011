%% Funs: closures, named funs, funs of other modules, arities, what can be asked of them.
-module(funs).
-export([main/1, exported/2]).

main(_) ->
    Add = fun(A) -> fun(B) -> fun(C) -> A + B + C end end end,
    io:format("~w~n", [((Add(1))(2))(3)]),
    Fact = fun F(0) -> 1; F(N) -> N * F(N - 1) end,
    io:format("~w~n", [Fact(20)]),
    io:format("~w~n", [[G(10) || G <- [fun(X) -> X + I end || I <- [1, 2, 3]]]]),
    io:format("~w~n", [(compose([fun(X) -> X + 1 end, fun(X) -> X * 2 end, fun integer_to_list/1]))(4)]),
    io:format("~w~n", [[(fun exported/2)(1, 2), (fun ?MODULE:exported/2)(3, 4), apply(fun lists:reverse/1, [[1, 2]]), (fun local/1)(x)]]),
    M = lists, N = seq,
    io:format("~w~n", [[(fun M:N/2)(1, 3), M:N(2, 4), apply(M, N, [1, 7, 3]), M:reverse([a, b])]]),
    E = fun lists:map/2,
    io:format("~w~n", [[is_function(E), is_function(E, 2), is_function(E, 3), is_function(Add, 1), is_function(a)]]),
    io:format("~w~n", [[erlang:fun_info(E, module), erlang:fun_info(E, name), erlang:fun_info(E, arity), erlang:fun_info(E, type), erlang:fun_info(E, env)]]),
    Big = {1, 2, [3]}, H = fun(X) -> {X, Big} end,
    io:format("~w~n", [[erlang:fun_info(H, arity), erlang:fun_info(H, env), erlang:fun_info(H, type), erlang:fun_info(H, module)]]),
    io:format("~w~n", [[catch_it(fun() -> Add(1, 2) end), catch_it(fun() -> (id(not_fun))(1) end), catch_it(fun() -> (fun no:such/1)(1) end), catch_it(fun() -> (fun lists:nope/0)() end)]]),
    io:format("~w~n", [many(1, 2, 3, 4, 5, 6, 7, 8)]),
    io:format("~p ~w~n", [fun lists:map/2, fun ?MODULE:exported/2]),
    Pid = spawn(fun() -> receive {Fn, From} -> From ! Fn(From =:= Big) end end),
    Pid ! {fun(B) -> {Big, B, H(1)} end, self()},
    io:format("~w~n", [receive X -> X end]),
    io:format("~w~n", [lists:foldl(fun(F, Acc) -> F(Acc) end, 0, lists:duplicate(1000, fun(X) -> X + 1 end))]).

exported(A, B) -> {A, B}.
local(X) -> {local, X}.
id(X) -> X.
compose(Fs) -> fun(X) -> lists:foldl(fun(F, A) -> F(A) end, X, Fs) end.
many(A, B, C, D, E, F, G, H) -> (fun(X, Y) -> [A, B, C, D, E, F, G, H, X, Y] end)(9, 10).

catch_it(F) ->
    try F() catch C:{badarity, {Fun, Args}} when is_function(Fun) -> {C, badarity, Args}; C:R -> {C, R} end.
