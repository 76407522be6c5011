%% halt/1 ends the machine with its status after what was printed is out, whatever the others do.
-module(halt_status).
-export([main/1]).

main(_) ->
    spawn(fun() -> receive after infinity -> ok end end),
    spawn(fun spin/0),
    io:format("before~n"),
    halt(7),
    io:format("never~n").

spin() -> spin().
