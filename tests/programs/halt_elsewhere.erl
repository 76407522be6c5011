%% halt/1 called by another process, with the main one waiting.
-module(halt_elsewhere).
-export([main/1]).

main(_) ->
    io:format("before~n"),
    spawn(fun() -> halt(3) end),
    receive after infinity -> ok end.
