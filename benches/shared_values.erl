%% kind: concurrent
%% size: 5000000
%% quick: 1000
%% schedulers: 1 2
%% Values that processes share: persistent terms read, counters and atomics added to, by two processes.
-module(shared_values).
-export([main/1]).

main(Args) ->
    Size = bench:size(Args),
    persistent_term:put({?MODULE, key}, #{a => [1, 2, 3], b => <<"text">>}),
    Counters = counters:new(8, [write_concurrency]),
    Atomics = atomics:new(8, []),
    each(persistent_term_get, Size, fun() -> persistent_term:get({?MODULE, key}) end),
    each(counters_add, Size, fun() -> counters:add(Counters, 3, 1) end),
    each(atomics_add, Size, fun() -> atomics:add(Atomics, 3, 1) end),
    each(atomics_get, Size, fun() -> atomics:get(Atomics, 3) end),
    Expected = 2 * (Size div 2),
    Expected = counters:get(Counters, 3),
    Expected = atomics:get(Atomics, 3).

%% Both processes together do it so many times.
each(Name, Count, Fun) ->
    Start = erlang:monotonic_time(),
    Done = [element(2, spawn_monitor(fun() -> times(Count div 2, Fun) end)) || _ <- [1, 2]],
    [receive {'DOWN', Monitor, process, _, normal} -> ok end || Monitor <- Done],
    Time = erlang:monotonic_time() - Start,
    bench:report(Name, erlang:convert_time_unit(Time, native, nanosecond) / Count, ns).

times(0, _) -> ok;
times(Count, Fun) -> Fun(), times(Count - 1, Fun).
