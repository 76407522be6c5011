%% send_after, start_timer, cancel, read, and their order.
-module(timers).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    erlang:send_after(10, self(), tick), P(receive M -> M after 5000 -> none end),
    R = erlang:start_timer(10, self(), {my, msg}), P(receive {timeout, R, X} -> X after 5000 -> none end),
    C = erlang:send_after(100000, self(), never), Left = erlang:read_timer(C), P(Left > 90000 andalso Left =< 100000),
    P(is_integer(erlang:cancel_timer(C))), P(erlang:cancel_timer(C)), P(erlang:read_timer(C)),
    P(erlang:cancel_timer(erlang:send_after(100000, self(), x), [{info, false}])),
    A = erlang:send_after(100000, self(), x), erlang:cancel_timer(A, [{async, true}]), P(receive {cancel_timer, A, L} -> is_integer(L) after 5000 -> none end),
    [erlang:send_after(T, self(), {t, T}) || T <- [60, 20, 40, 0]], P([receive {t, T} -> T after 5000 -> none end || _ <- [1, 2, 3, 4]]),
    register(named, self()), erlang:send_after(5, named, by_name), P(receive by_name -> ok after 5000 -> none end),
    Gone = spawn(fun() -> ok end), erlang:send_after(5, Gone, x), erlang:start_timer(5, nobody, x),
    Abs = erlang:monotonic_time(millisecond) + 10, erlang:send_after(Abs, self(), abs, [{abs, true}]), P(receive abs -> erlang:monotonic_time(millisecond) >= Abs end),
    P([try F() catch K:E -> {K, E} end || F <- [fun() -> erlang:send_after(-1, self(), x) end, fun() -> erlang:send_after(a, self(), x) end, fun() -> erlang:cancel_timer(foo) end, fun() -> erlang:start_timer(1, 17, x) end]]),
    Many = [erlang:send_after(I rem 50, self(), {many, I}) || I <- lists:seq(1, 5000)], P(length(Many)),
    P(lists:sum([receive {many, I} -> I after 5000 -> 0 end || _ <- Many])),
    {Time, ok} = timer:tc(timer, sleep, [20]), P(Time >= 20000),
    P(receive Y -> Y after 0 -> empty end),
    M1 = erlang:monotonic_time(), M2 = erlang:monotonic_time(), P(M2 >= M1),
    U = [erlang:unique_integer([monotonic, positive]) || _ <- lists:seq(1, 100)], P(U =:= lists:usort(U)),
    P([erlang:convert_time_unit(1, second, U2) || U2 <- [millisecond, microsecond, nanosecond, 10]]),
    P(abs(erlang:system_time(second) - (erlang:monotonic_time(second) + erlang:time_offset(second))) =< 1).
