-module(limits).
%% What only Purlin has: limits of trees, bounds of mailboxes. Each function asserts what must hold and prints `ok`.
-export([options/1, memory/1, memory_of_mailboxes/1, memory_comes_back/1, memory_of_the_dead/1, memory_of_tables/1, processes/1, processes_nested/1, atoms/1,
         mailbox/1, rate/1, rate_nested/1, kill_of_throttled/1, bystander/1,
         refuse/1, drop/1, suspend/1, suspend_order/1, suspend_ends/1, suspend_kill/1, bound_lets_in/1, stress/1, tree_stress/1, hold/1, sleeper/0, fill/1, fill_atoms/1, register_own_name/0, spawn_until_refused/1]).

%% How a process with these options ends.
run(Options, Fun) ->
    {Pid, Ref} = spawn_opt(Fun, [monitor | Options]),
    receive
        {'DOWN', Ref, process, Pid, Reason} -> Reason
    after 30000 ->
        exit(Pid, kill),
        error({stuck, Options})
    end.

limited(Limits, Fun) -> run([{limits, Limits}], Fun).

ok() -> io:format("ok~n").

tree(Pid) -> {limits, [Tree | _]} = process_info(Pid, limits), Tree.

used(Key, Pid) -> element(1, maps:get(Key, tree(Pid))).

sleeper() -> receive stop -> ok end.

%% Waits until it holds.
until(Holds) -> until(Holds, 500).
until(Holds, 0) -> error({never, Holds});
until(Holds, N) ->
    case Holds() of
        true -> ok;
        false -> receive after 10 -> until(Holds, N - 1) end
    end.

