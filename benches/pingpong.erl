%% kind: concurrent
%% size: 1000000
%% quick: 50000
%% schedulers: 1 2
%% Two processes answer each other, with a reference in each message as a call has.
-module(pingpong).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    Ponger = spawn(fun pong/0),
    Start = erlang:monotonic_time(),
    ping(N, Ponger),
    Elapsed = erlang:monotonic_time() - Start,
    bench:report(pingpong_round_trip, erlang:convert_time_unit(Elapsed, native, nanosecond) / N, ns).

ping(0, _) -> ok;
ping(N, Ponger) ->
    Ref = make_ref(),
    Ponger ! {ping, Ref, self()},
    receive {pong, Ref} -> ping(N - 1, Ponger) end.

pong() ->
    receive
        {ping, Ref, From} ->
            From ! {pong, Ref},
            pong()
    end.
