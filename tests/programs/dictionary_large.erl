%% A process dictionary of many keys, and many monitors and links: what is added, moved and taken away is found or not.
-module(dictionary_large).
-export([main/1]).

main(_) ->
    Count = 20000,
    [undefined = put(key(X), X) || X <- lists:seq(1, Count)],
    io:format("~p ~p~n", [length(get()), length(get_keys())]),
    [X = put(key(X), -X) || X <- lists:seq(1, Count, 3)],
    [begin
         Former = erase(key(X)),
         X = abs(Former)
     end || X <- lists:seq(1, Count, 2)],
    io:format("~p ~p~n", [length(get()), lists:sum([Value || {_, Value} <- get()])]),
    Wrong = [X || X <- lists:seq(1, Count), get(key(X)) =/= expected(X)],
    io:format("~p~n", [Wrong]),
    io:format("~p~n", [lists:sort(get_keys(4))]),
    io:format("~p~n", [lists:sum([Value || {_, Value} <- erase()])]),
    io:format("~p ~p~n", [get(), get(key(2))]),
    [put(key(X), X) || X <- lists:seq(1, 10)],
    io:format("~p~n", [lists:sort(get())]),
    watched(3000).

%% Keys of all kinds.
key(X) when X rem 4 =:= 0 -> X;
key(X) when X rem 4 =:= 1 -> {X, key};
key(X) when X rem 4 =:= 2 -> integer_to_binary(X);
key(X) -> [X | float(X)].

expected(X) when X rem 2 =:= 1 -> undefined;
expected(X) when X rem 3 =:= 1 -> -X;
expected(X) -> X.

watched(Count) ->
    Pids = [spawn_link(fun idle/0) || _ <- lists:seq(1, Count)],
    Monitors = [monitor(process, Pid) || Pid <- Pids],
    {links, Linked} = process_info(self(), links),
    io:format("~p ~p~n", [length(Pids -- Linked), length(Monitors)]),
    [true = demonitor(Monitor, [flush, info]) || {Monitor, At} <- lists:zip(Monitors, lists:seq(1, Count)), At rem 3 =/= 0],
    [true = unlink(Pid) || {Pid, At} <- lists:zip(Pids, lists:seq(1, Count)), At rem 2 =:= 0],
    {links, Left} = process_info(self(), links),
    {monitors, Watched} = process_info(self(), monitors),
    io:format("~p ~p~n", [length([Pid || Pid <- Pids, lists:member(Pid, Left)]), length(Watched)]),
    process_flag(trap_exit, true),
    [Pid ! done || Pid <- Pids],
    Ends = [receive {'EXIT', Pid, normal} -> Pid end || Pid <- Pids, lists:member(Pid, Left)],
    Downs = [receive {'DOWN', Monitor, process, _, normal} -> Monitor end || {Monitor, At} <- lists:zip(Monitors, lists:seq(1, Count)), At rem 3 =:= 0],
    io:format("~p ~p~n", [length(Ends), length(Downs)]).

idle() ->
    receive done -> ok end.
