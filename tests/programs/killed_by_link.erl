%% The main process dies of a linked process: status 1.
-module(killed_by_link).
-export([main/1]).

main(_) ->
    io:format("before~n"),
    spawn_link(fun() -> exit(reason) end),
    receive after 5000 -> io:format("never~n") end.
