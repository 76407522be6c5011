%% OTP's proc_lib and sys: starting in step, initial calls, system messages to a special process.
-module(proc_lib_program).
-export([main/1, init/2, system_continue/3, system_terminate/4, system_get_state/1, system_replace_state/2, fails/1, slow/1]).

main(_) ->
    process_flag(trap_exit, true),
    P = fun(X) -> io:format("~0p~n", [X]) end,
    {ok, S, extra} = proc_lib:start_link(?MODULE, init, [self(), 5]),
    P(ask(S)), P(proc_lib:initial_call(S)), P(proc_lib:translate_initial_call(S)),
    P(sys:get_state(S)), P(sys:replace_state(S, fun(X) -> X + 1 end)), P(ask(S)),
    P(sys:suspend(S)), S ! {ask, self()}, P(answered(20)), P(sys:resume(S)), P(answered(1000)),
    P(element(1, sys:get_status(S))),
    P(sys:terminate(S, done)), P(receive {'EXIT', S, R} -> R end),
    P(proc_lib:start_link(?MODULE, fails, [early])), P(flush()),
    P(proc_lib:start(?MODULE, fails, [crash])), P(proc_lib:start(?MODULE, slow, [x], 10)),
    P(proc_lib:start_monitor(?MODULE, fails, [early]) =/= x), P(length(flush())),
    Q = proc_lib:spawn_link(fun() -> exit({shutdown, quiet}) end), P(receive {'EXIT', Q, R2} -> R2 end),
    T = proc_lib:spawn_link(fun() -> error(noisy) end), P(receive {'EXIT', T, {R3, _}} -> R3 end),
    U = proc_lib:spawn(fun() -> receive stop -> ok end end), P(proc_lib:stop(spawn_sys(), normal, 1000)), U ! stop,
    Me = self(), Z = proc_lib:spawn(fun() -> Me ! {anc, get('$ancestors')}, proc_lib:hibernate(?MODULE, fails, [woken]) end), P(receive {anc, A} -> A =:= [Me] end),
    Ref = monitor(process, Z), Z ! wake, P(receive {'DOWN', Ref, _, _, W} -> W end).

spawn_sys() -> {ok, S, _} = proc_lib:start(?MODULE, init, [self(), 1]), S.

init(Parent, N) ->
    proc_lib:init_ack(Parent, {ok, self(), extra}),
    loop(Parent, sys:debug_options([]), N).

loop(Parent, Debug, N) ->
    receive
        {ask, From} -> From ! {answer, N}, loop(Parent, Debug, N);
        {system, From, Request} -> sys:handle_system_msg(Request, From, Parent, ?MODULE, Debug, N)
    end.

system_continue(Parent, Debug, N) -> loop(Parent, Debug, N).
system_terminate(Reason, _, _, _) -> exit(Reason).
system_get_state(N) -> {ok, N}.
system_replace_state(F, N) -> {ok, F(N), F(N)}.

fails(early) -> proc_lib:init_ack({error, early}), exit(normal);
fails(crash) -> exit(crashed);
fails(woken) -> receive wake -> exit(woken_up) end.

slow(_) -> timer:sleep(1000).

answered(T) -> receive {answer, X} -> X after T -> none end.
ask(S) -> S ! {ask, self()}, receive {answer, X} -> X end.
flush() -> receive X -> [X1 || {'EXIT', _, X1} <- [X]] ++ flush() after 20 -> [] end.
