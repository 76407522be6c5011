%% kind: concurrent
%% size: 1000000
%% quick: 20000
%% rounds: 3
%% A tree of linked processes, ten children each, whose root is killed: until all are gone.
-module(kill_tree).
-export([main/1]).

-define(CHILDREN, 10).

main(Args) ->
    N = bench:size(Args),
    Before = erlang:system_info(process_count),
    Parent = self(),
    Root = bench:timed(kill_tree_build, fun() ->
        Pid = spawn(fun() -> node(Parent, N) end),
        receive {built, Pid} -> Pid end
    end),
    N = erlang:system_info(process_count) - Before,
    bench:timed(kill_tree, fun() ->
        exit(Root, kill),
        gone(Before)
    end).

%% The root of Size processes; those below it are divided among its children.
node(Parent, Size) ->
    Children = [child(Share) || Share <- shares(Size - 1, ?CHILDREN)],
    [receive {built, Child} -> ok end || Child <- Children],
    Parent ! {built, self()},
    receive never -> ok end.

child(Size) ->
    Parent = self(),
    spawn_link(fun() -> node(Parent, Size) end).

shares(0, _) -> [];
shares(Size, Children) ->
    Share = (Size + Children - 1) div Children,
    [Share | shares(Size - Share, Children - 1)].

gone(Before) ->
    case erlang:system_info(process_count) > Before of
        true -> receive after 1 -> gone(Before) end;
        false -> ok
    end.
