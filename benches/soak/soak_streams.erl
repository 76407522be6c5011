%% Numbered messages of all sizes go through chains of processes: each must arrive, once, in its order, as it was sent.
-module(soak_streams).
-export([run/1]).

-define(STREAMS, 20).
-define(RELAYS, 3).
%% A sender is so many messages ahead of its receiver at most, so that mailboxes become long but not endless.
-define(WINDOW, 2000).

run(Scale) ->
    Each = max(Scale * 1000, ?WINDOW),
    Streams = [soak:start(fun() -> stream(Each) end) || _ <- lists:seq(1, ?STREAMS)],
    [{messages, lists:sum(soak:results(Streams)) * (?RELAYS + 1)}].

%% The receiver; its sender and the relays are linked to it.
stream(Count) ->
    Receiver = self(),
    First = relays(?RELAYS, Receiver),
    Sender = spawn_link(fun() -> send(1, Count, ?WINDOW, First) end),
    receive_all(1, Count, Sender).

relays(0, Next) -> Next;
relays(N, Next) ->
    After = relays(N - 1, Next),
    spawn_link(fun() -> relay(After) end).

relay(Next) ->
    receive
        ended -> Next ! ended;
        Message ->
            Next ! Message,
            relay(Next)
    end.

send(Number, Count, _, Next) when Number > Count ->
    Next ! ended;
send(Number, Count, 0, Next) ->
    receive {read, More} -> send(Number, Count, More, Next) end;
send(Number, Count, Window, Next) ->
    Next ! {Number, payload(Number)},
    send(Number + 1, Count, Window - 1, Next).

receive_all(Number, Count, _) when Number > Count ->
    receive
        ended -> Count;
        Other -> exit({after_the_last, Other})
    end;
receive_all(Number, Count, Sender) ->
    Expected = {Number, payload(Number)},
    receive
        Expected -> ok;
        Other -> exit({lost_or_changed, {expected, Number}, {got, Other}})
    end,
    [Sender ! {read, ?WINDOW div 2} || Number rem (?WINDOW div 2) =:= 0],
    receive_all(Number + 1, Count, Sender).

%% Small mostly; now and then some kilobytes on the heap, or shared bytes.
payload(Number) when Number rem 997 =:= 0 -> binary:copy(<<Number:32>>, 5000);
payload(Number) when Number rem 101 =:= 0 -> lists:seq(Number, Number + 300);
payload(Number) when Number rem 7 =:= 0 -> #{number => Number, text => <<"number ", Number:64>>};
payload(Number) -> {Number, Number * 3}.
