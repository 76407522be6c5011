%% OTP's `cover` compiles a module, counts its lines and tells of them.
-module(coverage).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    Directory = filename:join(os:getenv("TMPDIR", "/tmp"), "coverage_" ++ os:getpid()),
    ok = file:make_dir(Directory),
    {ok, Before} = file:get_cwd(),
    ok = file:set_cwd(Directory),
    ok = file:write_file("counted.erl", source()),
    P([cover:compile("counted.erl"), code:which(counted), code:is_loaded(counted), element(1, cover:is_compiled(counted)), cover:modules()]),
    P([counted:down(5), counted:down(2)]),
    P(cover:analyse(counted, calls, line)),
    P(cover:analyse(counted, coverage, function)),
    P([cover:analyse_to_file(counted), cover:reset(counted), cover:analyse(counted, calls, module)]),
    P([cover:stop(), code:which(counted)]),
    ok = file:set_cwd(Before),
    ok = file:del_dir_r(Directory).

source() ->
    "-module(counted).\n-export([down/1, never/0]).\n"
    "down(0) ->\n    done;\n"
    "down(N) ->\n    down(N - 1).\n"
    "never() ->\n    no.\n".
