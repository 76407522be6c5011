%% How long a process with a large heap is stopped while that heap changes, and how long others are.
%%
%% Run it:   pauses:main(["530", "30"])   megabytes that live, and seconds of measuring
%%
%% One process holds the megabytes and takes small steps: each replaces, changes or moves a part, so that as much dies
%% as is built. The time from one step to the next is its stop. Two bystanders send a message to and fro all the time;
%% what a round trip takes is theirs. On one scheduler all of them share it; on two the machine moves the bystanders to
%% the free one.
%%
%% It warms up for a quarter of the time first. Then it prints `name value unit` lines, which `cargo xtask pauses` reads.
-module(pauses).
-export([main/1]).

%% What all look at before each step.
-define(WARM_UP, 0).
-define(MEASURE, 1).
-define(STOP, 2).

main([Megabytes, Seconds]) ->
    Count = parts:count(list_to_integer(Megabytes) * 1000000),
    Milliseconds = list_to_integer(Seconds) * 1000,
    Phase = atomics:new(1, []),
    Holder = started(fun(Ready) -> hold(Count, Phase, Ready) end),
    Bystander = started(fun(Ready) -> bystander(Phase, Ready) end),
    receive after Milliseconds div 4 -> ok end,
    atomics:put(Phase, 1, ?MEASURE),
    receive after Milliseconds -> ok end,
    atomics:put(Phase, 1, ?STOP),
    histogram:report("process", result(Holder)),
    histogram:report("bystander", result(Bystander)).

%% A process that has told that it is ready; its exit reason will be its result.
started(Fun) ->
    Parent = self(),
    {Pid, Monitor} = spawn_monitor(fun() -> exit({result, Fun(fun() -> Parent ! {ready, self()} end)}) end),
    receive
        {ready, Pid} -> Monitor;
        {'DOWN', Monitor, process, Pid, Reason} -> exit(Reason)
    end.

result(Monitor) ->
    receive
        {'DOWN', Monitor, process, _, {result, Result}} -> Result;
        {'DOWN', Monitor, process, _, Reason} -> exit(Reason)
    end.

%% ---- the process with the large heap ------------------------------------------------------------------------------

hold(Count, Phase, Ready) ->
    Parts = parts:all(Count),
    Ready(),
    Stops = histogram:new(),
    Count = map_size(steps(Parts, Count, 1, Phase, Stops, now_ns())),
    {memory, Bytes} = process_info(self(), memory),
    io:format("process_memory ~w MB~n", [Bytes div 1000000]),
    Stops.

steps(Parts, Count, Random, Phase, Stops, Last) ->
    Now = now_ns(),
    case atomics:get(Phase, 1) of
        ?STOP ->
            Parts;
        Current ->
            record(Current, Stops, Now - Last),
            Next = parts:random(Random),
            steps(parts:step(Parts, Count, Next), Count, Next, Phase, Stops, Now)
    end.

%% ---- the bystanders -----------------------------------------------------------------------------------------------

bystander(Phase, Ready) ->
    Other = spawn_link(fun answer/0),
    Ready(),
    Stops = histogram:new(),
    trips(Other, Phase, Stops),
    Stops.

trips(Other, Phase, Stops) ->
    Start = now_ns(),
    Other ! {ping, self()},
    receive pong -> ok end,
    Stop = now_ns(),
    case atomics:get(Phase, 1) of
        ?STOP ->
            unlink(Other),
            exit(Other, kill);
        Current ->
            record(Current, Stops, Stop - Start),
            trips(Other, Phase, Stops)
    end.

answer() ->
    receive
        {ping, From} ->
            From ! pong,
            answer()
    end.

record(?WARM_UP, _, _) -> ok;
record(?MEASURE, Stops, Elapsed) -> histogram:add(Stops, Elapsed).

now_ns() -> erlang:monotonic_time(nanosecond).
