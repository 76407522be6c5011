%% kind: concurrent
%% size: 1000000
%% quick: 20000
%% rounds: 1
%% A million processes that each send one message to a parent who is too busy starting them to read any.
-module(spawn_send).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    bench:timed(spawn_send, fun() ->
        Parent = self(),
        start(N, Parent),
        collect(N)
    end).

start(0, _) -> ok;
start(N, Parent) ->
    spawn(fun() -> Parent ! N end),
    start(N - 1, Parent).

collect(0) -> ok;
collect(N) -> receive M when is_integer(M) -> collect(N - 1) end.
