%% OTP's gen_event: handlers added, notified, swapped, crashing, removed.
-module(gen_event_program).
-behaviour(gen_event).
-export([main/1, init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    {ok, M} = gen_event:start_link({local, manager}),
    P(gen_event:add_handler(M, {?MODULE, a}, 0)), P(gen_event:add_handler(manager, {?MODULE, b}, 100)), P(gen_event:add_handler(M, {?MODULE, bad}, refuse)),
    P(gen_event:notify(M, {add, 1})), P(gen_event:sync_notify(M, {add, 2})), M ! {add, 3},
    P([gen_event:call(M, {?MODULE, H}, get) || H <- [a, b, c]]), P(lists:sort(gen_event:which_handlers(M))),
    P(gen_event:sync_notify(M, {crash, 106})), P(gen_event:which_handlers(M)),
    P(gen_event:swap_handler(M, {{?MODULE, a}, swap_out}, {{?MODULE, d}, x})), P(gen_event:call(M, {?MODULE, d}, get)),
    P(gen_event:delete_handler(M, {?MODULE, d}, bye)), P(gen_event:delete_handler(M, {?MODULE, none}, bye)), P(gen_event:which_handlers(M)),
    process_flag(trap_exit, true),
    P(gen_event:add_sup_handler(M, {?MODULE, s}, 1)), gen_event:sync_notify(M, {crash, 1}),
    P(receive {gen_event_EXIT, {?MODULE, s}, {'EXIT', {R, _}}} -> R end),
    P(gen_event:stop(M)), P(whereis(manager)).

init({x, {swapped, N}}) -> {ok, N};
init({_, _}) -> {error, odd};
init(refuse) -> {error, refused};
init(N) -> {ok, N}.

handle_event({add, X}, N) -> {ok, N + X};
handle_event({crash, N}, N) -> {ok, N / 0};
handle_event({crash, _}, N) -> {ok, N}.

handle_call(get, N) -> {ok, N, N}.
handle_info({add, X}, N) -> {ok, N + X};
handle_info(_, N) -> {ok, N}.

terminate(swap_out, N) -> {swapped, N};
terminate(bye, N) -> {goodbye, N};
terminate(_, _) -> ok.
