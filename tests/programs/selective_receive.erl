%% Taking messages out of order; references made just before; guards on messages.
-module(selective_receive).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    [self() ! {n, I} || I <- lists:seq(1, 10)],
    P([receive {n, I} -> I end || I <- [3, 7, 1]]),
    P(receive {n, I} when I rem 4 =:= 0 -> I end),
    P(receive {n, I} when I > 100 -> I after 0 -> none end),
    P(flush()),
    [self() ! {low, I} || I <- [1, 2, 3]], [self() ! {high, I} || I <- [1, 2]],
    P(prioritised()),
    %% A long mailbox of others does not hide the answer to a call.
    [self() ! {junk, I} || I <- lists:seq(1, 20000)],
    Server = spawn(fun() -> serve(0) end),
    P(lists:sum([call(Server, I) || I <- lists:seq(1, 200)])),
    P(length(flush())),
    Me = self(),
    Pids = [spawn(fun() -> Me ! {self(), I * I} end) || I <- lists:seq(1, 50)],
    P([receive {Pid, V} -> V end || Pid <- lists:reverse(Pids)]),
    self() ! {text, <<"abc">>}, self() ! {text, "xyz"}, self() ! [1, 2 | 3],
    P(receive [A, B | C] -> {A, B, C} end),
    P(receive {text, L} when is_list(L) -> L end),
    P(receive {text, <<F, _/binary>>} -> F end),
    P(process_info(self(), message_queue_len)),
    P(nested()).

flush() -> receive X -> [X | flush()] after 0 -> [] end.

prioritised() ->
    receive
        {high, I} -> [{high, I} | prioritised()]
    after 0 ->
        receive X -> [X | prioritised()] after 0 -> [] end
    end.

serve(N) ->
    receive {call, From, Ref, X} -> From ! {Ref, X + N}, serve(N) end.

call(Server, X) ->
    Ref = monitor(process, Server),
    Server ! {call, self(), Ref, X},
    receive
        {Ref, Y} -> demonitor(Ref, [flush]), Y;
        {'DOWN', Ref, _, _, R} -> exit(R)
    end.

nested() ->
    self() ! {outer, 1}, self() ! {inner, 2}, self() ! {outer, 3},
    receive {outer, A} -> receive {inner, B} -> receive {outer, C} -> {A, B, C} end end end.
