%% Processes end while others send to them, spawn from them, suspend them, ask them and set timers for them.
-module(storms_of_ends).
-export([main/1]).

main(_) ->
    process_flag(trap_exit, true),
    sends_during_end(300),
    spawns_during_end(300),
    suspended_ends(300),
    questions(300),
    timers(500),
    order_of_messages(20, 500).

%% Messages to a process that ends are dropped, and never seen by another one.
sends_during_end(Count) ->
    Me = self(),
    [begin
         Pid = spawn_link(fun() -> receive {first, _} -> exit(seen) end end),
         Senders = [spawn(fun() -> [Pid ! {first, lists:seq(1, N)} || N <- lists:seq(1, 50)], Me ! {self(), sent} end)
                    || _ <- [1, 2, 3]],
         receive {'EXIT', Pid, seen} -> ok end,
         [receive {S, sent} -> ok end || S <- Senders]
     end || _ <- lists:seq(1, Count)],
    io:format("sends ~p~n", [process_info(self(), message_queue_len)]).

%% A parent is killed while it spawns linked children: none of them survives it.
spawns_during_end(Count) ->
    Me = self(),
    Lived = [begin
                 Parent = spawn(fun() -> spawn_children(Me, N) end),
                 Ref = monitor(process, Parent),
                 N rem 4 =:= 0 andalso erlang:yield(),
                 exit(Parent, kill),
                 receive {'DOWN', Ref, process, Parent, killed} -> ok end,
                 Children = children(N, []),
                 Refs = [monitor(process, Child) || Child <- Children],
                 [receive {'DOWN', R, process, _, Why} -> lists:member(Why, [killed, noproc]) after 5000 -> lives end || R <- Refs]
             end || N <- lists:seq(1, Count)],
    io:format("spawns ~p~n", [lists:usort(lists:append(Lived)) -- [true]]).

spawn_children(Me, N) ->
    spawn_link(fun() -> Me ! {child, N, self()}, receive after infinity -> ok end end),
    spawn_children(Me, N).

children(N, All) -> receive {child, N, Pid} -> children(N, [Pid | All]) after 2 -> All end.

%% Suspended processes take their signals, and run on when who suspended them ends.
suspended_ends(Count) ->
    Results = [begin
                   Me = self(),
                   Pid = spawn_link(fun() -> receive {go, To} -> To ! {self(), went} end end),
                   Suspender = spawn(fun() -> erlang:suspend_process(Pid), Me ! {self(), suspended}, receive stop -> ok end end),
                   receive {Suspender, suspended} -> ok end,
                   Pid ! {go, Me},
                   case N rem 2 of
                       0 ->
                           exit(Pid, kill),
                           Suspender ! stop,
                           receive {'EXIT', Pid, Reason} -> Reason end;
                       1 ->
                           Early = receive {Pid, went} -> early after 0 -> in_time end,
                           exit(Suspender, kill),
                           receive {Pid, went} -> ok end,
                           receive {'EXIT', Pid, normal} -> Early end
                   end
               end || N <- lists:seq(1, Count)],
    io:format("suspended ~p~n", [lists:usort(Results)]).

%% Whoever asks gets an answer, whatever becomes of the one that is asked.
questions(Count) ->
    Results = [begin
                   Pid = spawn(fun() -> receive after N rem 3 -> ok end end),
                   [is_boolean(is_process_alive(Pid)),
                    case process_info(Pid, [status, links, message_queue_len]) of undefined -> true; [_, _, _] -> true end,
                    is_boolean(garbage_collect(Pid)),
                    try group_leader(group_leader(), Pid) catch error:badarg -> true end,
                    try erlang:suspend_process(Pid) of true -> erlang:resume_process(Pid) catch error:badarg -> true end]
               end || N <- lists:seq(1, Count)],
    io:format("questions ~p~n", [lists:usort(lists:append(Results))]).

%% Timers for processes that have ended do no harm, cancelled ones do not fire, the others fire once.
timers(Count) ->
    Timers = [begin
                  Pid = spawn(fun() -> erlang:send_after(N rem 5, self(), x), erlang:start_timer(N rem 7, self(), y) end),
                  erlang:send_after(1, Pid, late),
                  {N, erlang:start_timer(N rem 4, self(), N)}
              end || N <- lists:seq(1, Count)],
    {Half, Rest} = lists:partition(fun({N, _}) -> N rem 2 =:= 0 end, Timers),
    Cancelled = [{erlang:cancel_timer(Timer), N, Timer} || {N, Timer} <- Half],
    Fired = [receive {timeout, Timer, N} -> N after 5000 -> missing end || {N, Timer} <- Rest],
    Late = [receive {timeout, Timer, N} -> N after 100 -> missing end || {false, N, Timer} <- Cancelled],
    receive {timeout, _, _} -> io:format("one more~n") after 20 -> ok end,
    io:format("timers ~p ~p~n", [Fired =:= [N || {N, _} <- Rest], lists:member(missing, Late)]).

%% What one process sends to another comes in order, through pid, name and alias, and before its end.
order_of_messages(Senders, Count) ->
    register(the_receiver, self()),
    Alias = alias(),
    Me = self(),
    Pids = [spawn_link(fun() -> send_in_order(Me, Alias, 0, Count) end) || _ <- lists:seq(1, Senders)],
    Orders = [in_order(Pid, 0, Count) || Pid <- Pids],
    io:format("order ~p~n", [lists:usort(Orders)]),
    unregister(the_receiver).

send_in_order(_, _, Count, Count) -> exit(sent);
send_in_order(Me, Alias, N, Count) ->
    To = case N rem 3 of 0 -> Me; 1 -> the_receiver; 2 -> Alias end,
    To ! {self(), N},
    send_in_order(Me, Alias, N + 1, Count).

in_order(Pid, Count, Count) -> receive {'EXIT', Pid, sent} -> ok end;
in_order(Pid, N, Count) ->
    receive
        {Pid, N} -> in_order(Pid, N + 1, Count);
        {Pid, Other} -> {Other, before, N};
        {'EXIT', Pid, sent} -> {ended, before, N}
    end.
