%% Every kind of exception: class and reason, by try and by catch.
-module(exceptions).
-export([main/1]).

main(_) ->
    [io:format("~w ~0p ~0p~n", [N, tried(F), caught(F)]) || {N, F} <- kinds()],
    io:format("~0p~n", [[classes(F) || {_, F} <- kinds()]]),
    io:format("~0p~n", [nested()]),
    io:format("~0p~n", [[rethrow(C) || C <- [throw, error, exit]]]),
    io:format("~0p~n", [of_section(fun() -> 1 end)]),
    io:format("~0p~n", [try of_section(fun() -> 2 end) catch C:R -> {outside, C, R} end]),
    io:format("~0p~n", [many(10000, 0)]),
    io:format("~0p~n", [catch 1 + (catch throw(2))]),
    io:format("~0p~n", [try throw(a) catch a -> plain; throw:b -> b end]).

kinds() ->
    [{throw, fun() -> throw(ball) end}, {exit, fun() -> exit({out, 1}) end}, {error, fun() -> error(broken) end},
     {error_args, fun() -> error(broken, [a, b]) end}, {badmatch, fun() -> {ok, _} = id({error, x}) end},
     {case_clause, fun() -> case id(5) of 6 -> ok end end}, {if_clause, fun() -> X = id(1), if X > 2 -> ok end end},
     {function_clause, fun() -> only_a(id(b)) end}, {fun_clause, fun() -> (fun(a) -> ok end)(id(b)) end}, {undef, fun() -> no_module:f(1, 2) end},
     {badarith, fun() -> id(a) + 1 end}, {badarg, fun() -> atom_to_list(id("x")) end}, {badfun, fun() -> (id(17))() end},
     {badarity, fun() -> (fun(X) -> X end)(1, id(2)) end}, {badmap, fun() -> (id([]))#{a => 1} end}, {badkey, fun() -> (id(#{}))#{a := 1} end},
     {badrecord, fun() -> element(3, id({rec, 1})) end}, {try_clause, fun() -> try id(1) of 2 -> ok catch _:_ -> caught end end},
     {element, fun() -> element(0, id({a})) end}, {hd, fun() -> hd(id([])) end}, {length, fun() -> length(id([a | b])) end},
     {list_to_atom, fun() -> list_to_existing_atom(id("surely there is no such atom")) end}, {nocatch, fun() -> exit({{nocatch, x}, []}) end},
     {system_limit, fun() -> list_to_atom(lists:duplicate(300, $x)) end}, {no_exception, fun() -> {'EXIT', fake} end}].

tried(F) ->
    try F() of
        V -> {value, V}
    catch
        throw:R -> {throw, R};
        error:{badarity, {_, Args}} -> {error, {badarity, Args}};
        error:R -> {error, R};
        exit:R -> {exit, R}
    end.

caught(F) ->
    case catch F() of
        {'EXIT', {{badarity, _}, Stack}} when is_list(Stack) -> badarity;
        {'EXIT', {R, Stack}} when is_list(Stack) -> {'EXIT', R};
        V -> V
    end.

classes(F) ->
    try F(), none catch C:_ -> C end.

nested() ->
    try
        try throw(inner)
        catch throw:inner -> error({from, inner})
        end
    catch
        error:{from, X} -> {outer, X}
    end.

rethrow(Class) ->
    try
        try erlang:raise(Class, again, [])
        catch C:R:S -> erlang:raise(C, {R, C}, S)
        end
    catch
        C2:R2 -> {C2, R2}
    end.

%% What is raised in the of-section is not caught by this try.
of_section(F) ->
    try F() of
        1 -> one;
        2 -> throw(from_of)
    catch
        throw:from_of -> wrong
    end.

many(0, Sum) -> Sum;
many(N, Sum) ->
    X = try throw(N) catch M -> M end,
    many(N - 1, Sum + X).

only_a(a) -> ok.
id(X) -> X.
