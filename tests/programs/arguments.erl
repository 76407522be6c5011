%% Arguments arrive as strings.
%% args: one two=2 --three ünï 5
-module(arguments).
-export([main/1]).

main(Args) ->
    io:format("~w~n", [length(Args)]),
    [io:format("~w ~ts~n", [A, A]) || A <- Args].
