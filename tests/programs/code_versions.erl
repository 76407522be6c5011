%% Old and new versions of a module: who runs which, what keeps a module from being replaced, purged or deleted, and funs of versions
%% that are gone.
-module(code_versions).
-export([main/1]).

main(_) ->
    logger:set_primary_config(level, none),
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P(loading()),
    P(running()),
    P(funs()),
    P(deleting()),
    P(killing()),
    P(refused()),
    P(asynchronous()),
    P(upgrading()).

%% The second version leaves the first one old, and a third one is refused until that is purged.
loading() ->
    [load(1), versions:f(), erlang:check_old_code(versions), load(2), versions:f(), erlang:check_old_code(versions),
     erlang:load_module(versions, binary(3)), code:soft_purge(versions), erlang:check_old_code(versions),
     erlang:load_module(versions, binary(3)), versions:f(), code:purge(versions), catch_class(fun() -> erlang:purge_module(versions) end)].

%% Who waits in a function of the old version runs it until it calls by the module's name.
running() ->
    load(1),
    Pid = spawn(versions, loop, []),
    A = ask(Pid, which),
    load(2),
    B = [ask(Pid, which), erlang:check_process_code(Pid, versions), erlang:check_process_code(self(), versions),
         code:soft_purge(versions), erlang:check_old_code(versions)],
    C = [ask(Pid, upgrade), ask(Pid, which), erlang:check_process_code(Pid, versions), code:soft_purge(versions),
         is_process_alive(Pid), erlang:check_process_code(Pid, versions)],
    Pid ! stop,
    %% Deep in the stack, under many other frames, and within a native.
    Deep = spawn(versions, deep, [20000]),
    yes = ask(Deep, are_you_there),
    Sorting = spawn(versions, sorting, [self()]),
    receive {Sorting, begins} -> ok end,
    load(3),
    D = [erlang:check_process_code(Deep, versions), erlang:check_process_code(Sorting, versions), code:soft_purge(versions)],
    Sorting ! go_on, Deep ! stop,
    E = [receive {Sorting, Sorted} -> Sorted end, receive {Deep, Sum} -> Sum end],
    ended(Sorting), ended(Deep),
    [A, B, C, D, E, code:soft_purge(versions), erlang:check_process_code(Deep, versions)].

%% A fun does not keep its version; when that is gone, the fun is bad until the very same code is back.
funs() ->
    load(1),
    Fun = versions:a_fun(7), External = fun versions:f/0,
    load(2),
    A = [Fun(), External(), erlang:check_process_code(self(), versions), code:soft_purge(versions)],
    B = [catch_class(Fun), External(), [proplists:get_value(K, erlang:fun_info(Fun)) || K <- [module, arity, env]]],
    load(1),
    C = [Fun(), Fun =:= versions:a_fun(7), code:purge(versions), Fun()],
    %% It was led to the code that is replaced now, as was one that came from outside.
    Copy = binary_to_term(term_to_binary(Fun)),
    load(3),
    D = [Fun(), Copy(), code:purge(versions), catch_class(Fun), catch_class(Copy)],
    load(1),
    [A, B, C, D, Fun(), Copy(), code:purge(versions)].

deleting() ->
    load(1),
    code:purge(versions),
    Pid = spawn(versions, loop, []),
    A = [code:delete(versions), erlang:module_loaded(versions), erlang:function_exported(versions, f, 0), erlang:check_old_code(versions),
         code:is_loaded(versions), ask(Pid, which), erlang:check_process_code(Pid, versions), code:delete(versions)],
    B = [load(2), versions:f(), is_process_alive(Pid), erlang:check_old_code(versions), ask(Pid, which)],
    C = [catch_class(fun() -> erlang:delete_module(versions) end), erlang:load_module(versions, binary(1)), code:purge(versions),
         is_process_alive(Pid), erlang:delete_module(versions), code:delete(versions), catch_class(fun() -> erlang:delete_module(versions) end),
         code:purge(versions), code:soft_purge(versions)],
    D = [load(1), load(3), erts_code_purger:purge(versions), erts_code_purger:purge(versions), erts_code_purger:soft_purge(versions)],
    [A, B, C, D, versions:f()].

%% A hard purge kills all who run the old version: those who wait, sleep, or wait to be resumed, and those whom they spawned.
killing() ->
    load(1),
    Pids = [spawn(versions, loop, []) || _ <- lists:seq(1, 50)] ++ [spawn(versions, family, [4]) || _ <- lists:seq(1, 5)],
    [yes = ask(Pid, are_you_there) || Pid <- Pids],
    Suspended = hd(Pids),
    true = erlang:suspend_process(Suspended),
    load(2),
    Others = [spawn(versions, loop, []) || _ <- lists:seq(1, 10)],
    A = [erlang:check_process_code(Suspended, versions), code:purge(versions), [P || P <- Pids, is_process_alive(P)]],
    B = [length([P || P <- Others, is_process_alive(P)]), code:purge(versions), code:purge(versions)],
    load(3),
    %% Who asks may run the old version itself.
    {Pid, Ref} = spawn_monitor(fun() -> versions:purge_it() end),
    C = receive {'DOWN', Ref, process, Pid, Reason} -> Reason end,
    [A, B, C, [P || P <- Others, is_process_alive(P)]].

