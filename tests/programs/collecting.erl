%% Programs that make the collector work: long-lived and short-lived data of every kind, checked afterwards.
-module(collecting).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    Kept = [{I, integer_to_list(I), <<I:32>>, #{I => [I]}, 1.0 * I, I bsl 70, fun() -> I end, make_ref()} || I <- lists:seq(1, 2000)],
    churn(300, Kept), P(check(Kept, 1)),
    Trees = [tree(D) || D <- lists:seq(1, 12)], churn(100, Trees), P([size_of(T) || T <- Trees]),
    P(rolling(200000, queue:new())), P(accumulate(100000, #{}, [])), P(strings(20000, <<>>)),
    Me = self(), Ps = [spawn(fun() -> L = lists:seq(1, N), churn(20, L), Me ! {self(), lists:sum(L)} end) || N <- lists:seq(100, 1000, 100)], P([receive {Pid, S} -> S end || Pid <- Ps]),
    put(kept, Kept), erlang:garbage_collect(), P(check(get(kept), 1)), P(big_tuple(20000)), P(deep_and_wide(200)).

churn(0, _) -> ok;
churn(N, K) -> _ = [{X, [X]} || X <- lists:seq(1, 500)], churn(N - 1, K).

check([{I, S, B, M, F, Big, Fun, R} | T], I) ->
    S = integer_to_list(I), <<I:32>> = B, #{I := [I]} = M, true = F == I, true = Big bsr 70 =:= I, I = Fun(), true = is_reference(R),
    check(T, I + 1);
check([], N) -> N - 1.

tree(0) -> leaf;
tree(D) -> {tree(D - 1), D, tree(D - 1)}.
size_of(leaf) -> 1;
size_of({L, _, R}) -> size_of(L) + size_of(R).

rolling(0, Q) -> queue:len(Q);
rolling(N, Q) -> Q1 = queue:in({N, [N]}, Q), rolling(N - 1, case queue:len(Q1) > 100 of true -> queue:drop(Q1); false -> Q1 end).

accumulate(0, M, L) -> {map_size(M), length(L), lists:sum(maps:values(M)) =:= lists:sum([V || {_, V} <- lists:ukeysort(1, L)])};
accumulate(N, M, L) -> K = N rem 5000, accumulate(N - 1, M#{K => N}, [{K, N} | L]).

strings(0, Acc) -> {byte_size(Acc), erlang:crc32(Acc)};
strings(N, Acc) -> strings(N - 1, <<Acc/binary, (integer_to_binary(N * N))/binary>>).

big_tuple(N) -> T = list_to_tuple([[I] || I <- lists:seq(1, N)]), churn(50, T2 = setelement(N, T, last)), {element(1, T2), element(N, T2), element(N, T)}.

deep_and_wide(0) -> 0;
deep_and_wide(N) -> L = lists:seq(1, N), S = deep_and_wide(N - 1), churn(1, L), S + length(L).
