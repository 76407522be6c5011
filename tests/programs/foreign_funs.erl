%% Funs that arrive in the external format while their module is not loaded, does not exist, or is another version.
-module(foreign_funs).
-export([main/1]).

main(_) ->
    F = fun_of(<<"no_such_module">>, 1, 0, []),
    G = fun_of(<<"lists">>, 1, 0, []),
    H = fun_of(<<"no_such_module">>, 2, 1, [7, {a}]),
    Again = fun_of(<<"no_such_module">>, 2, 1, [7, {a}]),
    [io:format("~p ~p ~p~n", [X, erlang:phash2(X), [is_function(X, N) || N <- [0, 1, 2, 3]]]) || X <- [F, G, H]],
    [io:format("~p~n", [erlang:fun_info(H, Item)]) || Item <- [module, name, arity, env, index, new_index, uniq, new_uniq, type]],
    io:format("~p ~p~n", [erlang:fun_info_mfa(F), erlang:fun_to_list(H)]),
    io:format("~p~n", [[H =:= Again, H == F, F < H, #{H => 1} =:= #{Again => 1}, binary_to_term(term_to_binary(H)) =:= H]]),
    [call(X, Arguments) || X <- [F, G, H], Arguments <- [[], [1], [1, 2]]],
    call(fun lists:foreach/2, [H, [1]]),
    {Pid, Monitor} = spawn_monitor(F),
    receive {'DOWN', Monitor, process, Pid, Reason} -> io:format("~p~n", [Reason]) end,
    known(),
    refused(fun() -> fun_of(<<"other">>, 1, 256, []) end),
    io:format("~p~n", [binary_to_term(<<131, 113, 119, 1, $m, 119, 1, $f, 97, 3>>)]),
    refused(fun() -> binary_to_term(<<131, 113, 119, 1, $m, 119, 1, $f, 97, 4>>, [safe]) end).

refused(F) ->
    io:format("~p~n", [try F() catch error:Reason -> Reason end]).

call(Fun, Arguments) ->
    Result = try apply(Fun, Arguments)
             catch Class:Reason:Trace -> {Class, Reason, hd(Trace)}
             end,
    io:format("~p~n", [Result]).

%% A fun of a module that is loaded.
known() ->
    Bin = term_to_binary(fun(A) -> {A, x} end),
    Fun = binary_to_term(Bin),
    io:format("~p ~p~n", [Fun(1), element(2, erlang:fun_info(Fun, name))]).

fun_of(Module, Index, Free, Values) ->
    Rest = [<<0:8, 215, 206, 77, 69, 249, 50, 170, 17, 129, 47, 21, 98, 13, 196, 76, 242, Index:32, Free:32,
              119, (byte_size(Module)):8, Module/binary, 97, Index, 98, 12345:32,
              88, 119, 13, "nonode@nohost", 0:32, 0:32, 0:32>>,
            [binary:part(term_to_binary(V), 1, byte_size(term_to_binary(V)) - 1) || V <- lists:sublist(Values, Free)]],
    binary_to_term(iolist_to_binary([131, 112, <<(iolist_size(Rest) + 4):32>>, Rest])).
