%% What can be asked of modules, and persistent terms.
-module(code_questions).
-vsn("one").
-author(me).
-export([main/1, other/2]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P(lists:sort(?MODULE:module_info(exports))), P(proplists:get_value(author, ?MODULE:module_info(attributes))), P(proplists:get_value(vsn, ?MODULE:module_info(attributes))), P(is_list(?MODULE:module_info(compile))), P(is_binary(?MODULE:module_info(md5))),
    P(lists:keymember(other, 1, ?MODULE:module_info(functions))), P(erlang:module_loaded(?MODULE)), P(erlang:module_loaded(not_a_module)), P(erlang:get_module_info(?MODULE, module)),
    P(erlang:function_exported(string, join, 2)), P(string:join(["loads", "it"], " ")), P(erlang:function_exported(string, join, 2)),
    P(persistent_term:get(key, none)), P(persistent_term:put(key, {big, lists:seq(1, 10)})), P(persistent_term:get(key)), P(persistent_term:put({k, 2}, 2)), P(persistent_term:get({k, 2})), P(persistent_term:erase(key)), P(persistent_term:erase(key)),
    P(try persistent_term:get(key) catch C:R -> {C, R} end), Me = self(), spawn(fun() -> Me ! persistent_term:get({k, 2}) end), P(receive X -> X end), P(other(1, literal())), P(?FILE), P(?LINE), P(?FUNCTION_NAME).

other(A, B) -> {A, B}.
literal() -> {a, [literal, "term", 1.5, <<"bin">>, #{with => [maps]}, 123456789012345678901234567890]}.
