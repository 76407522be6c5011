%% A million frames deep, with values kept in each; exceptions and messages from the bottom.
-module(deep_recursion).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    P(count(1000000)), P(length(copy(lists:seq(1, 1000000)))), P(lists:sum(lists:map(fun(X) -> X + 1 end, lists:seq(1, 1000000)))),
    P(lists:foldr(fun(X, A) -> (X + A) rem 1000003 end, 0, lists:seq(1, 1000000))),
    P(try fail(1000000) catch throw:T -> T end), P(try fail_error(200000) catch error:E:S -> {E, length(S)} end),
    P(mutual_a(2000000)), P(keep(300000, [])), P(catches(100000)),
    P(length(lists:append([lists:seq(1, 500000), lists:seq(1, 10)]))),
    Me = self(), spawn(fun() -> Me ! bottom(500000, Me) end), P(receive bottom -> at_bottom end), P(receive N when is_integer(N) -> N end),
    P(garbage(100000)).

count(0) -> 0;
count(N) -> 1 + count(N - 1).

copy([H | T]) -> [H | copy(T)];
copy([]) -> [].

fail(0) -> throw(bottom);
fail(N) -> [fail(N - 1)].

fail_error(0) -> error(bottom);
fail_error(N) -> [fail_error(N - 1)].

mutual_a(0) -> a;
mutual_a(N) -> mutual_b(N - 1).
mutual_b(0) -> b;
mutual_b(N) -> mutual_a(N - 1).

%% Each frame holds a term of its own, and all must be right on the way back.
keep(0, _) -> 0;
keep(N, L) ->
    T = {N, [N | L]},
    R = keep(N - 1, [N]),
    {N, [N | _]} = T,
    R + element(1, T).

catches(0) -> 0;
catches(N) -> try catches(N - 1) + 1 catch throw:x -> 0 end.

bottom(0, Me) -> Me ! bottom, 0;
bottom(N, Me) -> 1 + bottom(N - 1, Me).

%% Makes garbage at every level while the stack is deep.
garbage(0) -> 0;
garbage(N) -> L = lists:seq(1, 20), R = garbage(N - 1), R + length(L).
