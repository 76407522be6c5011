%% Trees of linked processes are killed at many places at once. Whoever does not trap exits dies, whoever does lives and
%% learns of each neighbour once, with the right reason; watchers learn of each end once.
-module(storms_of_kills).
-export([main/1]).

main(_) ->
    process_flag(trap_exit, true),
    [tree(Width, Depth, Victims) || {Width, Depth, Victims} <- [{2, 8, 1}, {4, 5, 40}, {20, 2, 200}, {1, 2000, 3}]],
    [trappers(Count) || Count <- [50, 500]],
    chain_both_ends(3000),
    reasons(200).

%% All processes of a tree die by one or more kills somewhere in it.
tree(Width, Depth, Victims) ->
    Me = self(),
    Root = spawn(fun() -> node_of_tree(Me, Width, Depth) end),
    Count = size_of(Width, Depth),
    All = [receive {node, Pid} -> Pid end || _ <- lists:seq(1, Count)],
    Refs = maps:from_list([{monitor(process, Pid), Pid} || Pid <- All]),
    Chosen = chosen(Victims, All),
    [spawn(fun() -> exit(Pid, kill) end) || Pid <- Chosen],
    Reasons = downs(Refs, []),
    false = lists:any(fun is_process_alive/1, [Root | All]),
    Kinds = lists:usort(Reasons),
    io:format("~p of ~p ended: ~p~n", [length(Reasons), Count, Kinds]),
    none_left().

size_of(_, 0) -> 1;
size_of(Width, Depth) -> 1 + Width * size_of(Width, Depth - 1).

node_of_tree(Me, Width, Depth) ->
    Me ! {node, self()},
    Depth > 0 andalso [spawn_link(fun() -> node_of_tree(Me, Width, Depth - 1) end) || _ <- lists:seq(1, Width)],
    receive after infinity -> ok end.

chosen(Count, All) ->
    Step = max(1, length(All) div Count),
    [Pid || {N, Pid} <- lists:zip(lists:seq(1, length(All)), lists:sort(All)), N rem Step =:= 0].

downs(Refs, Reasons) when map_size(Refs) =:= 0 -> Reasons;
downs(Refs, Reasons) ->
    receive
        {'DOWN', Ref, process, Pid, Reason} ->
            Pid = maps:get(Ref, Refs),
            downs(maps:remove(Ref, Refs), [Reason | Reasons])
    after 20000 -> [{missing, map_size(Refs)} | Reasons]
    end.

none_left() ->
    receive {'DOWN', _, _, _, _} = Down -> io:format("one more: ~p~n", [Down])
    after 0 -> ok
    end.

%% A hub that traps exits is linked to many, which end in all ways while it links to more.
trappers(Count) ->
    Me = self(),
    Hub = spawn_link(fun() -> process_flag(trap_exit, true), hub(Me, Count, #{}) end),
    [spawn(fun() -> spoke(Hub, N) end) || N <- lists:seq(1, Count)],
    receive {Hub, Seen} -> io:format("~p~n", [lists:sort(maps:to_list(Seen))]) after 20000 -> io:format("stuck~n") end,
    receive {'EXIT', Hub, normal} -> ok end.

hub(Me, 0, Seen) -> Me ! {self(), Seen};
hub(Me, Left, Seen) ->
    receive
        {'EXIT', _, Reason} -> hub(Me, Left - 1, maps:update_with(Reason, fun(N) -> N + 1 end, 1, Seen))
    end.

spoke(Hub, N) ->
    link(Hub),
    case N rem 5 of
        0 -> ok;
        1 -> exit(bye);
        2 -> exit(self(), kill);
        3 -> exit({shutdown, N rem 2});
        4 -> unlink(Hub), link(Hub), throw_away()
    end.

throw_away() -> exit(thrown).

%% A long chain dies from both ends, at once.
chain_both_ends(Length) ->
    Me = self(),
    First = spawn(fun() -> chain(Me, Length) end),
    Last = receive {last, Pid} -> Pid end,
    Refs = maps:from_list([{monitor(process, End), End} || End <- [First, Last]]),
    spawn(fun() -> exit(First, left) end),
    spawn(fun() -> exit(Last, left) end),
    io:format("ends: ~p~n", [downs(Refs, [])]).

chain(Me, 0) -> Me ! {last, self()}, receive after infinity -> ok end;
chain(Me, N) -> spawn_link(fun() -> chain(Me, N - 1) end), receive after infinity -> ok end.

%% The first reason that comes is the one that holds, and `killed' is not `kill'.
reasons(Count) ->
    Results = [begin
                   Pid = spawn_link(fun() -> receive after infinity -> ok end end),
                   exit(Pid, normal),
                   exit(Pid, first),
                   exit(Pid, second),
                   exit(Pid, kill),
                   receive {'EXIT', Pid, Reason} -> Reason end
               end || _ <- lists:seq(1, Count)],
    io:format("~p~n", [lists:usort(Results)]),
    Killed = [begin
                  Pid = spawn_link(fun() -> process_flag(trap_exit, true), receive after infinity -> ok end end),
                  exit(Pid, kill),
                  receive {'EXIT', Pid, Reason} -> Reason end
              end || _ <- lists:seq(1, Count)],
    io:format("~p~n", [lists:usort(Killed)]).
