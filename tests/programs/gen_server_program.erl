%% OTP's gen_server: calls, casts, infos, timeouts, continue, stop, late replies, names, crashes.
-module(gen_server_program).
-behaviour(gen_server).
-export([main/1, init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2, code_change/3]).

main(_) ->
    process_flag(trap_exit, true),
    P = fun(X) -> io:format("~0p~n", [X]) end,
    {ok, S} = gen_server:start_link(?MODULE, 10, []),
    P(gen_server:call(S, get)), P(gen_server:cast(S, {add, 5})), P(gen_server:call(S, get)), S ! {add, 7}, P(gen_server:call(S, get)),
    P(gen_server:call(S, later)), P(gen_server:call(S, {continue, 100})), P(gen_server:call(S, get)), P(gen_server:call(S, idle)), P(gen_server:call(S, get)),
    P(catch_it(fun() -> gen_server:call(S, slow, 10) end)), P(gen_server:call(S, get)),
    P(sys:get_state(S)), P(sys:replace_state(S, fun(X) -> X * 2 end)),
    P(gen_server:stop(S)), P(receive {'EXIT', S, R} -> R end),
    P(catch_it(fun() -> gen_server:call(S, get) end)),
    {ok, N} = gen_server:start_link({local, named}, ?MODULE, 1, []),
    P(whereis(named) =:= N), P(gen_server:call(named, get)), P(element(1, gen_server:start_link({local, named}, ?MODULE, 1, []))),
    P([E || {_, E} <- [gen_server:start_link(?MODULE, Bad, []) || Bad <- [ignored, {stopped, why}, {die, now}]] ++ [{x, gen_server:start_link(?MODULE, ignored, [])}]]),
    P(catch_it(fun() -> gen_server:call(named, crash) end)), P(receive {'EXIT', N, {Rsn, _}} -> Rsn end), P(whereis(named)),
    P([flush()]),
    [begin {ok, C} = gen_server:start(?MODULE, 0, []), P(catch_it(fun() -> gen_server:call(C, How) end)) end || How <- [exit_it, throw_it, bad_reply, {stop, normal}, {stop, {shutdown, x}}, self_kill]],
    P(catch_it(fun() -> gen_server:call(nobody, x) end)), P(gen_server:cast(nobody, x)),
    {ok, A} = gen_server:start(?MODULE, 3, []),
    Id = gen_server:send_request(A, get), P(gen_server:wait_response(Id, 1000)),
    Reqs = [gen_server:send_request(A, get) || _ <- lists:seq(1, 50)], P(lists:sum([V || Q <- Reqs, {reply, V} <- [gen_server:receive_response(Q, 1000)]])),
    {ok, T} = gen_server:start(?MODULE, timeout, []), P(receive_until(T)),
    Me = self(), [spawn(fun() -> [gen_server:call(A, {add, 1}) || _ <- lists:seq(1, 100)], Me ! done end) || _ <- lists:seq(1, 20)], [receive done -> ok end || _ <- lists:seq(1, 20)],
    P(gen_server:call(A, get)), P(gen_server:stop(A, shutdown, 1000)), P(is_process_alive(A)).

receive_until(T) -> Ref = monitor(process, T), receive {'DOWN', Ref, _, _, R} -> R end.
flush() -> receive {'EXIT', _, R} -> [R | flush()] after 0 -> [] end.

catch_it(F) ->
    try F() catch exit:{{R, [_ | _]}, {gen_server, call, _}} -> {exit, R, with_trace}; exit:{R, {gen_server, call, _}} -> {exit, R}; C:R -> {C, R} end.

init(ignored) -> ignore;
init({stopped, Why}) -> {stop, Why};
init({die, Why}) -> exit(Why);
init(timeout) -> {ok, 0, 10};
init(N) -> {ok, N, {continue, {init, N}}}.

handle_continue({init, _}, N) -> {noreply, N};
handle_continue({set, V}, _) -> {noreply, V}.

handle_call(get, _, N) -> {reply, N, N};
handle_call({add, X}, _, N) -> {reply, ok, N + X};
handle_call(later, From, N) -> self() ! {answer, From}, {noreply, N};
handle_call({continue, V}, _, N) -> {reply, N, N, {continue, {set, V}}};
handle_call(idle, _, N) -> {reply, idle, N, 0};
handle_call(slow, _, N) -> timer:sleep(50), {reply, too_late, N};
handle_call(crash, _, N) -> {reply, N / 0, N};
handle_call(exit_it, _, _) -> exit(on_request);
handle_call(throw_it, _, N) -> throw({reply, thrown, N});
handle_call(bad_reply, _, _) -> nonsense;
handle_call(self_kill, _, _) -> exit(self(), kill), timer:sleep(1000);
handle_call({stop, R}, _, N) -> {stop, R, stopping, N}.

handle_cast({add, X}, N) -> {noreply, N + X}.

handle_info({add, X}, N) -> {noreply, N + X};
handle_info({answer, From}, N) -> gen_server:reply(From, {late, N}), {noreply, N};
handle_info(timeout, 0) -> {stop, {timed, out}, 0};
handle_info(timeout, N) -> {noreply, N + 1000};
handle_info(_, N) -> {noreply, N}.

terminate(R, N) -> is_integer(N) andalso R =:= normal andalso io:format("terminate ~0p ~0p~n", [R, N]), ok.
code_change(_, N, _) -> {ok, N}.
