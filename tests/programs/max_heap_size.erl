%% `max_heap_size`: who is ended by it, what counts, what is reported, what is refused.
-module(max_heap_size).
-export([main/1]).

main(_) ->
    ended(),
    options(),
    messages(),
    flags(),
    defaults(),
    reports().

%% How a process with these options ends.
run(Options, Fun) ->
    {Pid, Ref} = spawn_opt(Fun, [monitor | Options]),
    receive {'DOWN', Ref, process, Pid, Reason} -> Reason end.

quiet(Size) -> {max_heap_size, #{size => Size, error_logger => false}}.

grow(List) -> grow([lists:seq(1, 100) | List]).

ended() ->
    Grow = fun() -> grow([]) end,
    io:format("~p~n", [run([quiet(50000)], Grow)]),
    io:format("~p~n", [run([{min_heap_size, 10000}, quiet(50000)], Grow)]),
    io:format("~p~n", [run([quiet(50000)], fun() -> catch grow([]) end)]),
    io:format("~p~n", [run([quiet(50000)], fun() -> exit(length(lists:seq(1, 1000000))) end)]),
    io:format("~p~n", [run([quiet(50000)], fun() -> exit(tuple_size(erlang:make_tuple(1000000, a))) end)]),
    %% What does not stay is no reason.
    Churn = fun Churn(0) -> exit(done); Churn(N) -> lists:seq(1, 1000), Churn(N - 1) end,
    io:format("~p~n", [run([quiet(100000)], fun() -> Churn(2000) end)]),
    %% Nor is a binary outside of the heap, unless that is asked for.
    Binaries = fun() -> exit(length([binary:copy(<<I>>, 100000) || I <- lists:seq(1, 100)])) end,
    io:format("~p~n", [run([quiet(100000)], Binaries)]),
    io:format("~p~n", [run([{max_heap_size, #{size => 100000, kill => false, error_logger => false}}],
                          fun() -> exit(length(lists:seq(1, 1000000))) end)]),
    %% Links get the reason of one that was killed.
    process_flag(trap_exit, true),
    Linked = spawn_opt(Grow, [link, quiet(50000)]),
    receive {'EXIT', Linked, Reason} -> io:format("~p~n", [Reason]) end.

options() ->
    Try = fun(Value) ->
        try spawn_opt(fun() -> ok end, [{max_heap_size, Value}]) of
            Pid when is_pid(Pid) -> ok
        catch
            Class:Reason -> {Class, Reason}
        end
    end,
    [io:format("~p ~p~n", [Value, Try(Value)]) || Value <-
        [-1, 1, a, 0, 1000, [], #{}, #{kill => true}, #{size => 1}, #{size => 0}, #{size => -5}, #{size => a},
         #{size => 1000}, 1 bsl 70]],
    [io:format("~p ~p~n", [Key, Try(#{size => 1000, Key => Value})]) || {Key, Value} <-
        [{kill, 1}, {kill, true}, {error_logger, []}, {error_logger, false}, {foo, bar}]].

%% Messages that have been taken in count, unless they are to be kept off the heap.
messages() ->
    Receiver = fun() ->
        receive go -> ok end,
        work(200),
        exit({alive, element(2, process_info(self(), message_queue_len))})
    end,
    Run = fun(Where) ->
        {Pid, Ref} = spawn_opt(Receiver, [monitor, {message_queue_data, Where}, quiet(100000)]),
        [Pid ! {I, lists:seq(1, 200)} || I <- lists:seq(1, 1000)],
        Pid ! go,
        receive {'DOWN', Ref, process, Pid, Reason} -> Reason end
    end,
    [io:format("~p ~p~n", [Where, Run(Where)]) || Where <- [on_heap, off_heap]].

work(0) -> ok;
work(N) -> lists:reverse(lists:seq(1, 1000)), work(N - 1).

flags() ->
    Show = fun(Value) ->
        try process_flag(max_heap_size, Value) of
            Former -> show(Former)
        catch
            Class:Reason -> {Class, Reason}
        end
    end,
    [io:format("~p~n", [Show(Value)]) || Value <-
        [1000000, #{size => 1}, #{size => 2000000, kill => false}, #{size => 3000000}, #{size => 3000000, error_logger => false},
         #{}, #{kill => true}, a, -1, 0, 0]],
    {max_heap_size, Now} = process_info(self(), max_heap_size),
    io:format("~p~n", [show(Now)]),
    {_, Collection} = process_info(self(), garbage_collection),
    io:format("~p~n", [show(proplists:get_value(max_heap_size, Collection))]).

%% OTP 27 has another key.
show(Map) -> lists:sort(maps:to_list(maps:without([include_shared_binaries], Map))).

defaults() ->
    Info = fun() -> {_, Map} = process_info(self(), max_heap_size), exit(show(Map)) end,
    io:format("~p~n", [show(erlang:system_info(max_heap_size))]),
    io:format("~p~n", [show(erlang:system_flag(max_heap_size, #{size => 1 bsl 20, kill => false}))]),
    io:format("~p~n", [show(erlang:system_info(max_heap_size))]),
    io:format("~p~n", [run([], Info)]),
    io:format("~p~n", [run([{max_heap_size, 5000}], Info)]),
    io:format("~p~n", [run([{max_heap_size, #{size => 6000, kill => true}}], Info)]),
    io:format("~p~n", [try erlang:system_flag(max_heap_size, a) catch error:Reason -> Reason end]),
    erlang:system_flag(max_heap_size, #{size => 0, kill => true, error_logger => true}),
    io:format("~p~n", [run([], Info)]).

%% What the process that is registered as `logger` is told.
reports() ->
    Logger = whereis(logger),
    Logger =:= undefined orelse unregister(logger),
    register(logger, self()),
    erlang:system_flag(system_logger, self()),
    run([{max_heap_size, 50000}], fun() -> grow([]) end),
    report(),
    run([quiet(50000)], fun() -> grow([]) end),
    report(),
    Reason = run([{max_heap_size, #{size => 50000, kill => false}}], fun() -> hold(lists:seq(1, 100000)) end),
    io:format("~p~n", [Reason]),
    report().

hold(List) ->
    work(1000),
    exit(length(List)).

report() ->
    receive
        {log, error, Format, [Pid, Max, Held, Kill, Log, Messages | _], #{error_logger := Origin, pid := Pid}} ->
            io:format("~p ~p~n", [[is_list(Format), Max, Held > Max, Kill, Log, Messages], lists:sort(maps:to_list(Origin))]),
            forget()
    after 200 ->
        io:format("no report~n")
    end.

%% There may be several of one that goes on.
forget() -> receive {log, error, _, _, _} -> forget() after 100 -> ok end.
