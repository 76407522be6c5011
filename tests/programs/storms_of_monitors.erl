%% Monitors are set up and taken back, by many processes at once, while what they watch ends: each that was not taken back
%% tells once, none that was taken back with `flush' is ever seen.
-module(storms_of_monitors).
-export([main/1]).

main(_) ->
    watchers(200, 50),
    taken_back(3000),
    of_names(300),
    aliases(2000),
    spawned(3000).

%% Each of many watchers sees the end of each of many targets.
watchers(Watchers, Targets) ->
    Me = self(),
    Pids = [spawn(fun() -> receive {end_with, Reason} -> exit(Reason) end end) || _ <- lists:seq(1, Targets)],
    Ws = [spawn_link(fun() -> Me ! {self(), watch(W, Pids)} end) || W <- lists:seq(1, Watchers)],
    [spawn(fun() -> Pid ! {end_with, N} end) || {N, Pid} <- lists:zip(lists:seq(1, Targets), Pids)],
    Wanted = maps:from_list(lists:zip(Pids, lists:seq(1, Targets))),
    Good = [receive {W, Seen} -> lists:all(fun({Pid, R}) -> R =:= noproc orelse maps:get(Pid, Wanted) =:= R end, Seen)
                            andalso length(Seen) =:= Targets end || W <- Ws],
    io:format("~p~n", [lists:usort(Good)]).

watch(W, Pids) ->
    Order = case W rem 2 of 0 -> Pids; 1 -> lists:reverse(Pids) end,
    Refs = [{monitor(process, Pid), Pid} || Pid <- Order],
    [receive {'DOWN', Ref, process, Pid, Reason} -> {Pid, Reason} after 20000 -> {Pid, missing} end || {Ref, Pid} <- Refs].

%% A demonitor races with the end.
taken_back(Count) ->
    Kinds = [begin
                 Pid = spawn(fun() -> ok end),
                 Ref = monitor(process, Pid),
                 N rem 3 =:= 0 andalso erlang:yield(),
                 Was = case N rem 2 of
                           0 -> demonitor(Ref, [flush]);
                           1 -> demonitor(Ref, [flush, info])
                       end,
                 receive {'DOWN', Ref, _, _, _} -> seen after 0 -> is_boolean(Was) end
             end || N <- lists:seq(1, Count)],
    receive {'DOWN', _, _, _, _} -> io:format("one is left~n") after 10 -> ok end,
    io:format("~p~n", [lists:usort(Kinds)]).

%% A name goes from process to process; a monitor by name tells of the one that had it.
of_names(Count) ->
    Kinds = [begin
                 Pid = spawn(fun() -> register(the_name, self()), receive stop -> exit(N) end end),
                 wait_for(the_name, Pid),
                 Ref = monitor(process, the_name),
                 Pid ! stop,
                 receive {'DOWN', Ref, process, {the_name, Node}, Reason} -> {Node =:= node(), Reason =:= N} end
             end || N <- lists:seq(1, Count)],
    io:format("~p ~p~n", [lists:usort(Kinds), whereis(the_name)]).

wait_for(Name, Pid) -> case whereis(Name) of Pid -> ok; _ -> erlang:yield(), wait_for(Name, Pid) end.

%% Many answers to an alias that takes one; the others are dropped.
aliases(Count) ->
    Results = [begin
                   Alias = alias([reply]),
                   [spawn(fun() -> Alias ! {Alias, answer} end) || _ <- [1, 2, 3]],
                   receive {Alias, answer} -> ok end,
                   unalias(Alias)
               end || _ <- lists:seq(1, Count)],
    receive after 50 -> ok end,
    Left = receive {_, answer} -> some after 0 -> none end,
    io:format("~p ~p~n", [lists:usort(Results), Left]).

%% Spawned and watched in one step: the end is always seen, with its reason.
spawned(Count) ->
    Refs = [{N, spawn_opt(fun() -> exit(N) end, [{monitor, [{tag, {gone, N}}]}])} || N <- lists:seq(1, Count)],
    Good = [receive {{gone, N}, Ref, process, Pid, N} -> true after 20000 -> false end || {N, {Pid, Ref}} <- Refs],
    io:format("~p~n", [lists:usort(Good)]).
