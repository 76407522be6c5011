%% A process is killed just when it takes a message that came before, and then runs for ever, or waits for nothing.
-module(kill_behind_message).
-export([main/1]).

main(_) ->
    [killed] = lists:usort([killed_after(N rem 97, Then) || N <- lists:seq(1, 20000), Then <- [fun spin/0, fun rest/0]]),
    io:format("all were killed~n").

killed_after(Work, Then) ->
    {Pid, Ref} = spawn_monitor(fun() ->
        work(Work),
        receive go -> Then() end
    end),
    work(Work div 2),
    Pid ! go,
    exit(Pid, kill),
    receive {'DOWN', Ref, process, Pid, Reason} -> Reason end.

work(0) -> ok;
work(N) -> work(N - 1).

spin() -> spin().

rest() -> receive after infinity -> ok end.
