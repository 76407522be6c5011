%% Many signals at once, to processes that wait for none of them: each acts, and in the order in which they were sent.
-module(signal_floods).
-export([main/1]).

main(_) ->
    [flood(Count) || Count <- [10, 1999, 2001, 5000, 50000]],
    [asked(Count) || Count <- [10, 3000, 30000]],
    both_ways(20000),
    asleep().

%% Who waits for a time, or for nothing, sleeps, whatever has come.
asleep() ->
    Sleeper = spawn_link(fun() -> receive after 400 -> ok end, receive last -> ok end end),
    Waiter = spawn_link(fun() -> receive after infinity -> ok end end),
    [Pid ! N || Pid <- [Sleeper, Waiter], N <- lists:seq(1, 3)],
    self() ! something,
    {Before, 0} = statistics(context_switches),
    receive after 200 -> ok end,
    {After, 0} = statistics(context_switches),
    io:format("~p~n", [After - Before < 2000]),
    Sleeper ! last,
    receive something -> ok end,
    io:format("~p~n", [process_info(Waiter, message_queue_len)]).

%% A process that waits for nothing is killed behind many links and unlinks, and asked for something behind that.
flood(Count) ->
    Pid = spawn(fun() -> receive after infinity -> ok end end),
    links(Pid, Count),
    exit(Pid, kill),
    Ref = make_ref(),
    async = garbage_collect(Pid, [{async, Ref}]),
    receive {garbage_collect, Ref, Done} -> io:format("~p behind ~p~n", [Done, Count])
    after 20000 -> io:format("nothing behind ~p~n", [Count])
    end,
    false = is_process_alive(Pid).

links(_, 0) -> ok;
links(Pid, Count) -> link(Pid), unlink(Pid), links(Pid, Count - 1).

%% Who asks has much to look at itself before it finds the answer.
asked(Count) ->
    Me = self(),
    Other = spawn(fun() -> receive {go, To} -> links(To, Count), To ! gone end, receive stop -> ok end end),
    Third = spawn(fun() -> receive stop -> ok end end),
    Other ! {go, Me},
    Answers = [is_process_alive(Third) || _ <- lists:seq(1, 100)],
    {links, []} = process_info(Third, links),
    receive gone -> io:format("~p ~p~n", [lists:usort(Answers), Count]) end,
    Other ! stop,
    Third ! stop.

both_ways(Count) ->
    Me = self(),
    Pids = [spawn_link(fun() -> links(Me, Count), Me ! {self(), done}, receive stop -> ok end end) || _ <- [1, 2, 3]],
    [links(Pid, Count) || Pid <- Pids],
    [receive {Pid, done} -> ok end || Pid <- Pids],
    io:format("~p~n", [[is_process_alive(Pid) || Pid <- Pids]]),
    %% The links that the processes began with are gone: each side has unlinked.
    [exit(Pid, kill) || Pid <- Pids],
    [receive after 1 -> ok end || _ <- Pids],
    io:format("~p~n", [[is_process_alive(Pid) || Pid <- Pids]]).