refused() ->
    [catch_class(Fun) || Fun <-
        [fun() -> erlang:check_old_code(1) end, fun() -> erlang:purge_module(1) end,
         fun() -> erlang:check_process_code(1, versions) end, fun() -> erlang:check_process_code(self(), 1) end,
         fun() -> erlang:check_process_code(self(), versions, [bad]) end, fun() -> erlang:delete_module(1) end,
         fun() -> erlang:delete_module(not_there) end, fun() -> erlang:purge_module(not_there) end, fun() -> code:purge(not_there) end, fun() -> erts_code_purger:purge(not_there) end,
         fun() -> code:soft_purge(not_there) end, fun() -> erlang:load_module(versions, <<"no code">>) end]].

asynchronous() ->
    code:purge(versions), load(1),
    Pid = spawn(versions, loop, []),
    yes = ask(Pid, are_you_there),
    Before = [erlang:check_process_code(Pid, versions, [{async, N}]) || N <- [1, 2]],
    A = [receive {check_process_code, N, R} -> {N, R} end || N <- [1, 2]],
    load(2),
    Options = [[{async, three}], [{async, {4}}, {allow_gc, true}]],
    B = [erlang:check_process_code(Pid, versions, O) || O <- Options],
    C = [receive {check_process_code, N, R} -> {N, R} end || N <- [three, {4}]],
    exit(Pid, kill),
    ended(Pid),
    D = erlang:check_process_code(Pid, versions, [{async, dead}]),
    [Before, A, B, C, D, receive {check_process_code, dead, R} -> R end, erlang:check_process_code(self(), versions, [{async, own}]),
     receive {check_process_code, own, R} -> R end].

%% A server is upgraded again and again while others call it: no call is lost, and nobody is killed.
upgrading() ->
    load(1),
    Server = spawn(versions, loop, []),
    Self = self(),
    Callers = [spawn_monitor(fun() -> calls(Server, 300), Self ! {self(), done} end) || _ <- lists:seq(1, 4)],
    Purged = [begin load(V), upgraded = ask(Server, upgrade), code:soft_purge(versions) end || V <- lists:append(lists:duplicate(5, [2, 3, 1]))],
    [receive {Pid, done} -> ok end || {Pid, _} <- Callers],
    [receive {'DOWN', Ref, process, _, Reason} -> Reason end || {_, Ref} <- Callers] ++ [lists:usort(Purged), ask(Server, which)].

calls(_, 0) -> ok;
calls(Server, N) -> true = lists:member(ask(Server, which), [1, 2, 3]), calls(Server, N - 1).

ask(Pid, Question) ->
    Ref = monitor(process, Pid),
    Pid ! {self(), Ref, Question},
    receive
        {Ref, Answer} -> demonitor(Ref, [flush]), Answer;
        {'DOWN', Ref, process, _, Reason} -> {down, Reason}
    end.

ended(Pid) ->
    Ref = monitor(process, Pid),
    receive {'DOWN', Ref, process, _, _} -> ok end.

catch_class(Fun) -> try Fun() catch Class:{Kind, _} -> {Class, Kind}; Class:Reason -> {Class, Reason} end.

load(Version) ->
    {module, versions} = code:load_binary(versions, "versions.erl", binary(Version)),
    loaded.

binary(Version) ->
    V = integer_to_list(Version),
    Lines =
        ["-module(versions).", "-export([f/0, a_fun/1, loop/0, deep/1, sorting/1, family/1, purge_it/0]).",
         "f() -> " ++ V ++ ".",
         "a_fun(X) -> fun() -> {" ++ V ++ ", X} end.",
         "loop() -> receive {P, R, which} -> P ! {R, " ++ V ++ "}, loop(); {P, R, upgrade} -> P ! {R, upgraded}, versions:loop(); "
         "{P, R, are_you_there} -> P ! {R, yes}, loop(); stop -> ok end.",
         "deep(0) -> receive {P, R, are_you_there} -> P ! {R, yes} end, receive stop -> P ! {self(), 0}, 0 end;"
         "deep(N) -> 1 + deep(N - 1).",
         "sorting(P) -> P ! {self(), begins}, L = lists:sort(fun(A, B) -> [receive go_on -> ok end || A =:= 2, B =:= 1], A =< B end, [2, 1]), P ! {self(), L}.",
         "family(N) -> [spawn(fun() -> family(N - 1) end) || N > 0], loop().",
         "purge_it() -> code:purge(versions), not_here."],
    Form = fun(Line) -> {ok, T, _} = erl_scan:string(Line), {ok, F} = erl_parse:parse_form(T), F end,
    {ok, versions, Binary} = compile:forms([Form(Line) || Line <- Lines], [deterministic]),
    Binary.
