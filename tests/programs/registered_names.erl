%% Registered names.
-module(registered_names).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    P(whereis(nobody)),
    Pid = spawn(fun echo/0),
    P(register(echo, Pid)), P(whereis(echo) =:= Pid), P(lists:member(echo, registered())),
    echo ! {self(), hello}, P(receive {echo, X} -> X end),
    P(process_info(Pid, registered_name)),
    P([catch_it(F) || F <- [fun() -> register(echo, self()) end, fun() -> register(other, Pid) end, fun() -> register(undefined, self()) end,
                            fun() -> register(id(1), self()) end, fun() -> unregister(nobody) end, fun() -> nobody ! x end, fun() -> erlang:send(nobody, x) end,
                            fun() -> register(dead, dead_one()) end]]),
    P(unregister(echo)), P(whereis(echo)), P(process_info(Pid, registered_name)),
    register(again, Pid), Ref = monitor(process, Pid), Pid ! stop, receive {'DOWN', Ref, _, _, _} -> ok end,
    P(whereis(again)), P(lists:member(again, registered())),
    register(me, self()), me ! from_myself, P(receive from_myself -> ok end), unregister(me),
    {here, node()} ! into_nothing,
    register(me2, self()), {me2, node()} ! by_node, P(receive by_node -> by_node end),
    P(erlang:send(me2, x, [noconnect])), P(receive x -> x end),
    P(length([begin Q = spawn(fun echo/0), register(list_to_atom("name" ++ integer_to_list(I)), Q), Q end || I <- lists:seq(1, 1000)])),
    P(length([N || N <- registered(), lists:prefix("name", atom_to_list(N))])),
    [begin N = list_to_atom("name" ++ integer_to_list(I)), N ! {self(), I} end || I <- lists:seq(1, 1000)],
    P(lists:sum([receive {echo, E} -> E end || _ <- lists:seq(1, 1000)])).

echo() -> receive {From, X} -> From ! {echo, X}, echo(); stop -> ok end.

dead_one() ->
    {Pid, Ref} = spawn_monitor(fun() -> ok end), receive {'DOWN', Ref, _, _, _} -> Pid end.

id(X) -> X.
catch_it(F) -> try F() catch C:R -> {C, R} end.
