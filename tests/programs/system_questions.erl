%% What the machine tells of itself and can be set to: statistics, memory, flags, who is told of events.
-module(system_questions).
-export([main/1]).

main(_) ->
    counters(),
    queues(),
    wall_time(),
    memory(),
    flags(),
    online(),
    blocking(),
    monitor_options(),
    long_queue(),
    large_heap(),
    system_logger(),
    of_itself(),
    bad().

print(Label, Value) -> io:format("~p: ~p~n", [Label, Value]).

counters() ->
    {R0, _} = statistics(reductions),
    {E0, _} = statistics(exact_reductions),
    {G0, W0, 0} = statistics(garbage_collection),
    {C0, 0} = statistics(context_switches),
    {{input, _}, {output, O0}} = statistics(io),
    Me = self(),
    Pid = spawn(fun() -> garbage(200), receive stop -> Me ! done end end),
    receive after 20 -> ok end,
    Pid ! stop,
    receive done -> ok end,
    garbage(200),
    erlang:yield(),
    {R1, RD} = statistics(reductions),
    {E1, ED} = statistics(exact_reductions),
    {G1, W1, 0} = statistics(garbage_collection),
    {C1, 0} = statistics(context_switches),
    io:format("something is written~n"),
    {{input, _}, {output, O1}} = statistics(io),
    print(reductions, {R1 > R0, R1 - R0 =:= RD}),
    print(exact_reductions, {E1 > E0, E1 - E0 =:= ED}),
    print(collections, {G1 > G0, W1 > W0}),
    print(switches, C1 > C0),
    print(output, O1 > O0),
    {Wall, _} = statistics(wall_clock),
    {Run, _} = statistics(runtime),
    print(clocks, {is_integer(Wall), Run >= 0}).

garbage(0) -> ok;
garbage(N) -> true = length(lists:duplicate(1000, N)) =:= 1000, garbage(N - 1).

queues() ->
    Schedulers = erlang:system_info(schedulers),
    Loops = [spawn_opt(fun loop/0, [link, {priority, low}]) || _ <- lists:seq(1, 20)],
    receive after 50 -> ok end,
    print(queued, statistics(total_run_queue_lengths) >= 20 - Schedulers),
    print(queue, statistics(run_queue) >= 20 - Schedulers),
    print(active, statistics(total_active_tasks) >= 20),
    print(lengths, [length(statistics(Item)) - Schedulers || Item <- [run_queue_lengths, active_tasks,
                                                                      run_queue_lengths_all, active_tasks_all]]),
    [begin unlink(Loop), exit(Loop, kill) end || Loop <- Loops],
    ok.

loop() -> loop().

