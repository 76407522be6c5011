%% OTP's gen_statem: both callback modes, postponing, state timeouts, enter calls.
-module(gen_statem_program).
-behaviour(gen_statem).
-export([main/1, init/1, callback_mode/0, locked/3, open/3]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    {ok, D} = gen_statem:start_link(?MODULE, [1, 2, 3], []),
    P(gen_statem:call(D, state)), [gen_statem:cast(D, {button, B}) || B <- [1, 9, 3]], P(gen_statem:call(D, state)),
    [gen_statem:cast(D, {button, B}) || B <- [1, 2, 3]], P(gen_statem:call(D, state)),
    gen_statem:cast(D, {button, 1}), P(gen_statem:call(D, locks)),
    receive after 40 -> ok end, P(gen_statem:call(D, state)), P(gen_statem:call(D, locks)),
    P(element(1, sys:get_state(D))), P(gen_statem:call(D, entered)),
    P(catch_it(fun() -> gen_statem:call(D, never, 10) end)),
    P(gen_statem:stop(D)), P(is_process_alive(D)),
    P(catch_it(fun() -> gen_statem:call(D, state) end)).

catch_it(F) -> try F() catch exit:{R, {gen_statem, call, _}} -> {exit, R}; C:R -> {C, R} end.

callback_mode() -> [state_functions, state_enter].

init(Code) -> {ok, locked, #{code => Code, left => Code, locks => 0, entered => []}}.

locked(enter, Old, D = #{entered := E, code := C}) -> {keep_state, D#{entered := [{Old, locked} | E], left := C}};
locked(cast, {button, B}, D = #{left := [B]}) -> {next_state, open, D, [{state_timeout, 20, lock}]};
locked(cast, {button, B}, D = #{left := [B | Rest]}) -> {keep_state, D#{left := Rest}};
locked(cast, {button, _}, D = #{code := C}) -> {keep_state, D#{left := C}};
locked({call, From}, Q, D) -> common(locked, From, Q, D).

open(enter, Old, D = #{entered := E}) -> {keep_state, D#{entered := [{Old, open} | E]}};
open(state_timeout, lock, D = #{locks := N}) -> {next_state, locked, D#{locks := N + 1}};
open(cast, {button, _}, _) -> {keep_state_and_data, [postpone]};
open({call, From}, Q, D) -> common(open, From, Q, D).

common(State, From, state, #{left := L}) -> {keep_state_and_data, [{reply, From, {State, L}}]};
common(_, _, never, _) -> keep_state_and_data;
common(_, From, Key, D) -> {keep_state_and_data, [{reply, From, maps:get(Key, D)}]}.
