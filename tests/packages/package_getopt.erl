%% Command lines taken apart by getopt.
%% package: erlang-getopt
-module(package_getopt).
-export([main/1]).
main(_) ->
    Spec = [{help, $h, "help", undefined, "Show help"}, {port, $p, "port", {integer, 5432}, "Port"}, {host, undefined, "host", {string, "localhost"}, "Host"}, {verbose, $v, undefined, integer, "Verbosity"}, {db, undefined, undefined, string, "Database"}],
    [io:format("~p~n", [getopt:parse(Spec, A)]) || A <- [["-h"], ["--port=99", "mydb"], ["-vvv", "x", "y"], ["--port", "abc"], ["--nope"], "-p 1 --host foo" ]],
    io:format("~ts~n", [getopt:usage_options(Spec)]),
    io:format("~p~n", [getopt:tokenize("a \"b c\" 'd' $HOME")]).
