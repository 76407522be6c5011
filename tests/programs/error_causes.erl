%% What natives tell of the cause of an error beside its reason, for erl_error to explain: a wrong option, an unknown flag, a
%% process that has ended. Entries of stack traces that programs make up, and those of modules whose lines nobody knows.
-module(error_causes).
-export([main/1]).

main(_) ->
    Self = self(),
    Dead = dead(),
    Other = spawn(fun() -> receive stop -> ok end end),
    Timer = make_ref(),
    register(error_causes, Self),
    Names = [{Self, self}, {Dead, dead}, {Other, other}, {Timer, reference}],
    [tell(Names, erlang, F, Args) || {F, Cases} <- natives(Self, Dead, Other, Timer), Args <- Cases],
    [tell(Names, os, set_signal, Args) || Args <- [[a, b], [sigterm, b], [1, ignore], [foo, ignore]]],
    [tell(Names, M, F, Args) || {M, F, Args} <- in_erlang()],
    [traced(Entry) || Entry <- entries()],
    exit(Other, kill),
    collections().

dead() ->
    {Pid, Monitor} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Monitor, _, _, _} -> Pid end.

natives(Self, Dead, Other, Timer) ->
    Fun = fun() -> ok end,
    [{register, [[1, Self], [a, 1], [a, Dead], [undefined, Self], [init, Other], [b, Self], [undefined, 1],
                 [error_causes, Self], [1, Dead]]},
     {start_timer, [[a, Self, x], [-1, Self, x], [1 bsl 64, Self, x], [1 bsl 59, Self, x], [1, 1, x],
                    [1, Self, x, [foo]], [1, Self, x, foo], [-1, Self, x, [foo]], [1, Self, x, [{abs, x}]],
                    [-(1 bsl 70), Self, x, [{abs, true}]], [-(1 bsl 50), Self, x, [{abs, true}]],
                    [1, Self, x, [{abs, true} | y]]]},
     {send_after, [[a, Self, x], [-1, Self, x], [1 bsl 64, Self, x], [1, 1, x], [1, Self, x, [foo]]]},
     {cancel_timer, [[a], [Timer, [foo]], [Timer, foo], [a, [foo]]]},
     {read_timer, [[a], [Timer, [foo]]]},
     {process_flag, [[foo, 1], [1, 1], [trap_exit, 1], [priority, x], [{monitor_nodes, foo}, true], [{foo, []}, true],
                     [{monitor_nodes, [foo]}, true], [{monitor_nodes, #{list => true}}, true], [{monitor_nodes, #{list => 1}}, true], [{monitor_nodes, #{x => true}}, true],
                     [monitor_nodes, x], [min_heap_size, -1], [message_queue_data, foo], [Self, foo, 1], [Self, save_calls, -1],
                     [Dead, save_calls, 1], [a, save_calls, 1], [a, b, c], [Dead, foo, 1], [Other, foo, a]]},
     {system_flag, [[foo, 1], [1, 1], [fullsweep_after, -1], [schedulers_online, 0]]},
     {garbage_collect, [[a], [Self, [foo]], [a, []], [Self, foo], [Self, [{type, foo}]], [Self, [{type, minor}]],
                        [Other, [{type, minor}]], [Other, [{type, major}]], [Dead, [{type, minor}]], [a, [foo]],
                        [Self, [{type, major} | x]]]},
     {halt, [[a], [-1], [1, [foo]], [1, foo], [1, [{flush, x}]], [a, []]]},
     {monitor, [[foo, Self], [1, Self], [process, "a"], [process, Self, [foo]], [process, Self, foo], [port, a, [foo]],
                [time_offset, x]]},
     {suspend_process, [[Self], [a], [Dead], [Other, [foo]], [Self, [foo]], [Other, foo]]},
     {send_nosuspend, [[1, x], [Self, x, [foo]], [Self, x, foo]]},
     {spawn_opt, [[a, []], [Fun, [foo]], [Fun, foo], [lists, map, [], [foo]], [1, map, [], [foo]], [1, map, [], []]]},
     {spawn_request, [[a], [Fun, [foo | x]], [Fun, foo], [1, map, [], []], [lists, map, [], [{reply_tag, x} | y]]]},
     {check_process_code, [[a, b], [Self, 1], [Self, lists, [foo]], [Self, lists, foo], [a, b, [foo]], [Self, lists, [{async, x}]],
                           [Self, lists, [{allow_gc, true}]]]},
     {function_exported, [[erlang, open_port, 2], [erlang, no_such, 2], [erlang, send, -1]]},
     {nif_error, [[a], [a, [b]]]},
     {nodes, [[visible, foo]]},
     {disconnect_node, [[1]]},
     {monitor_node, [[a, b], [1, true], [a, true, [foo]], [a, true, foo], [a, true, []]]}].

%% Functions that are no natives, in modules that a machine brings with it.
in_erlang() ->
    [{erlang, port_close, [a]}, {erlang, fun_info, [a]}, {counters, get, [a, 1]}, {atomics, new, [0, []]},
     {atomics, new, [1, [foo]]}, {counters, new, [1, [foo]]}].

tell(Names, M, F, Args) ->
    Said = [named(Names, Arg) || Arg <- Args],
    try apply(M, F, Args) of
        Result -> io:format("~w:~w~0p gives ~w~n", [M, F, Said, kind(Result)])
    catch
        Class:Reason:Trace ->
            [{InM, InF, _, Info} = First | _] = Trace,
            {error_info, Map} = lists:keyfind(error_info, 1, Info),
            Text = lists:flatten(erl_error:format_exception(Class, Reason, [First])),
            Told = [string:trim(Line) || Line <- string:split(Text, "\n", all), string:find(Line, "***") =/= nomatch],
            io:format("~w:~w~0p ~0p in ~w:~w ~0p ~0p~n~ts~n",
                      [M, F, Said, {Class, Reason}, InM, InF, maps:get(cause, Map, none),
                       lists:keydelete(error_info, 1, Info), lists:join("\n", Told)])
    end.

named(Names, Term) ->
    case lists:keyfind(Term, 1, Names) of
        {_, Name} -> Name;
        false when is_function(Term) -> a_fun;
        false -> Term
    end.

kind(Term) when is_reference(Term) -> reference;
kind(Term) when is_pid(Term) -> pid;
kind(Term) -> Term.

%% Nothing is asked of arity and arguments.
entries() ->
    Fun = fun() -> 1 end,
    [{a, b, c, []}, {a, b, -1, []}, {a, b, 1.0, []}, {a, b, [c | d], []}, {a, b, c}, {a, 1, 1, []}, {1, b, 1, []}, {a, b, 1, x},
     {a, b, 1, [foo]}, {a, b, 1, [{line, x}]}, {a, b, 1, [{file, x} | y]}, {a, b}, x, {Fun, [a]}, {Fun, a, []}, {Fun, 2},
     {Fun, 2, x}].

traced(Entry) ->
    Said = case Entry of
               {F, Args} when is_function(F) -> {a_fun, Args};
               {F, Args, Location} when is_function(F) -> {a_fun, Args, Location};
               _ -> Entry
           end,
    try erlang:raise(error, made_up, [Entry]) of
        Result -> io:format("raise with ~0p gives ~w~n", [Said, Result])
    catch
        error:made_up:Trace ->
            io:format("raise with ~0p raises with ~0p~n", [Said, [E || {M, _, _, _} = E <- Trace, M =/= ?MODULE]])
    end.

%% A collection of the type that is asked for.
collections() ->
    Keep = lists:seq(1, 1000),
    true = garbage_collect(self(), [{type, major}]),
    Young = minors(),
    true = garbage_collect(self(), [{type, minor}]),
    io:format("minor: ~w~n", [minors() > Young]),
    true = garbage_collect(self(), [{type, major}]),
    io:format("major: ~w, kept ~w~n", [minors() =:= 0, lists:sum(Keep)]).

minors() ->
    {garbage_collection, Told} = process_info(self(), garbage_collection),
    proplists:get_value(minor_gcs, Told).
