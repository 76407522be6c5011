%% kind: concurrent
%% size: 1000000
%% quick: 20000
%% schedulers: 1 2
%% Processes that are started, end at once and are seen to end, a hundred at a time.
-module(spawn_die).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    Start = erlang:monotonic_time(),
    batches(N div 100),
    Elapsed = erlang:monotonic_time() - Start,
    bench:report(spawn_die, erlang:convert_time_unit(Elapsed, native, nanosecond) / N, ns).

batches(0) -> ok;
batches(N) ->
    Refs = [element(2, spawn_monitor(fun() -> ok end)) || _ <- lists:seq(1, 100)],
    [receive {'DOWN', Ref, process, _, normal} -> ok end || Ref <- Refs],
    batches(N - 1).
