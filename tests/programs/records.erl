%% Records: making, matching, updating one or several fields, and guards over ranges of integers.
-module(records).
-export([main/1]).
-record(small, {a, b = 2}).
-record(large, {a = 1, b, c = [], d = #{}, e, f = <<"f">>, g, h}).
-record(nested, {small = #small{}, large}).

-if(?OTP_RELEASE >= 29).
is_within(X) when is_integer(X, 1, 10) -> true;
is_within(_) -> false.
in_body(X, Low, High) -> is_integer(X, Low, High).
-else.
is_within(X) when is_integer(X), 1 =< X, X =< 10 -> true;
is_within(_) -> false.
in_body(X, Low, High) when is_integer(Low), is_integer(High) -> is_integer(X) andalso Low =< X andalso X =< High;
in_body(_, _, _) -> error(badarg).
-endif.

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    S = id(#small{}), L = id(#large{}), N = id(#nested{large = L}),
    P([S, L, N]),
    P([S#small{a = 1}, S#small{b = 3}, S#small{a = id(x), b = id(y)}]),
    P([L#large{a = 2}, L#large{b = 1, d = 2, h = 3}, L#large{a = a, b = b, c = c, d = d, e = e, f = f, g = g, h = h}]),
    P(N#nested{small = S#small{a = N#nested.large}, large = none}),
    P(count(#large{a = 0}, 1000)),
    P([same(S), (id(S))#small{b = 2} =:= S, S]),
    P([{S#small.b, L#large.f, (N#nested.small)#small.b}, record_info(size, large), record_info(fields, nested)]),
    P([kind(X) || X <- [S, L, N, {small, 1}, {small, 1, 2, 3}, x]]),
    P([try F(id(X)) catch C:R -> {C, R} end || F <- [fun(X) -> X#small.a end, fun(X) -> X#small{a = 1} end, fun(X) -> X#large{b = 1, c = 2} end], X <- [{small, 1}, x, L, S]]),
    P([{X, is_within(X)} || X <- [0, 1, 5, 10, 11, 1 bsl 70, 1.0, a]]),
    P([try in_body(id(X), id(Low), id(High)) catch C:R -> {C, R} end || {X, Low, High} <- [{1, 0, 2}, {1, 2, 0}, {a, 0, 1}, {1 bsl 80, 0, 1 bsl 90}, {1, a, 2}, {1, 0, 2.0}]]).

count(R, 0) -> R;
count(#large{a = A} = R, N) -> count(R#large{a = A + N, b = N}, N - 1).

same(#small{b = B} = R) -> R#small{b = B}.

kind(#small{a = undefined, b = B}) when is_integer(B) -> {small, B};
kind(#large{c = [], d = D}) when is_map(D) -> large;
kind(R) when is_record(R, nested) -> nested;
kind(_) -> none.

id(X) -> X.
