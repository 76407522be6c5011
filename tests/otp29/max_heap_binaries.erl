%% `max_heap_size` with the binaries outside of the heap.
-module(max_heap_binaries).
-export([main/1]).

main(_) ->
    Limit = #{size => 100000, error_logger => false, include_shared_binaries => true},
    show(many, Limit, fun() -> [binary:copy(<<I>>, 100000) || I <- lists:seq(1, 100)] end),
    show(few, Limit, fun() -> [binary:copy(<<I>>, 1000) || I <- lists:seq(1, 100)] end),
    show(not_counted, Limit#{include_shared_binaries => false}, fun() -> [binary:copy(<<I>>, 100000) || I <- lists:seq(1, 100)] end),
    %% Parts of one count once, and as a whole.
    show(parts, Limit#{size => 400000}, fun() -> parts(binary:copy(<<1>>, 100000)) end),
    show(part, Limit, fun() -> [binary:part(binary:copy(<<I>>, 100000), 5, 100) || I <- lists:seq(1, 100)] end),
    show(dropped, Limit, fun() -> [byte_size(binary:copy(<<I>>, 100000)) || I <- lists:seq(1, 100)] end),
    Received = fun() ->
        Me = self(),
        spawn(fun() -> [Me ! binary:copy(<<I>>, 100000) || I <- lists:seq(1, 100)] end),
        [receive Binary -> Binary end || _ <- lists:seq(1, 100)]
    end,
    show(received, Limit, Received),
    [io:format("~p~n", [is_map(process_flag(max_heap_size, #{size => 1000000, include_shared_binaries => Value}))]) || Value <- [true, false]],
    io:format("~p~n", [try process_flag(max_heap_size, #{size => 1000000, include_shared_binaries => a}) catch C:R -> {C, R} end]),
    {max_heap_size, Now} = process_info(self(), max_heap_size),
    io:format("~p~n", [lists:sort(maps:to_list(Now))]).

show(Name, Limit, Fun) ->
    Run = fun() ->
        Kept = Fun(),
        work(300),
        exit({alive, length(Kept)})
    end,
    {Pid, Ref} = spawn_opt(Run, [monitor, {max_heap_size, Limit}]),
    receive {'DOWN', Ref, process, Pid, Reason} -> io:format("~p ~p~n", [Name, Reason]) end.

parts(Binary) -> [binary:part(Binary, I, 1000) || I <- lists:seq(1, 1000)].

work(0) -> ok;
work(N) -> lists:reverse(lists:seq(1, 1000)), work(N - 1).
