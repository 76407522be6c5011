%% exit/1 with a reason that is not normal: status 1.
-module(uncaught_exit).
-export([main/1]).

main(_) ->
    io:format("before~n"),
    spawn(fun() -> error(of_another) end),
    receive after 20 -> io:format("an error of another process is not ours~n") end,
    exit({because, "of this"}).
