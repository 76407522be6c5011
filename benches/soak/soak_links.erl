%% Trees of linked processes that end because one of them does, and many monitors of the same processes.
-module(soak_links).
-export([run/1, monitors/1]).

-define(TREES, 10).
-define(CHILDREN, 5).
-define(WATCHERS, 20).

%% Each tree hangs on a process that traps exits, and is killed at a leaf.
run(Scale) ->
    Size = max(Scale * 20, 10),
    Trees = [soak:start(fun() -> tree(Size) end) || _ <- lists:seq(1, ?TREES)],
    [{ended, lists:sum(soak:results(Trees))}].

tree(Size) ->
    process_flag(trap_exit, true),
    Watcher = self(),
    Root = spawn_link(fun() -> node(Watcher, Size) end),
    Pids = [receive {node, Pid} -> Pid end || _ <- lists:seq(1, Size)],
    Monitors = [monitor(process, Pid) || Pid <- Pids],
    exit(lists:last(Pids), broken),
    [receive {'DOWN', Monitor, process, _, broken} -> ok end || Monitor <- Monitors],
    receive {'EXIT', Root, broken} -> ok end,
    receive Other -> exit({unexpected, Other}) after 0 -> Size end.

node(Watcher, Size) ->
    [spawn_link(fun() -> node(Watcher, Share) end) || Share <- shares(Size - 1, ?CHILDREN)],
    Watcher ! {node, self()},
    receive never -> ok end.

shares(0, _) -> [];
shares(Size, Children) ->
    Share = (Size + Children - 1) div Children,
    [Share | shares(Size - Share, Children - 1)].

%% Each watcher monitors all targets, takes every third monitor back, and hears of the other targets' ends once.
monitors(Scale) ->
    Targets = [spawn(fun() -> target(I) end) || I <- lists:seq(1, Scale * 10)],
    Ready = self(),
    Watchers = [soak:start(fun() -> watch(Targets, Ready) end) || _ <- lists:seq(1, ?WATCHERS)],
    [receive {watching, Pid} -> ok end || {Pid, _} <- Watchers],
    [Target ! stop || Target <- Targets],
    [{heard, lists:sum(soak:results(Watchers))}].

target(Number) ->
    receive stop -> exit({stopped, Number}) end.

watch(Targets, Ready) ->
    Numbered = lists:zip(lists:seq(1, length(Targets)), Targets),
    All = [{monitor(process, Target), Number} || {Number, Target} <- Numbered],
    [true = demonitor(Monitor) || {Monitor, Number} <- All, Number rem 3 =:= 0],
    Kept = maps:from_list([Pair || {_, Number} = Pair <- All, Number rem 3 =/= 0]),
    Ready ! {watching, self()},
    heard(Kept, map_size(Kept)).

heard(Kept, Count) when map_size(Kept) =:= 0 ->
    receive Other -> exit({unexpected, Other}) after 100 -> Count end;
heard(Kept, Count) ->
    receive
        {'DOWN', Monitor, process, _, {stopped, Number}} when map_get(Monitor, Kept) =:= Number ->
            heard(maps:remove(Monitor, Kept), Count);
        Other ->
            exit({unexpected, Other})
    end.
