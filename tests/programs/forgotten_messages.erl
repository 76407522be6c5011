%% A process that takes messages and forgets them, and makes nothing itself, stays small.
-module(forgotten_messages).
-export([main/1]).

main(_) ->
    Message = lists:seq(1, 1000),
    Taker = spawn(fun() -> take() end),
    [begin Taker ! {self(), Message}, receive taken -> ok end end || _ <- lists:seq(1, 5000)],
    {memory, Bytes} = process_info(Taker, memory),
    io:format("~p~n", [Bytes < 2000000]).

take() -> receive {From, _} -> From ! taken, take() end.
