%% Sorting of longer lists: stability, merging, keys, custom orders.
-module(sorting).
-export([main/1]).

main(_) ->
    Numbers = random(5000, 42, []),
    Sorted = lists:sort(Numbers),
    io:format("~w ~w~n", [lists:sublist(Sorted, 5), lists:nthtail(4995, Sorted)]),
    io:format("~w~n", [ordered(Sorted)]),
    io:format("~w~n", [Sorted =:= lists:sort(lists:reverse(Numbers))]),
    io:format("~w~n", [lists:reverse(Sorted) =:= lists:sort(fun(A, B) -> A >= B end, Numbers)]),
    Keyed = [{N rem 10, I} || {N, I} <- lists:zip(Numbers, lists:seq(1, 5000))],
    io:format("~w~n", [stable(lists:keysort(1, Keyed))]),
    io:format("~w~n", [stable(lists:sort(fun({A, _}, {B, _}) -> A =< B end, Keyed))]),
    io:format("~w~n", [lists:ukeysort(1, Keyed) =:= [lists:keyfind(K, 1, Keyed) || K <- lists:seq(0, 9)]]),
    io:format("~w~n", [length(lists:usort([N rem 1000 || N <- Numbers]))]),
    io:format("~w~n", [lists:merge([lists:sort(random(50, S, [])) || S <- [1, 2, 3, 4, 5]]) =:= lists:sort(lists:append([random(50, S, []) || S <- [1, 2, 3, 4, 5]]))]),
    io:format("~w~n", [quick(lists:sublist(Numbers, 300)) =:= lists:sort(lists:sublist(Numbers, 300))]),
    io:format("~0p~n", [lists:sort([3.0, 2, b, "x", {1}, <<"z">>, [], 1 bsl 65, a, 2.5, #{}])]),
    io:format("~w~n", [[lists:sort(L) || L <- permutations([1, 2, 3, 4])] =:= lists:duplicate(24, [1, 2, 3, 4])]).

random(0, _, Acc) -> Acc;
random(N, X, Acc) ->
    Next = (X * 1103515245 + 12345) band 16#7fffffff,
    random(N - 1, Next, [Next | Acc]).

ordered([A, B | T]) when A =< B -> ordered([B | T]);
ordered([_, _ | _]) -> false;
ordered(_) -> true.

stable([{K, I}, {K, J} | T]) when I < J -> stable([{K, J} | T]);
stable([{K, _}, {L, J} | T]) when K < L -> stable([{L, J} | T]);
stable([_]) -> true;
stable(L) -> {false, hd(L)}.

quick([]) -> [];
quick([P | T]) -> quick([X || X <- T, X < P]) ++ [P] ++ quick([X || X <- T, X >= P]).

permutations([]) -> [[]];
permutations(L) -> [[H | T] || H <- L, T <- permutations(L -- [H])].
