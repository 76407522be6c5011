%% A pool of workers under poolboy.
%% package: erlang-poolboy
-module(package_poolboy).
-behaviour(gen_server).
-export([main/1, start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2, code_change/3]).
start_link(A) -> gen_server:start_link(?MODULE, A, []).
init(A) -> {ok, A}.
handle_call({work, N}, _, S) -> {reply, {S, N * N}, S}; handle_call(die, _, S) -> {stop, normal, dying, S}.
handle_cast(_, S) -> {noreply, S}. handle_info(_, S) -> {noreply, S}. terminate(_, _) -> ok. code_change(_, S, _) -> {ok, S}.
main(_) ->
    {ok, P} = poolboy:start_link([{name, {local, pool}}, {worker_module, ?MODULE}, {size, 3}, {max_overflow, 2}], arg),
    io:format("~p~n", [poolboy:status(P)]),
    io:format("~p~n", [[poolboy:transaction(pool, fun(W) -> gen_server:call(W, {work, N}) end) || N <- lists:seq(1, 5)]]),
    Ws = [poolboy:checkout(pool) || _ <- lists:seq(1, 5)],
    io:format("~p~n", [{poolboy:status(P), poolboy:checkout(pool, false)}]),
    [poolboy:checkin(pool, W) || W <- Ws],
    W = poolboy:checkout(pool), dying = gen_server:call(W, die), timer:sleep(50),
    io:format("~p~n", [poolboy:status(P)]), poolboy:stop(pool).
