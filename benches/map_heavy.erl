%% kind: sequential
%% size: 200000
%% quick: 5000
%% Small maps matched and updated, a large one filled, read, folded and emptied.
-module(map_heavy).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    bench:timed(maps_small, fun() -> small(N * 100, #{id => 0, name => <<"n">>, hits => 0, last => none}) end),
    bench:timed(maps_large, fun() -> large(N) end).

small(0, Map) -> Map;
small(N, #{hits := Hits} = Map) when N rem 3 =:= 0 -> small(N - 1, Map#{hits := Hits + 1, last := N});
small(N, #{id := Id, last := Last} = Map) when Last =/= Id -> small(N - 1, Map#{id => N});
small(N, Map) -> small(N - 1, maps:put(last, N, Map)).

large(N) ->
    Keys = keys(N, 1, []),
    Full = lists:foldl(fun(K, M) -> M#{K => K} end, #{}, Keys),
    N = maps:size(Full),
    Found = lists:foldl(fun(K, Sum) -> #{K := V} = Full, Sum + V end, 0, Keys),
    Found = maps:fold(fun(_, V, Sum) -> Sum + V end, 0, Full),
    Counted = lists:foldl(fun(K, M) -> maps:update_with(K rem 1000, fun(C) -> C + 1 end, 1, M) end, #{}, Keys),
    N = lists:sum(maps:values(Counted)),
    0 = maps:size(lists:foldl(fun maps:remove/2, Full, Keys)).

%% N different numbers in no order.
keys(0, _, Keys) -> Keys;
keys(N, X, Keys) -> keys(N - 1, (X * 69069 + 1) band 16#ffffffff, [X | Keys]).
