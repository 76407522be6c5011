%% Everything at once, again and again, for as long as is asked for: growth, crashes, restarts, decline, rest.
%%
%% Run it:   soak:main(["20", "100"])   minutes, and the size of the load in per cent
%%
%% Each cycle runs all jobs at the same time. A job is a process that ends with {figures, [{Name, Number}]} when all that
%% it checks was right, and with anything else when not. Then the machine must be as it was: so many processes, atoms and
%% names as before. It prints lines for `cargo xtask soak`:
%%
%%     rest CYCLE COUNT     all is quiet now, and will be for a while: look at the machine's memory
%%     figure NAME NUMBER   what a job did
%%     violation TEXT       something is not as it must be; the exit status is 1
-module(soak).
-export([main/1, start/1, results/1]).

%% A job that takes longer is stuck.
-define(JOB_LIMIT, 180000).
%% What ends is gone after this.
-define(DECLINE_LIMIT, 20000).
%% The rest in which nothing is done.
-define(REST, 3000).

main([Minutes, Percent]) ->
    hush(),
    Scale = list_to_integer(Percent),
    %% The first cycle loads code and makes atoms and what there is one of.
    cycle(0, Scale),
    Stop = erlang:monotonic_time(second) + list_to_integer(Minutes) * 60,
    cycles(1, Scale, Stop, state()).

%% Crashes are this program's subject: where OTP's logger runs, it is told to drop their reports.
hush() ->
    try
        ok = logger:set_primary_config(level, none)
    catch
        exit:{noproc, _} -> ok
    end.

cycles(Cycle, Scale, Stop, Before) ->
    cycle(Cycle, Scale),
    declined(Before, erlang:monotonic_time(millisecond) + ?DECLINE_LIMIT),
    rest(Cycle),
    case erlang:monotonic_time(second) < Stop of
        true -> cycles(Cycle + 1, Scale, Stop, Before);
        false -> ok
    end.

%% ---- one cycle ----------------------------------------------------------------------------------------------------

cycle(Cycle, Scale) ->
    Limit = erlang:monotonic_time(millisecond) + ?JOB_LIMIT,
    Running = [{Name, spawn_monitor(fun() -> exit({figures, Job(Scale)}) end)} || {Name, Job} <- jobs()],
    [finished(Name, Pid, Monitor, Limit, Cycle) || {Name, {Pid, Monitor}} <- Running].

jobs() ->
    [{streams, fun soak_streams:run/1},
     {timers, fun soak_timers:run/1},
     {crashes, fun soak_crashes:run/1},
     {links, fun soak_links:run/1},
     {monitors, fun soak_links:monitors/1},
     {binaries, fun soak_bulk:binaries/1},
     {swarm, fun soak_bulk:swarm/1}].

finished(Name, Pid, Monitor, Limit, Cycle) ->
    receive
        {'DOWN', Monitor, process, Pid, {figures, Figures}} ->
            [io:format("figure ~s_~s ~b~n", [Name, Key, Number]) || {Key, Number} <- Figures];
        {'DOWN', Monitor, process, Pid, Reason} ->
            violation("~s, cycle ~b: ~0p", [Name, Cycle, Reason])
    after max(0, Limit - erlang:monotonic_time(millisecond)) ->
        [io:format("stuck: ~0p~n", [process_info(P, [registered_name, current_stacktrace, status, message_queue_len])])
            || P <- [Pid | lists:sublist(lists:reverse(processes()), 20)]],
        violation("~s, cycle ~b: stuck", [Name, Cycle])
    end.

%% What jobs are made of: processes that each have a result, or end otherwise, which is then the job's end too.
start(Fun) -> spawn_monitor(fun() -> exit({result, Fun()}) end).

results(Started) -> [result(Pid, Monitor) || {Pid, Monitor} <- Started].

result(Pid, Monitor) ->
    receive
        {'DOWN', Monitor, process, Pid, {result, Result}} -> Result;
        {'DOWN', Monitor, process, Pid, Reason} -> exit(Reason)
    end.

%% ---- rest ---------------------------------------------------------------------------------------------------------

%% What there are as many of after each cycle.
state() ->
    receive after ?REST -> ok end,
    counts().

counts() ->
    [{processes, erlang:system_info(process_count)},
     {atoms, erlang:system_info(atom_count)},
     {names, length(registered())},
     {messages, element(2, process_info(self(), message_queue_len))}].

declined(Before, Limit) ->
    case counts() of
        Before ->
            ok;
        Counts ->
            case erlang:monotonic_time(millisecond) > Limit of
                true -> violation("not as before: ~0p, before ~0p", [Counts -- Before, Before -- Counts]);
                false -> receive after 50 -> declined(Before, Limit) end
            end
    end.

rest(Cycle) ->
    erlang:garbage_collect(),
    receive after ?REST div 3 -> ok end,
    io:format("rest ~b ~b~n", [Cycle, erlang:system_info(process_count)]),
    receive after ?REST -> ok end.

violation(Format, Arguments) ->
    io:format("violation " ++ Format ++ "~n", Arguments),
    halt(1).
