%% A parser that neotoma makes from a grammar, compiled, loaded and used.
%% package: erlang-neotoma
-module(package_neotoma).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~p~n", [X]) end,
    Directory = filename:join(os:getenv("TMPDIR", "/tmp"), "neotoma_" ++ os:getpid()),
    ok = file:make_dir(Directory),
    File = filename:join(Directory, "sums.peg"),
    ok = file:write_file(File,
        "additive <- multitive \"+\" additive / multitive;\n"
        "multitive <- primary \"*\" multitive / primary;\n"
        "primary <- \"(\" additive \")\" / decimal;\n"
        "decimal <- [0-9]+;\n"),
    P(neotoma:file(File, [{output, Directory}])),
    {ok, Source} = file:read_file(filename:join(Directory, "sums.erl")),
    P({byte_size(Source), erlang:phash2(Source)}),
    {ok, sums, Code} = compile:file(filename:join(Directory, "sums.erl"), [binary]),
    {module, sums} = code:load_binary(sums, "sums.beam", Code),
    [P(sums:parse(Text)) || Text <- ["2*(3+4)", "1", "(1", "x"]],
    ok = file:del_dir_r(Directory).
