%% A process whose heap is large and keeps changing: parts of all kinds are replaced, dropped and sent away, within a
%% recursion too. What is left is the same as anywhere else.
-module(large_heap).
-export([main/1]).

main(_) ->
    Self = self(),
    [begin
         spawn_link(fun() -> Self ! {Seed, churn(Seed)} end),
         receive {Seed, Result} -> io:format("~w ~w~n", [Seed, Result]) end
     end || Seed <- [1, 2]].

churn(Seed) ->
    Parts = maps:from_list([{I, part(I)} || I <- lists:seq(0, 127)]),
    put(kept, element(1, maps:get(7, Parts))),
    {Changed, Depth} = change(Parts, Seed, 400, 0),
    Few = maps:with(lists:seq(0, 7), Changed),
    {Small, _} = change(Few, Seed, 300, 0),
    true = erlang:garbage_collect(),
    {erlang:phash2(Changed), Depth, erlang:phash2(Small), erlang:phash2(get(kept))}.

%% Each seventh step goes one frame deeper for the steps that follow, and looks at what it had when it comes back.
change(Parts, _, 0, Depth) ->
    {Parts, Depth};
change(Parts, Seed, Left, Depth) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    Key = (Next bsr 8) rem map_size(Parts),
    Changed = Parts#{Key := replaced(Next, maps:get(Key, Parts))},
    case Left rem 7 of
        0 ->
            {Result, Deeper} = change(Changed, Next, Left - 1, Depth + 1),
            true = is_tuple(maps:get(Key, Parts)),
            {Result, Deeper};
        _ ->
            change(Changed, Next, Left - 1, Depth)
    end.

replaced(Next, _) when Next band 3 =/= 0 ->
    part(Next band 16#ffff);
replaced(Next, {List, Pairs, Map, Wide, Bytes}) ->
    self() ! {List, Bytes},
    receive
        {Sent, <<Byte, _/binary>>} ->
            {[Next | lists:reverse(Sent)], tl(Pairs) ++ [hd(Pairs)], Map#{Next => Byte}, setelement(3, Wide, Next), Bytes}
    end.

part(I) ->
    {lists:seq(I, I + 99), [{K, K / 3, <<K:32>>} || K <- lists:seq(I, I + 30)],
     maps:from_list([{K, [K]} || K <- lists:seq(I, I + 40)]), list_to_tuple(lists:seq(1, I rem 97 + 3)), binary:copy(<<I:32>>, 30)}.
