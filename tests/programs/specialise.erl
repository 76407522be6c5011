%% Instructions that take another form after what they have seen: each place below gets operands of many kinds in many orders, and
%% what it gives is compared with the native function, and with `erl`.
-module(specialise).
-export([main/1]).

main(_) ->
    Values = [0, 1, -7, 3.5, -0.25, 1.0e300, -1.0e300, 5.0e-320, 1 bsl 59, -(1 bsl 60), 1 bsl 64, 1.0e16, (1 bsl 53) + 1, 2.0, a],
    Orders = [Values, lists:reverse(Values), [2, 2.5, 2, a, 2.5, 1 bsl 70], [1.5, a, 1, 2.5], [a, {}, 1.5]],
    [io:format("~p~n", [digest([{A, B, all(A, B)} || A <- Left, B <- Right])]) || Left <- Orders, Right <- Orders],
    io:format("~p~n", [[sum(L) || L <- [[1, 2, 3], [1.5, 2, 3], [1, 2.5, 1 bsl 62], [0.5 || _ <- lists:seq(1, 100)]]]]),
    io:format("~p~n", [[count(From, To, Step) || {From, To, Step} <- [{0, 10, 1}, {0.0, 1.0, 0.125}, {1 bsl 60, (1 bsl 60) + 5, 2}, {0, 2.5, 1}]]]),
    maps_of_many_shapes().

%% Every operation, at one place for all calls; false where it differs from the native.
all(A, B) ->
    Results = [
        {'+', try A + B catch error:E1 -> E1 end}, {'-', try A - B catch error:E2 -> E2 end},
        {'*', try A * B catch error:E3 -> E3 end}, {'/', try A / B catch error:E4 -> E4 end},
        {'<', less(A, B)}, {'>=', at_least(A, B)}
    ],
    [R || {_, R} <- Results, R =/= skip] ++ [same(Op, A, B, R) || {Op, R} <- Results].

less(A, B) -> if A < B -> true; true -> false end.
at_least(A, B) when A >= B -> true;
at_least(_, _) -> false.

same(Op, A, B, Result) ->
    Native = try apply(erlang, Op, [A, B]) catch error:Reason -> Reason end,
    Native =:= Result orelse {Op, A, B, Result, Native}.

%% Short, and whole where something is wrong.
digest(Results) ->
    case [R || {_, _, All} <- Results, {Op, _, _, _, _} = R <- All, is_atom(Op)] of
        [] -> {length(Results), erlang:phash2(io_lib:format("~w", [Results]))};
        Wrong -> Wrong
    end.

sum([X | Rest]) -> X + sum(Rest);
sum([]) -> 0.

count(At, To, _) when At > To -> [];
count(At, To, Step) -> [At | count(At + Step, To, Step)].

%% One place reads and writes maps of many shapes, and things that are none.
maps_of_many_shapes() ->
    Large = maps:from_list([{I, I * I} || I <- lists:seq(1, 50)]),
    Maps = [#{a => 1}, #{b => 2, a => 1}, #{}, #{c => 3, a => 0, b => 2}, Large, Large#{a => x}, no_map, #{a => 1}, #{z => 0, a => 9, y => 1}],
    [io:format("~w~n", [[get_a(M), sorted(put_a(M, I)), sorted(update_a(M, I)), sorted(put_both(M, I)), sorted(update_both(M, I))]])
     || Round <- [1, 2], {I, M} <- lists:zip(lists:seq(1, length(Maps)), Maps), Round > 0],
    M = #{a => 1, b => <<"b">>},
    M = put_a(put_a(M, 1), 1),
    io:format("~w~n", [sorted(lists:foldl(fun(I, Acc) -> update_a(Acc, I) end, M, lists:seq(1, 1000)))]),
    io:format("~w~n", [sorted(lists:foldl(fun(I, Acc) -> tally(I rem 3, Acc) end, #{}, lists:seq(1, 1000)))]).

get_a(#{a := A}) -> A;
get_a(_) -> none.

put_a(M, V) -> try M#{a => V} catch error:E -> E end.
update_a(M, V) -> try M#{a := V} catch error:E -> E end.
put_both(M, V) -> try M#{a => V, b => {V}} catch error:E -> E end.
update_both(M, V) -> try M#{b := V, a := {V}} catch error:E -> E end.

tally(K, Acc) ->
    case Acc of
        #{K := N} -> Acc#{K := N + 1};
        #{} -> Acc#{K => 1}
    end.

sorted(M) when is_map(M) -> erlang:phash2(lists:sort(maps:to_list(M)));
sorted({badmap, M}) when is_map(M) -> wrong;
sorted(Other) -> Other.