options([]) ->
    Bad = [{limits, []}, {limits, #{}}, {limits, #{memory => 0}}, {limits, #{memory => a}}, {limits, #{processes => -1}},
           {limits, #{foo => 1}}, {limits, #{processes => 1 bsl 70}}, {limits, #{reductions_per_second => 0}},
           {mailbox_bound, 5}, {mailbox_bound, {0, drop}}, {mailbox_bound, {1, foo}}, {mailbox_bound, {a, drop}},
           {mailbox_bound, {1, drop, 2}}],
    [{badarg, _} = {catch_of(fun() -> spawn_opt(fun sleeper/0, [Option]) end), Option} || Option <- Bad],
    [] = run([], fun() -> exit(element(2, process_info(self(), limits))) end),
    undefined = run([], fun() -> exit(element(2, process_info(self(), mailbox_bound))) end),
    {3, drop, 0} = run([{mailbox_bound, {3, drop}}], fun() -> exit(element(2, process_info(self(), mailbox_bound))) end),
    [Inner, Outer] = limited(#{memory => 1000000}, fun() ->
        exit(limited(#{atoms => 0, mailbox => 7}, fun() -> exit(element(2, process_info(self(), limits))) end))
    end),
    #{memory := {_, infinity}, atoms := {0, 0}, mailbox := {0, 7}, processes := {1, infinity}} = Inner,
    #{memory := {Used, 1000000}, atoms := {0, infinity}, processes := {2, infinity},
      reductions_per_second := {0, infinity}} = Outer,
    true = Used > 0,
    %% A tree cannot be made deeper and deeper.
    system_limit = nest(100),
    ok().

nest(0) -> done;
nest(N) -> limited(#{processes => 1000}, fun() -> exit(try nest(N - 1) catch error:Reason -> Reason end) end).

catch_of(Fun) -> try Fun() catch error:Reason -> Reason end.

%% A machine that is full of atoms: errors that are caught, code that is loaded still, names that can be registered.
fill_atoms(N) ->
    try list_to_atom("fill" ++ integer_to_list(N)) of
        _ -> fill_atoms(N + 1)
    catch
        error:Reason ->
            Reason = try binary_to_atom(<<"fill", (integer_to_binary(N))/binary>>) catch error:R1 -> R1 end,
            Reason = try binary_to_term(<<131, 119, 4, "fil", (N rem 10 + $0)>>) catch error:R2 -> R2 end,
            true = register(list_to_existing_atom("fill" ++ integer_to_list(N - 1)), self()),
            {N > 1000, Reason}
    end.

%% The atoms of the code that is loaded last are beyond the limit of what programs can make.
register_own_name() ->
    true = register(a_name_that_only_this_function_knows, self()),
    a_name_that_only_this_function_knows ! here,
    receive here -> ok end.

%% As below, without a library.
fill(List) -> fill([{a, b} | List]).

grow(List) -> grow([lists:seq(1, 100) | List]).

memory([]) ->
    Limit = #{memory => 5000000},
    Ended = {limit, memory},
    Ended = limited(Limit, fun() -> grow([]) end),
    %% It cannot be caught, and nothing is run after it.
    Ended = limited(Limit, fun() -> try grow([]) catch _:_ -> exit(caught) after exit(after_it) end end),
    %% Within one native.
    Ended = limited(Limit, fun() -> exit(length(lists:seq(1, 10000000))) end),
    Ended = limited(Limit, fun() -> exit(length(binary_to_list(binary:copy(<<1>>, 2000000)))) end),
    %% A stack.
    Ended = limited(Limit, fun() -> exit(deep(10000000)) end),
    %% Binaries: one that does not fit by itself is an error.
    system_limit = limited(Limit, fun() -> exit(catch_of(fun() -> binary:copy(<<0>>, 10000000) end)) end),
    system_limit = limited(Limit, fun() -> exit(catch_of(fun() -> <<0:100000000>> end)) end),
    Ended = limited(Limit, fun() -> exit(length([binary:copy(<<I>>, 100000) || I <- lists:seq(1, 1000)])) end),
    done = limited(Limit, fun() -> [binary:copy(<<I>>, 100000) || I <- lists:seq(1, 10)], exit(done) end),
    done = limited(Limit, fun() -> _ = [byte_size(binary:copy(<<I>>, 100000)) || I <- lists:seq(1, 1000)], exit(done) end),
    %% Parts of one binary are held once.
    1000 = limited(Limit, fun() ->
        Binary = binary:copy(<<1>>, 100000),
        Parts = [binary:part(Binary, I, 1000) || I <- lists:seq(1, 1000)],
        churn(300),
        exit(length(Parts))
    end),
    %% The dictionary and monitors.
    Ended = limited(Limit, fun() -> [put(I, I) || I <- lists:seq(1, 1000000)], churn(10) end),
    Ended = limited(Limit, fun() -> Pid = spawn(fun sleeper/0), [monitor(process, Pid) || _ <- lists:seq(1, 1000000)], churn(10) end),
    %% Many small processes; the spawn is an error, or an older one is ended.
    Many = limited(Limit, fun() -> exit(catch_of(fun() -> spawn_sleepers(1000000) end)) end),
    true = Many =:= system_limit orelse Many =:= Ended,
    %% A large argument.
    system_limit = limited(Limit, fun() ->
        List = lists:seq(1, 100000),
        exit(catch_of(fun() -> [spawn(?MODULE, hold, [List]) || _ <- lists:seq(1, 10)] end))
    end),
    ok().

deep(0) -> 0;
deep(N) -> 1 + deep(N - 1).

churn(0) -> ok;
churn(N) -> lists:reverse(lists:seq(1, 1000)), churn(N - 1).

spawn_sleepers(0) -> done;
spawn_sleepers(N) -> spawn(fun sleeper/0), spawn_sleepers(N - 1).

memory_of_mailboxes([]) ->
    Message = lists:seq(1, 1000),
    Flood = fun(Pid, Ref) ->
        Send = fun Send() ->
            [Pid ! Message || _ <- lists:seq(1, 100)],
            receive {'DOWN', Ref, process, Pid, Reason} -> Reason after 0 -> Send() end
        end,
        Send()
    end,
    %% Whoever is sent to is ended, whether it waits, works, or is suspended.
    {Waits, Ref1} = spawn_opt(fun sleeper/0, [monitor, {limits, #{memory => 5000000}}]),
    {limit, memory} = Flood(Waits, Ref1),
    {Works, Ref2} = spawn_opt(fun Loop() -> Loop() end, [monitor, {limits, #{memory => 5000000}}]),
    {limit, memory} = Flood(Works, Ref2),
    {Suspended, Ref3} = spawn_opt(fun sleeper/0, [monitor, {limits, #{memory => 5000000}}]),
    erlang:suspend_process(Suspended),
    {limit, memory} = Flood(Suspended, Ref3),
    %% Messages that are taken do not add up.
    {Takes, Ref4} = spawn_opt(fun Take() -> receive {From, _} -> From ! taken, Take(); stop -> ok end end,
                              [monitor, {limits, #{memory => 5000000}}]),
    [begin Takes ! {self(), Message}, receive taken -> ok end end || _ <- lists:seq(1, 3000)],
    true = used(memory, Takes) < 1000000,
    Takes ! stop,
    receive {'DOWN', Ref4, process, Takes, normal} -> ok end,
    ok().

%% What ends in a tree makes room before anybody knows of the end.
%% What has grown old and died since does not count: a hundred lists live, of 16 KB each, but thousands have.
memory_of_the_dead([]) ->
    Lists = [lists:seq(1, 1000) || _ <- lists:seq(1, 100)],
    done = limited(#{memory => 4000000}, fun() -> exit(replace(Lists, 20000)) end),
    done = run([{max_heap_size, #{size => 500000, error_logger => false}}], fun() -> exit(replace(Lists, 20000)) end),
    ok().

replace(_, 0) -> done;
replace(Lists, N) -> replace([lists:seq(N, N + 999) | lists:droplast(Lists)], N - 1).

memory_comes_back([]) ->
    done = limited(#{memory => 8000000, processes => 3}, fun() ->
        [begin
             {limit, memory} = run([], fun() -> grow([]) end),
             {Pid, Ref} = spawn_monitor(fun() -> lists:seq(1, 100000), exit(done) end),
             receive {'DOWN', Ref, process, Pid, done} -> ok end
         end || _ <- lists:seq(1, 30)],
        %% With mailboxes that are full.
        [begin
             {Pid, Ref} = spawn_monitor(fun sleeper/0),
             [Pid ! lists:seq(1, 1000) || _ <- lists:seq(1, 100)],
             Pid ! stop,
             receive {'DOWN', Ref, process, Pid, normal} -> ok end
         end || _ <- lists:seq(1, 50)],
        erlang:garbage_collect(),
        churn(100),
        until(fun() -> used(memory, self()) < 1000000 end),
        1 = used(processes, self()),
        exit(done)
    end),
    ok().

%% A table counts for the tree of its owner, whoever writes to it, until it is deleted, given away, or its owner ends.
memory_of_tables([]) ->
    Me = self(),
    Outsider = spawn_link(fun() ->
        receive {table, Owner, Table} ->
            refused = try ets:insert(Table, {x, lists:seq(1, 100000)}) catch error:system_limit -> refused end,
            Owner ! refused
        end
    end),
    done = limited(#{memory => 8000000}, fun() ->
        Fill = fun Fill(T, N) -> try ets:insert(T, {N, lists:seq(1, 100)}) of true -> Fill(T, N + 1) catch error:system_limit -> N end end,
        T = ets:new(t, [public]),
        N = Fill(T, 0),
        true = N > 100 andalso N < 8000000 div 1600,
        true = used(memory, self()) > 6000000,
        %% One who is outside of the tree gets no further.
        Outsider ! {table, self(), T},
        receive refused -> ok end,
        ets:delete_all_objects(T),
        until(fun() -> used(memory, self()) < 1000000 end),
        _ = Fill(T, 0),
        ets:delete(T),
        until(fun() -> used(memory, self()) < 1000000 end),
        {Pid, Ref} = spawn_monitor(fun() -> _ = Fill(ets:new(t, [ordered_set]), 0), exit(done) end),
        receive {'DOWN', Ref, process, Pid, done} -> ok end,
        until(fun() -> used(memory, self()) < 1000000 end),
        G = ets:new(t, []),
        _ = Fill(G, 0),
        ets:give_away(G, Me, given),
        until(fun() -> used(memory, self()) < 1000000 end),
        exit(done)
    end),
    ok().

processes([]) ->
    Limit = #{processes => 10},
    {9, system_limit} = limited(Limit, fun() -> exit(spawn_until_refused(0)) end),
    %% Each place that comes free can be used.
    done = limited(Limit, fun() -> [{_, _} = run_one() || _ <- lists:seq(1, 3000)], exit(done) end),
    %% So do those who ask in other ways.
    [system_limit = limited(#{processes => 1}, fun() -> exit(catch_of(Fun)) end) || Fun <-
        [fun() -> spawn_link(fun sleeper/0) end, fun() -> spawn_monitor(fun sleeper/0) end,
         fun() -> spawn_opt(fun sleeper/0, [{limits, #{processes => 100}}]) end, fun() -> spawn(?MODULE, sleeper, []) end]],
    {error, system_limit} = limited(#{processes => 1}, fun() ->
        Id = spawn_request(fun sleeper/0),
        receive {spawn_reply, Id, Kind, What} -> exit({Kind, What}) end
    end),
    ok().

run_one() ->
    {Pid, Ref} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Ref, process, Pid, Reason} -> {Pid, Reason} end.

spawn_until_refused(N) ->
    try spawn(fun sleeper/0) of
        _ -> spawn_until_refused(N + 1)
    catch
        error:Reason -> {N, Reason}
    end.

processes_nested([]) ->
    done = limited(#{processes => 20}, fun() ->
        Inner = fun(Max) -> limited(#{processes => Max}, fun() -> exit(spawn_until_refused(0)) end) end,
        {4, system_limit} = Inner(5),
        {14, system_limit} = Inner(1000),
        exit(done)
    end),
    ok().

%% Not known to the compiler, which would make the atom.
name(Text) -> lists:reverse(lists:reverse(Text)).

atoms([]) ->
    Make = fun(Prefix, N) ->
        [list_to_atom(Prefix ++ integer_to_list(I)) || I <- lists:seq(1, N)]
    end,
    done = limited(#{atoms => 100}, fun() ->
        Make("limits_a_", 100),
        Make("limits_a_", 100),
        system_limit = catch_of(fun() -> list_to_atom(name("limits_a_101")) end),
        system_limit = catch_of(fun() -> binary_to_atom(list_to_binary(name("limits_a_102"))) end),
        system_limit = catch_of(fun() -> binary_to_term(list_to_binary([131, 119, 8, name("limits_b")])) end),
        badarg = catch_of(fun() -> list_to_existing_atom(name("limits_a_103")) end),
        {100, 100} = maps:get(atoms, tree(self())),
        %% What the others have made costs nothing.
        Parent = self(),
        Other = spawn(fun() -> Parent ! {self(), catch_of(fun() -> list_to_atom(name("limits_c")) end)} end),
        receive {Other, system_limit} -> ok end,
        exit(done)
    end),
    Make("limits_d_", 1000),
    done = limited(#{atoms => 0}, fun() -> Make("limits_d_", 1000), exit(done) end),
    ok().

mailbox([]) ->
    Limit = #{mailbox => 100},
    {limit, mailbox} = limited(Limit, fun() -> [self() ! I || I <- lists:seq(1, 101)], sleeper() end),
    done = limited(Limit, fun() ->
        [self() ! I || I <- lists:seq(1, 100)],
        [receive I -> ok end || I <- lists:seq(1, 100)],
        [begin self() ! I, receive I -> ok end end || I <- lists:seq(1, 1000)],
        exit(done)
    end),
    %% From outside, to one that works and never looks.
    {Works, Ref} = spawn_opt(fun Loop() -> Loop() end, [monitor, {limits, Limit}]),
    [Works ! I || I <- lists:seq(1, 101)],
    receive {'DOWN', Ref, process, Works, {limit, mailbox}} -> ok end,
    %% What the machine brings counts, too.
    {limit, mailbox} = limited(Limit, fun() ->
        Pids = [spawn(fun sleeper/0) || _ <- lists:seq(1, 200)],
        [monitor(process, Pid) || Pid <- Pids],
        [Pid ! stop || Pid <- Pids],
        receive never -> ok end
    end),
    ok().

count(0) -> ok;
count(N) -> count(N - 1).

time_ms(Fun) ->
    Start = erlang:monotonic_time(millisecond),
    Fun(),
    erlang:monotonic_time(millisecond) - Start.

rate([]) ->
    Time = time_ms(fun() -> done = limited(#{reductions_per_second => 2000000}, fun() -> count(2000000), exit(done) end) end),
    {true, Time} = {Time >= 850, Time},
    %% All in the tree together, however many.
    Together = time_ms(fun() ->
        done = limited(#{reductions_per_second => 2000000}, fun() ->
            Pids = [spawn_monitor(fun() -> count(20000) end) || _ <- lists:seq(1, 100)],
            [receive {'DOWN', Ref, process, Pid, normal} -> ok end || {Pid, Ref} <- Pids],
            exit(done)
        end)
    end),
    {true, Together} = {Together >= 850, Together},
    %% In the middle of natives.
    Natives = time_ms(fun() ->
        done = limited(#{reductions_per_second => 200000}, fun() -> lists:reverse(lists:seq(1, 50000), []), exit(done) end)
    end),
    {true, Natives} = {Natives >= 200, Natives},
    ok().

rate_nested([]) ->
    Time = time_ms(fun() ->
        done = limited(#{reductions_per_second => 1000000}, fun() ->
            exit(limited(#{reductions_per_second => 100000000}, fun() -> count(1000000), exit(done) end))
        end)
    end),
    {true, Time} = {Time >= 850, Time},
    ok().

%% Who waits for its tree takes its signals in.
kill_of_throttled([]) ->
    Slow = #{reductions_per_second => 1000},
    Work = fun() -> [count(1000000) || _ <- lists:seq(1, 1000)] end,
    Kill = fun(Fun) ->
        {Pid, Ref} = spawn_opt(Fun, [monitor, {limits, Slow}]),
        receive after 50 -> ok end,
        time_ms(fun() -> exit(Pid, kill), receive {'DOWN', Ref, process, Pid, killed} -> ok end end)
    end,
    Time = Kill(Work),
    {true, Time} = {Time < 2000, Time},
    Native = Kill(fun() -> lists:seq(1, 100000000) end),
    {true, Native} = {Native < 2000, Native},
    %% Questions are answered.
    Pid = spawn_opt(Work, [{limits, Slow}]),
    receive after 50 -> ok end,
    Asked = time_ms(fun() -> {message_queue_len, 0} = process_info(Pid, message_queue_len), true = is_process_alive(Pid) end),
    {true, Asked} = {Asked < 2000, Asked},
    exit(Pid, kill),
    ok().

%% A tree that does all it can in its limits; a bystander has its turns meanwhile, and lives.
bystander([]) ->
    {Tree, Ref} = spawn_opt(fun() -> hog() end,
        [monitor, {limits, #{memory => 20000000, processes => 200, mailbox => 1000, atoms => 100, reductions_per_second => 3000000}}]),
    Turns = turns(erlang:monotonic_time(millisecond) + 1500, 0),
    %% Some 1500 are possible.
    {true, Turns} = {Turns > 200, Turns},
    exit(Tree, kill),
    receive {'DOWN', Ref, process, Tree, _} -> ok end,
    ok().

turns(Until, N) ->
    receive after 1 -> ok end,
    case erlang:monotonic_time(millisecond) >= Until of true -> N; false -> turns(Until, N + 1) end.

hog() ->
    process_flag(trap_exit, true),
    _ = [catch spawn_link(fun() -> hog(erlang:unique_integer([positive]) rem 4) end) || _ <- lists:seq(1, 50)],
    receive {'EXIT', _, _} -> hog() end.

hog(0) -> grow([]);
hog(1) -> [self() ! I || I <- lists:seq(1, 10000)], receive never -> ok end;
hog(2) -> [catch list_to_atom("hog" ++ integer_to_list(I)) || I <- lists:seq(1, 1000)], hog(3);
hog(3) -> count(1000000000).

refuse([]) ->
    done = run([{mailbox_bound, {3, refuse}}], fun() ->
        Me = self(),
        Other = spawn(fun() ->
            Sent = [catch_of(fun() -> Me ! I end) || I <- lists:seq(1, 5)],
            More = [catch_of(fun() -> erlang:send(Me, x) end), erlang:send(Me, x, []), erlang:send(Me, x, [nosuspend]),
                    catch_of(fun() -> erlang:send_nosuspend(Me, x) end)],
            %% By the alias in the reference it gets in.
            receive {alias, Alias} -> Alias ! {Sent, More} end
        end),
        Other ! {alias, alias([reply])},
        receive {Sent, More} -> ok end,
        [1, 2, 3, mailbox_full, mailbox_full] = Sent,
        [mailbox_full, mailbox_full, mailbox_full, mailbox_full] = More,
        3 = element(2, process_info(self(), message_queue_len)),
        mailbox_full = catch_of(fun() -> self() ! x end),
        receive 2 -> ok end,
        x = (self() ! x),
        mailbox_full = catch_of(fun() -> self() ! x end),
        [1, 3, x] = [receive Any -> Any end || _ <- [1, 2, 3]],
        register(limits_name, self()),
        [limits_name ! I || I <- [1, 2, 3]],
        mailbox_full = catch_of(fun() -> limits_name ! x end),
        mailbox_full = catch_of(fun() -> {limits_name, node()} ! x end),
        exit(done)
    end),
    ok().

hold(List) -> receive stop -> length(List) end.

drop([]) ->
    done = run([{mailbox_bound, {3, drop}}], fun() ->
        [I = (self() ! I) || I <- lists:seq(1, 5)],
        ok = erlang:send(self(), x, []),
        {mailbox_bound, {3, drop, 3}} = process_info(self(), mailbox_bound),
        [1, 2, 3] = [receive Any -> Any end || _ <- [1, 2, 3]],
        receive Other -> exit(Other) after 0 -> ok end,
        exit(done)
    end),
    ok().

suspend([]) ->
    done = run([{mailbox_bound, {3, suspend}}], fun() ->
        Me = self(),
        {Other, Ref} = spawn_monitor(fun() -> [Me ! I || I <- lists:seq(1, 2000)], [erlang:send(Me, I, []) || I <- lists:seq(2001, 4000)], exit(done) end),
        until(fun() -> element(2, process_info(Me, message_queue_len)) =:= 3 end),
        receive after 20 -> ok end,
        3 = element(2, process_info(Me, message_queue_len)),
        {Asker, AskerRef} = spawn_monitor(fun() -> exit({erlang:send(Me, x, [nosuspend]), erlang:send_nosuspend(Me, x)}) end),
        receive {'DOWN', AskerRef, process, Asker, Answers} -> {nosuspend, false} = Answers end,
        %% Nobody waits for himself.
        Me ! own,
        4 = element(2, process_info(Me, message_queue_len)),
        receive own -> ok end,
        [I = receive J when is_integer(J) -> J end || I <- lists:seq(1, 4000)],
        receive {'DOWN', Ref, process, Other, done} -> ok end,
        exit(done)
    end),
    ok().

%% Each sender's messages come in the order in which they were sent, and an exit after them.
suspend_order([]) ->
    done = run([{mailbox_bound, {2, suspend}}], fun() ->
        process_flag(trap_exit, true),
        Me = self(),
        Pids = [spawn_link(fun() -> [Me ! {self(), I} || I <- lists:seq(1, 50)] end) || _ <- lists:seq(1, 50)],
        Next = fun Next(Expected) when map_size(Expected) =:= 0 -> ok;
            Next(Expected) ->
                receive
                    {Pid, I} -> #{Pid := I} = Expected, Next(Expected#{Pid := I + 1});
                    {'EXIT', Pid, normal} -> #{Pid := 51} = Expected, Next(maps:remove(Pid, Expected))
                end
        end,
        Next(maps:from_list([{Pid, 1} || Pid <- Pids])),
        exit(done)
    end),
    ok().

%% The end of the receiver lets all go on.
suspend_ends([]) ->
    Receiver = spawn_opt(fun sleeper_forever/0, [{mailbox_bound, {1, suspend}}]),
    Senders = [spawn_monitor(fun() -> [Receiver ! I || I <- lists:seq(1, 100)], exit(done) end) || _ <- lists:seq(1, 100)],
    receive after 50 -> ok end,
    exit(Receiver, kill),
    [receive {'DOWN', Ref, process, Pid, done} -> ok end || {Pid, Ref} <- Senders],
    ok().

sleeper_forever() -> receive never -> ok end.

%% Who waits takes its signals in, may be killed, and its place is not lost.
suspend_kill([]) ->
    Receiver = spawn_opt(fun() -> receive go -> ok end, all() end, [{mailbox_bound, {1, suspend}}]),
    Receiver ! first,
    Wait = fun() -> Receiver ! {from, self()}, exit(done) end,
    Senders = [spawn_monitor(Wait) || _ <- lists:seq(1, 100)],
    receive after 50 -> ok end,
    [{message_queue_len, 0} = process_info(Pid, message_queue_len) || {Pid, _} <- Senders],
    {Killed, Left} = lists:split(50, Senders),
    [exit(Pid, kill) || {Pid, _} <- Killed],
    [receive {'DOWN', Ref, process, Pid, killed} -> ok end || {Pid, Ref} <- Killed],
    Alias = alias_of(Receiver),
    Alias ! go,
    [receive {'DOWN', Ref, process, Pid, done} -> ok end || {Pid, Ref} <- Left],
    ok().

%% It takes all there is.
all() -> receive _ -> all() end.

%% What gets in whatever the bound: the receiver's exit signals, timers, the host.
alias_of(Receiver) ->
    %% A message that a timer sends gets in.
    erlang:send_after(0, Receiver, go),
    spawn(fun sleeper/0).

bound_lets_in([]) ->
    done = run([{mailbox_bound, {1, suspend}}], fun() ->
        process_flag(trap_exit, true),
        self() ! full,
        erlang:send_after(1, self(), timer),
        {Pid, Ref} = spawn_opt(fun() -> ok end, [monitor, link]),
        receive {'DOWN', Ref, process, Pid, normal} -> ok end,
        receive {'EXIT', Pid, normal} -> ok end,
        receive timer -> ok end,
        Id = spawn_request(fun() -> ok end),
        receive {spawn_reply, Id, ok, _} -> ok end,
        %% A server that answers.
        Server = spawn(fun() -> receive {Call, From} -> From ! {Call, answered} end end),
        Call = monitor(process, Server, [{alias, reply_demonitor}]),
        Server ! {Call, Call},
        receive {Call, answered} -> ok end,
        receive full -> ok end,
        {message_queue_len, 0} = process_info(self(), message_queue_len),
        exit(done)
    end),
    ok().

%% Senders to a few bounded mailboxes, many of them killed; what is left gets through, and nothing is lost of it.
stress([Text]) ->
    N = list_to_integer(Text),
    Receivers = [spawn_opt(fun() -> receive_all(#{}) end, [{mailbox_bound, {Size, suspend}}]) || Size <- [1, 2, 7, 50]],
    Sender = fun() ->
        [begin Receiver ! {self(), I}, I rem 7 =:= 0 andalso erlang:yield() end || I <- lists:seq(1, 50), Receiver <- Receivers],
        exit(done)
    end,
    Ends = [begin
         Senders = [spawn_monitor(Sender) || _ <- lists:seq(1, 40)],
         [rand:uniform(3) =:= 1 andalso exit(Pid, kill) || {Pid, _} <- Senders],
         receive after rand:uniform(3) -> ok end,
         [rand:uniform(6) =:= 1 andalso exit(Pid, kill) || {Pid, _} <- Senders],
         [receive {'DOWN', Ref, process, Pid, Reason} -> {Pid, Reason} end || {Pid, Ref} <- Senders]
     end || _ <- lists:seq(1, N)],
    All = lists:append(Ends),
    [begin
         %% It gets in, since it comes by an alias.
         Me = self(),
         Receiver ! {counts, Me},
         Counts = receive {Receiver, Map} -> Map end,
         [case Reason of
              done -> {Pid, 50} = {Pid, maps:get(Pid, Counts)};
              killed -> true = maps:get(Pid, Counts, 0) =< 50
          end || {Pid, Reason} <- All]
     end || Receiver <- Receivers],
    ok().

receive_all(Counts) ->
    receive
        {counts, From} -> From ! {self(), Counts};
        {Pid, I} ->
            %% Without a gap.
            I = maps:get(Pid, Counts, 0) + 1,
            receive_all(Counts#{Pid => I})
    end.

%% Trees whose processes come, go, send to each other and are killed; in the end nothing of them counts.
tree_stress([Text]) ->
    N = list_to_integer(Text),
    Limits = #{memory => 1 bsl 30, processes => 5000, mailbox => 100000, atoms => 1000, reductions_per_second => 1000000000},
    Keeper = spawn_opt(fun() -> receive go -> ok end, workers(N), sleeper() end, [{limits, Limits}]),
    Keeper ! go,
    Outside = spawn(fun Flood() -> Keeper ! {noise, lists:seq(1, 50)}, erlang:yield(), receive stop -> ok after 1 -> Flood() end end),
    until(fun() -> {_, Entries} = process_info(Keeper, dictionary), lists:member({done, true}, Entries) end, 6000),
    Outside ! stop,
    until(fun() -> is_process_alive(Outside) =:= false end),
    until(fun() -> used(processes, Keeper) =:= 1 end),
    %% Its own heap and mailbox.
    Used = used(memory, Keeper),
    Own = element(2, process_info(Keeper, memory)) + element(2, process_info(Keeper, message_queue_len)) * 2000,
    {true, Used, Own} = {Used < Own + 200000, Used, Own},
    exit(Keeper, kill),
    ok().

workers(0) -> put(done, true);
workers(N) ->
    Pids = [spawn(fun worker/0) || _ <- lists:seq(1, 50)],
    [Pid ! {peers, Pids} || Pid <- Pids],
    [rand:uniform(2) =:= 1 andalso exit(Pid, kill) || Pid <- Pids],
    Refs = [monitor(process, Pid) || Pid <- Pids],
    [receive {'DOWN', Ref, process, _, _} -> ok end || Ref <- Refs],
    workers(N - 1).

worker() ->
    receive {peers, Pids} -> [Pid ! {data, lists:seq(1, rand:uniform(300)), binary:copy(<<1>>, 1000)} || Pid <- Pids] end,
    [receive {data, _, _} -> ok after 1 -> ok end || _ <- lists:seq(1, 20)].
