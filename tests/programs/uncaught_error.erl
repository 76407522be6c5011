%% An exception that nobody catches: status 1. (What is said of it on standard error is not compared.)
-module(uncaught_error).
-export([main/1]).

main(_) ->
    io:format("before~n"),
    lists:nth(3, [1, 2]).
