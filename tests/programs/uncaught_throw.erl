%% A throw that nobody catches: status 1.
-module(uncaught_throw).
-export([main/1]).

main(_) ->
    io:format("before~n"),
    throw(ball).
