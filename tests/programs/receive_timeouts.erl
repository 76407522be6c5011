%% receive with after: zero, finite, infinite, big; what stays in the mailbox.
-module(receive_timeouts).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    P(receive X -> X after 0 -> nothing end),
    P(receive X1 -> X1 after 5 -> nothing end),
    self() ! here,
    P(receive here -> got after 0 -> missed end),
    self() ! a, self() ! b,
    P(receive b -> b after 0 -> missed end),
    P(receive never -> never after 2 -> timeout end),
    P(receive a -> still_there after 0 -> lost end),
    Start = erlang:monotonic_time(millisecond),
    receive after 50 -> ok end,
    Took = erlang:monotonic_time(millisecond) - Start,
    P({at_least, Took >= 50, not_forever, Took < 5000}),
    Me = self(),
    spawn(fun() -> receive after 20 -> Me ! late end end),
    P(receive late -> came after 10000 -> timeout end),
    spawn(fun() -> [begin Me ! noise, receive after 3 -> ok end end || _ <- lists:seq(1, 10)], Me ! done end),
    %% Messages that do not match do not start the time anew.
    S2 = erlang:monotonic_time(millisecond),
    P(receive signal -> signal after 15 -> timeout end),
    P(erlang:monotonic_time(millisecond) - S2 < 5000),
    receive done -> ok end,
    P(drain(0)),
    P(try receive after id(-1) -> x end catch C:R -> {C, R} end),
    P(try receive after id(foo) -> x end catch C2:R2 -> {C2, R2} end),
    P(receive after id(0) -> variable_zero end),
    spawn(fun() -> Me ! forever_over end),
    P(receive forever_over -> ok after infinity -> never end),
    P(loop(1000)).

drain(N) -> receive noise -> drain(N + 1) after 0 -> N end.

loop(0) -> ok;
loop(N) -> receive x -> x after 0 -> loop(N - 1) end.

id(X) -> X.
