%% Many processes want the same names at once, send to them, and end: a name has one owner at a time, and none that is dead.
-module(storms_of_names).
-export([main/1]).

main(_) ->
    one_winner(200, 20),
    succession(2000),
    sends(2000),
    unregistered(1000).

%% Of many that register a name exactly one succeeds, and the name is its.
one_winner(Rounds, Racers) ->
    Results = [begin
                   Me = self(),
                   Pids = [spawn(fun() -> racer(Me) end) || _ <- lists:seq(1, Racers)],
                   [Pid ! go || Pid <- Pids],
                   Won = [Pid || Pid <- Pids, receive {Pid, Answer} -> Answer end],
                   Owner = whereis(wanted),
                   Refs = [monitor(process, Pid) || Pid <- Pids],
                   [Pid ! stop || Pid <- Pids],
                   [receive {'DOWN', Ref, _, _, _} -> ok end || Ref <- Refs],
                   {Won =:= [Owner], whereis(wanted)}
               end || _ <- lists:seq(1, Rounds)],
    io:format("~p~n", [lists:usort(Results)]).

racer(Me) ->
    receive go -> ok end,
    Me ! {self(), try register(wanted, self()) catch error:badarg -> false end},
    receive stop -> ok end.

%% When the end of the owner is known the name is free.
succession(Count) ->
    Good = [begin
                {Pid, Ref} = spawn_monitor(fun() -> true = register(heir, self()), exit(N) end),
                receive {'DOWN', Ref, process, Pid, N} -> whereis(heir) =:= undefined end
            end || N <- lists:seq(1, Count)],
    io:format("~p~n", [lists:usort(Good)]).

%% Sending to a name that comes and goes is either an error or gets to one of its owners, whole.
sends(Count) ->
    Me = self(),
    Owners = spawn_link(fun() -> owners(Me, Count, 0) end),
    Sent = send_all(Owners, 0),
    io:format("~p ~p~n", [Sent >= 0, Owners =/= Me]).

owners(Me, 0, _) -> Me ! no_more_owners;
owners(Me, Left, N) ->
    {Pid, Ref} = spawn_monitor(fun() -> register(shifty, self()), take(), exit(done) end),
    receive {'DOWN', Ref, process, Pid, done} -> owners(Me, Left - 1, N + 1) end.

take() -> receive {number, N, [N, N]} -> true = is_integer(N), take() after 0 -> ok end.

send_all(Owners, Sent) ->
    receive no_more_owners -> Sent
    after 0 ->
        try shifty ! {number, Sent, [Sent, Sent]} of _ -> send_all(Owners, Sent + 1)
        catch error:badarg -> send_all(Owners, Sent)
        end
    end.

%% Taking a name away and giving it to another races with the end of its owner.
unregistered(Count) ->
    Results = [begin
                   Pid = spawn(fun() -> register(loose, self()), receive stop -> ok end end),
                   wait_for(Pid),
                   spawn(fun() -> Pid ! stop end),
                   First = try unregister(loose) catch error:badarg -> gone end,
                   Second = try register(loose, self()) catch error:badarg -> taken end,
                   Third = try unregister(loose) catch error:badarg -> gone end,
                   {lists:member(First, [true, gone]), {Second, Third}}
               end || _ <- lists:seq(1, Count)],
    io:format("~p~n", [lists:usort(Results)]).

wait_for(Pid) -> case whereis(loose) of Pid -> ok; _ -> erlang:yield(), wait_for(Pid) end.
