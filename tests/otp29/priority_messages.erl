%% Messages that go before ordinary ones, processes one after the other, and what else OTP 28 and 29 have added for processes.
-module(priority_messages).
-export([main/1]).

main(_) ->
    process_flag(trap_exit, true),
    show(sends, fun sends/0),
    show(aliases, fun aliases/0),
    show(exits, fun exits/0),
    show(monitors, fun monitors/0),
    show(links, fun links/0),
    show(receives, fun receives/0),
    show(told, fun told/0),
    show(spawned, fun spawned/0),
    [show(bad, Fun) || Fun <- bad_options()],
    show(hibernating, fun hibernating/0),
    show(iterated, fun iterated/0),
    show(own_signal, fun own_signal/0).

show(Name, Fun) ->
    Shown =
        try
            Fun()
        catch
            Class:Reason:Trace -> {Class, Reason, cause(Trace)}
        end,
    io:format("~p: ~p~n", [Name, Shown]).

cause([{_, Function, Arguments, Info} | _]) when is_list(Arguments) ->
    {Function, length(Arguments), maps:get(cause, proplists:get_value(error_info, Info, #{}), none)};
cause(_) ->
    none.

%% All messages in their order, with what is told apart only by chance left out.
flush() ->
    receive
        {'DOWN', _, process, _, Reason} -> [{down, Reason} | flush()];
        {'EXIT', _, Reason} -> [{exit, Reason} | flush()];
        Message -> [Message | flush()]
    after 0 -> []
    end.

%% Runs in another process, whose end is waited for.
elsewhere(Fun) ->
    {Pid, Monitor} = spawn_monitor(Fun),
    receive
        {'DOWN', Monitor, process, Pid, normal} -> ok
    end.

sends() ->
    Alias = alias([priority]),
    self() ! first,
    erlang:send(Alias, before, [priority]),
    erlang:send(Alias, behind, []),
    erlang:send(Alias, too, [priority, nosuspend]),
    Alias ! last,
    erlang:send(self(), by_pid, [priority]),
    erlang:send(alias(), by_plain_alias, [priority]),
    Mixed = flush(),
    unalias(Alias),
    self() ! left,
    erlang:send(Alias, gone, [priority]),
    {Mixed, flush()}.

aliases() ->
    Alias = alias([priority, reply]),
    self() ! ordinary,
    erlang:send(Alias, answer, [priority]),
    erlang:send(Alias, too_late, [priority]),
    flush().

exits() ->
    [Open, Plain] = [alias([priority]), alias()],
    self() ! ordinary,
    Self = self(),
    elsewhere(fun() -> exit(Plain, plain, [priority]) end),
    elsewhere(fun() -> exit(Self, by_pid, [priority]) end),
    elsewhere(fun() -> exit(Open, without, []) end),
    elsewhere(fun() -> exit(Open, with, [priority]) end),
    elsewhere(fun() -> true = exit(make_ref(), nobody, [priority]) end),
    Outcome = flush(),
    unalias(Open),
    Outcome.

monitors() ->
    self() ! ordinary,
    Pids = [spawn(fun() -> receive stop -> exit({ended, I}) end end) || I <- [1, 2, 3]],
    [One, Two, Three] = Pids,
    monitor(process, One),
    monitor(process, Two, [priority, {tag, 'DOWN'}]),
    Waited = monitor(process, Three, [{alias, explicit_unalias}, priority]),
    [Pid ! stop || Pid <- [One, Two]],
    elsewhere(fun() -> wait_for_end(One), wait_for_end(Two) end),
    Three ! stop,
    Why = receive {'DOWN', Waited, process, Three, Reason} -> Reason end,
    monitor(process, no_such_name, [priority]),
    {Why, flush()}.

wait_for_end(Pid) ->
    Monitor = monitor(process, Pid),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.

links() ->
    [linked([[priority]]), linked([[priority], []]), linked([[], [priority]]), linked([[]]), dead()].

linked(Options) ->
    self() ! ordinary,
    Pid = spawn(fun() -> receive stop -> exit(bye) end end),
    [true = link(Pid, Each) || Each <- Options],
    Pid ! stop,
    elsewhere(fun() -> wait_for_end(Pid) end),
    flush().

dead() ->
    self() ! ordinary,
    Pid = spawn(fun() -> ok end),
    elsewhere(fun() -> wait_for_end(Pid) end),
    true = link(Pid, [priority]),
    flush().

%% A message comes while a receive has passed all that is there.
receives() ->
    Alias = alias([priority]),
    [self() ! {ordinary, I} || I <- [1, 2, 3]],
    Self = self(),
    spawn(fun() ->
        until_waiting(Self),
        erlang:send(Alias, {wanted, now}, [priority]),
        erlang:send(Alias, {ordinary, before}, [priority]),
        Self ! {ordinary, 4}
    end),
    Got = receive {wanted, What} -> What end,
    receive {ordinary, 4} -> ok end,
    {Got, flush()}.

until_waiting(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> ok;
        _ -> erlang:yield(), until_waiting(Pid)
    end.

told() ->
    Pid = spawn(fun() -> told_in_new_process() end),
    wait_for_end(Pid),
    Alias = alias([priority]),
    self() ! behind,
    erlang:send(Alias, before, [priority]),
    Told = [process_info(self(), Item) || Item <- [messages, message_queue_len, priority_messages]],
    {Told, flush()}.

told_in_new_process() ->
    {priority_messages, false} = process_info(self(), priority_messages),
    Alias = alias([priority]),
    {priority_messages, true} = process_info(self(), priority_messages),
    unalias(Alias),
    {priority_messages, false} = process_info(self(), priority_messages).

spawned() ->
    self() ! ordinary,
    {Pid, _} = spawn_opt(fun() -> exit(soon) end, [{monitor, [priority]}]),
    elsewhere(fun() -> wait_for_end(Pid) end),
    flush().

bad_options() ->
    [
        fun() -> erlang:send(self(), message, [bad]) end,
        fun() -> erlang:send(self(), message, bad) end,
        fun() -> exit(self(), reason, [bad]) end,
        fun() -> exit(self(), reason, [priority | bad]) end,
        fun() -> exit(name, reason, [priority]) end,
        fun() -> exit(make_ref(), reason, [bad]) end,
        fun() -> link(self(), [bad]) end,
        fun() -> monitor(process, self(), [bad]) end,
        fun() -> monitor(process, self(), [{alias, bad}]) end,
        fun() -> alias([bad]) end,
        fun() -> erlang:exit_signal(self(), reason, [bad]) end
    ].

hibernating() ->
    {Pid, Monitor} = spawn_monitor(fun() -> exit({erlang:hibernate(), receive Message -> Message end}) end),
    until_waiting(Pid),
    Pid ! awake,
    receive {'DOWN', Monitor, process, Pid, Reason} -> Reason end.

iterated() ->
    Started = [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, 3000)],
    All = all(erlang:processes_next(erlang:processes_iterator())),
    Outcome = {Started -- All, lists:member(self(), All), lists:sort(All) =:= lists:sort(processes())},
    [Pid ! stop || Pid <- Started],
    Outcome.

all(none) -> [];
all({Pid, Iterator}) -> [Pid | all(erlang:processes_next(Iterator))].

own_signal() ->
    exit(self(), one),
    erlang:exit_signal(self(), two),
    Trapped = flush(),
    elsewhere(fun() -> erlang:exit_signal(self(), normal) end),
    {Pid, Monitor} = spawn_monitor(fun() -> exit(self(), normal), exit(not_reached) end),
    receive {'DOWN', Monitor, process, Pid, Reason} -> {Trapped, Reason} end.