wall_time() ->
    Schedulers = erlang:system_info(schedulers),
    print(off, statistics(scheduler_wall_time)),
    print(turned_on, erlang:system_flag(scheduler_wall_time, true)),
    Before = lists:sort(statistics(scheduler_wall_time)),
    Loop = spawn_link(fun loop/0),
    receive after 200 -> ok end,
    After = lists:sort(statistics(scheduler_wall_time)),
    unlink(Loop),
    exit(Loop, kill),
    Busy = [{B1 - B0, T1 - T0} || {{I, B0, T0}, {I, B1, T1}} <- lists:zip(Before, After), I =< Schedulers],
    print(within, lists:all(fun({B, T}) -> B >= 0 andalso B =< T end, Busy)),
    print(one_is_busy, lists:any(fun({B, T}) -> B * 10 > T * 3 end, Busy)),
    print(turned_off, erlang:system_flag(scheduler_wall_time, false)),
    print(microstates, [erlang:system_flag(microstate_accounting, V) || V <- [true, reset, false]]),
    Counters = [C || #{type := scheduler, counters := C} <- statistics(microstate_accounting)],
    print(all_counters, [lists:sort(maps:keys(C)) || C <- Counters] =:=
              lists:duplicate(Schedulers, [aux, check_io, emulator, gc, other, port, sleep])).

memory() ->
    All = erlang:memory(),
    print(kinds, [Kind || {Kind, _} <- All]),
    Get = fun(Kind) -> proplists:get_value(Kind, All) end,
    print(sums, Get(total) =:= Get(processes) + Get(system)),
    print(parts, Get(system) > Get(atom) + Get(binary) + Get(code) + Get(ets)),
    print(used, {Get(processes) >= Get(processes_used), Get(atom) >= Get(atom_used)}),
    B0 = erlang:memory(binary),
    Binary = binary:copy(<<"x">>, 50000000),
    B1 = erlang:memory(binary),
    print(binary, {byte_size(Binary), B1 - B0 >= 40000000}),
    E0 = erlang:memory(ets),
    Table = ets:new(table, []),
    [ets:insert(Table, {N, lists:seq(1, 10)}) || N <- lists:seq(1, 1000)],
    E1 = erlang:memory(ets),
    ets:delete(Table),
    print(ets, {E1 - E0 > 1000 * 20 * 8, erlang:memory(ets) < E1}),
    P0 = erlang:memory(processes),
    Pids = [spawn_link(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, 20000)],
    P1 = erlang:memory(processes),
    [Pid ! stop || Pid <- Pids],
    print(processes, P1 - P0 > 20000 * 300),
    A0 = erlang:memory(atom_used),
    _ = [list_to_atom("a new atom " ++ integer_to_list(N)) || N <- lists:seq(1, 2000)],
    print(atoms, erlang:memory(atom_used) - A0 > 2000 * 12),
    print(some, [K || {K, V} <- erlang:memory([code, ets]), V >= 0]).

flags() ->
    print(fullsweep, [erlang:system_flag(fullsweep_after, N) || N <- [3, 65535]]),
    erlang:system_flag(min_heap_size, 4000),
    [{min_heap_size, Min}] = process_info(spawn(fun() -> receive x -> ok end end), [min_heap_size]),
    print(min_heap_size, Min >= 4000),
    erlang:system_flag(min_heap_size, 233),
    _ = erlang:system_flag(max_heap_size, #{size => 200000, kill => true, error_logger => false}),
    {Pid, Ref} = spawn_monitor(fun() -> lists:seq(1, 10000000) end),
    receive {'DOWN', Ref, process, Pid, Reason} -> print(too_large, Reason) end,
    {Bounded, BRef} = spawn_opt(fun() -> lists:seq(1, 300000), ok end,
                                [monitor, {max_heap_size, #{size => 100000000, kill => true}}]),
    receive {'DOWN', BRef, process, Bounded, Why} -> print(larger_limit, Why) end,
    print(max_heap_size, maps:get(size, erlang:system_flag(max_heap_size, 0))),
    print(control_word, [erlang:system_flag(trace_control_word, N) || N <- [5, 0]]),
    print(depth, [erlang:system_flag(backtrace_depth, N) || N <- [10, 8]]).

online() ->
    Schedulers = erlang:system_info(schedulers),
    print(all, erlang:system_flag(schedulers_online, 1) =:= Schedulers),
    print(one, erlang:system_info(schedulers_online)),
    Me = self(),
    Pids = [spawn(fun() -> rest(Me, 30) end) || _ <- lists:seq(1, 50)],
    print(ids, lists:usort(lists:append([receive {Pid, Ids} -> Ids end || Pid <- Pids]))),
    print(back, erlang:system_flag(schedulers_online, Schedulers)),
    print(too_many, catch_class(fun() -> erlang:system_flag(schedulers_online, Schedulers + 1) end)),
    print(too_few, catch_class(fun() -> erlang:system_flag(schedulers_online, 0) end)).

%% Where a process runs, each time that it comes back to a scheduler.
rest(To, N) -> rest(To, N, []).

rest(To, 0, Ids) -> To ! {self(), lists:usort(Ids)};
rest(To, N, Ids) ->
    receive after 1 -> ok end,
    erlang:yield(),
    rest(To, N - 1, [erlang:system_info(scheduler_id) | Ids]).

blocking() ->
    case erlang:system_info(schedulers) of
        1 -> [print(blocking, Answer) || Answer <- [[blocked, blocked], [me], blocked, enabled, enabled]];
        _ -> really_blocking()
    end.

really_blocking() ->
    Me = self(),
    print(blocking, [erlang:system_flag(multi_scheduling, block) || _ <- [1, 2]]),
    print(blocking, [case P of Me -> me end || P <- erlang:system_info(multi_scheduling_blockers)]),
    print(blocking, erlang:system_flag(multi_scheduling, unblock)),
    print(blocking, erlang:system_flag(multi_scheduling, unblock)),
    {Pid, Ref} = spawn_monitor(fun() -> blocked = erlang:system_flag(multi_scheduling, block) end),
    receive {'DOWN', Ref, process, Pid, _} -> ok end,
    print(blocking, erlang:system_info(multi_scheduling)).

monitor_options() ->
    Me = self(),
    print(nobody, erlang:system_monitor()),
    print(nobody, erlang:system_monitor(Me, [{long_gc, 10000}, busy_port])),
    {Me, Options} = erlang:system_monitor(undefined),
    print(options, Options),
    print(nobody, erlang:system_monitor()),
    Pid = spawn(fun() -> receive stop -> ok end end),
    print(nobody, erlang:system_monitor(Pid, [{large_heap, 1}])),
    {Pid, Large} = erlang:system_monitor(),
    print(large, Large),
    Ref = monitor(process, Pid),
    Pid ! stop,
    receive {'DOWN', Ref, _, _, _} -> ok end,
    print(gone, erlang:system_monitor()),
    [print(Bad, catch_class(fun() -> erlang:system_monitor(Me, Bad) end)) || Bad <- [foo, [foo], [{long_gc, -1}], [long_gc]]].

long_queue() ->
    case list_to_integer(erlang:system_info(otp_release)) >= 27 of
        true ->
            erlang:system_monitor(self(), [{long_message_queue, {2, 10}}]),
            Pid = spawn_link(fun() -> receive go -> drain() end, receive stop -> ok end end),
            [Pid ! N || N <- lists:seq(1, 20)],
            receive {monitor, Pid, long_message_queue, true} -> ok end,
            Pid ! go,
            receive {monitor, Pid, long_message_queue, false} -> ok end,
            erlang:system_monitor(undefined),
            Pid ! stop;
        false -> ok
    end,
    print(long_queue, told).

drain() -> receive N when is_integer(N) -> drain() after 0 -> ok end.

large_heap() ->
    erlang:system_monitor(self(), [{large_heap, 200000}]),
    Pid = spawn(fun() -> L = lists:seq(1, 1000000), receive stop -> L end end),
    receive
        {monitor, Pid, large_heap, Sizes} -> print(large_heap, lists:sort([K || {K, _} <- Sizes]))
    end,
    erlang:system_monitor(undefined),
    Pid ! stop.

system_logger() ->
    Me = self(),
    Former = erlang:system_flag(system_logger, Me),
    print(logger, erlang:system_info(system_logger) =:= Me),
    {Pid, Ref} = spawn_monitor(fun() -> error(boom) end),
    receive {'DOWN', Ref, process, Pid, _} -> ok end,
    receive {log, Level, Format, [Pid, {Reason, _}], #{pid := Pid}} -> print(logged, {Level, Format, Reason}) end,
    print(former, erlang:system_flag(system_logger, undefined) =:= Me),
    print(off, erlang:system_flag(system_logger, Former)).

%% Items of process_info that few ask for; `label' came with OTP 27.
of_itself() ->
    put('$process_label', mine),
    print(label, try process_info(self(), label) catch error:badarg -> {label, mine} end),
    {backtrace, Text} = process_info(self(), backtrace),
    print(backtrace, is_binary(Text)),
    {catchlevel, Outside} = process_info(self(), catchlevel),
    {catchlevel, Inside} = try process_info(self(), catchlevel) catch error:_ -> none end,
    print(catches, Inside - Outside),
    print(rest, [process_info(self(), Item) || Item <- [magic_ref, trace, sequential_trace_token, last_calls]]).

bad() ->
    [print(F, catch_class(fun() -> erlang:F(X) end)) || {F, X} <- [{statistics, foo}, {statistics, 1}, {memory, foo},
                                                                    {memory, [total, foo]}, {system_info, foo}]],
    [print({F, V}, catch_class(fun() -> erlang:system_flag(F, V) end)) ||
        {F, V} <- [{foo, 1}, {multi_scheduling, foo}, {scheduler_wall_time, 1}, {microstate_accounting, foo},
                   {fullsweep_after, -1}, {max_heap_size, 1}, {trace_control_word, -1}, {system_logger, foo}]].

catch_class(F) -> try F() catch Class:Reason -> {Class, Reason} end.
