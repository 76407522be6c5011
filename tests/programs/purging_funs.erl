%% Who calls a fun of a version that is being purged waits until it is known what becomes of that.
-module(purging_funs).
-export([main/1]).

main(_) ->
    logger:set_primary_config(level, none),
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P(gone()),
    P(given_up()),
    P(same_code()),
    P(twice()),
    P(tasks()).

gone() ->
    Fun = loaded_fun(1),
    true = erlang:delete_module(purging),
    Purge = start(true),
    Callers = callers(Fun),
    A = [suspended(Pid) || {Pid, _} <- Callers],
    continue(Purge),
    B = [suspended(Pid) || {Pid, _} <- Callers],
    {A, B, complete(Purge), [ended(C) || C <- Callers], class(fun() -> Fun(1) end), erlang:check_old_code(purging)}.

%% Somebody runs it, and the purge is a soft one.
given_up() ->
    Fun = loaded_fun(2),
    Pid = spawn(purging, wait, []),
    true = erlang:delete_module(purging),
    Purge = start(false),
    Callers = callers(Fun),
    A = [suspended(C) || {C, _} <- Callers],
    continue(Purge),
    B = [complete(Purge), [ended(C) || C <- Callers], Fun(5), erlang:check_old_code(purging)],
    Pid ! stop,
    gone(Pid),
    {A, B, code:soft_purge(purging), class(fun() -> Fun(1) end)}.

%% The fun goes on with the current version, which is of the same code.
same_code() ->
    Fun = loaded_fun(3),
    load(3),
    Purge = start(true),
    Callers = callers(Fun),
    continue(Purge),
    {complete(Purge), [ended(C) || C <- Callers], Fun(5), clean()}.

%% Purges that are given up and made again leave nothing behind.
twice() ->
    Fun = loaded_fun(4),
    Pid = spawn(purging, wait, []),
    true = erlang:delete_module(purging),
    A = [{code:soft_purge(purging), Fun(N)} || N <- lists:seq(1, 20)],
    Self = self(),
    Many = [spawn(fun() -> Self ! {self(), [Fun(N) || N <- lists:seq(1, 200)] =:= [N + 4 || N <- lists:seq(1, 200)]} end) || _ <- lists:seq(1, 10)],
    B = lists:usort([code:soft_purge(purging) || _ <- lists:seq(1, 20)]),
    C = lists:usort([receive {M, R} -> R end || M <- Many]),
    %% A purge that is killed in its midst.
    [begin Q = spawn(fun() -> [code:soft_purge(purging) || _ <- lists:seq(1, 1000)] end), erlang:yield(), exit(Q, kill), gone(Q) end || _ <- lists:seq(1, 20)],
    D = Fun(9),
    Pid ! stop,
    gone(Pid),
    {A, B, C, D, code:soft_purge(purging), class(fun() -> Fun(1) end)}.

tasks() ->
    _ = loaded_fun(5),
    Pid = spawn(purging, wait, []),
    true = erlang:delete_module(purging),
    Ask = fun(Task) -> ok = erts_internal:request_system_task(Pid, normal, Task), receive X -> X after 5000 -> timeout end end,
    A = [Ask({check_process_code, an_id, purging}), Ask({check_process_code, {an, id}, nowhere}), Ask({garbage_collect, an_id, major})],
    Pid ! stop,
    gone(Pid),
    {A, Ask({check_process_code, an_id, purging}), code:purge(purging)}.

callers(Fun) ->
    [spawn_monitor(fun() -> exit({result, Fun(N)}) end) || N <- [1, 2]] ++ [spawn_monitor(fun() -> exit(class(fun() -> Fun(3) end)) end)].

suspended(Pid) ->
    case process_info(Pid, [status, current_function]) of
        [{status, suspended}, {current_function, F}] -> F;
        _ -> receive after 1 -> suspended(Pid) end
    end.

ended({Pid, Ref}) ->
    receive {'DOWN', Ref, process, Pid, {Reason, [_ | _]}} -> Reason; {'DOWN', Ref, process, Pid, Reason} -> Reason after 5000 -> timeout end.

gone(Pid) ->
    Ref = monitor(process, Pid),
    receive {'DOWN', Ref, process, Pid, _} -> ok end.

class(F) -> try F() catch C:{R, _} -> {C, R}; C:R -> {C, R} end.

start(Hard) ->
    Ref = make_ref(),
    erts_code_purger ! {test_purge, purging, self(), Hard, Ref},
    receive {started, Ref} -> Ref end.

continue(Ref) -> erts_code_purger ! {continue, Ref}, receive {continued, Ref} -> ok end.

complete(Ref) -> erts_code_purger ! {complete, Ref}, receive {test_purge, Result, Ref} -> Result end.

clean() -> [code:purge(purging), erlang:delete_module(purging), code:purge(purging)].

loaded_fun(N) ->
    load(N),
    purging:a_fun(N).

load(N) ->
    Lines = ["-module(purging).", "-export([a_fun/1, version/0, wait/0]).", "a_fun(N) -> fun(X) -> X + N end.", "wait() -> receive stop -> ok end.",
             "version() -> " ++ integer_to_list(N) ++ "."],
    {ok, purging, Binary} = compile:forms([form(Line) || Line <- Lines], []),
    {module, purging} = code:load_binary(purging, "purging.erl", Binary).

form(Line) ->
    {ok, Tokens, _} = erl_scan:string(Line),
    {ok, Form} = erl_parse:parse_form(Tokens),
    Form.
