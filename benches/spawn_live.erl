%% kind: concurrent
%% size: 500000
%% quick: 20000
%% Processes that are started and stay: time of each, and the memory that each takes, all in.
-module(spawn_live).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    bench:mark_memory(spawn_live_memory, 0),
    Start = erlang:monotonic_time(),
    Pids = start(N, []),
    Elapsed = erlang:monotonic_time() - Start,
    bench:report(spawn_live, erlang:convert_time_unit(Elapsed, native, nanosecond) / N, ns),
    %% One answer from the last: by then all have run into their receive, or soon will have.
    hd(Pids) ! {hello, self()},
    receive hello -> ok end,
    bench:mark_memory(spawn_live_memory, N),
    [Pid ! stop || Pid <- Pids].

start(0, Pids) -> Pids;
start(N, Pids) -> start(N - 1, [spawn(fun idle/0) | Pids]).

idle() ->
    receive
        {hello, From} -> From ! hello, idle();
        stop -> ok
    end.
