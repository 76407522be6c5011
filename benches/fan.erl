%% kind: concurrent
%% size: 1000000
%% quick: 20000
%% schedulers: 1 2
%% Time of a message where one process sends to a thousand, a thousand to one, and a thousand to each other.
-module(fan).
-export([main/1]).

-define(PROCESSES, 1000).
%% So many messages are sent before as many are received, where each process does both.
-define(BATCH, 10).

main(Args) ->
    Each = max(bench:size(Args) div ?PROCESSES div ?BATCH, 1) * ?BATCH,
    timed(one_to_many, Each, fun() -> one_to_many(Each) end),
    timed(many_to_one, Each, fun() -> many_to_one(Each) end),
    timed(many_to_many, Each, fun() -> many_to_many(Each) end).

timed(Name, Each, Fun) ->
    Start = erlang:monotonic_time(),
    Fun(),
    Elapsed = erlang:monotonic_time() - Start,
    bench:report(Name, erlang:convert_time_unit(Elapsed, native, nanosecond) / (Each * ?PROCESSES), ns).

one_to_many(Each) ->
    Receivers = started(fun(Parent) -> take(Each), Parent ! {done, self()} end),
    [Receiver ! {message, I, self()} || I <- lists:seq(1, Each), Receiver <- Receivers],
    done(Receivers).

many_to_one(Each) ->
    started(fun(Parent) -> send(Each, Parent) end),
    take(Each * ?PROCESSES).

%% Each process sends to others by a pattern in which all get the same number of messages.
many_to_many(Each) ->
    Peers = started(fun(Parent) ->
        receive {peers, Number, Others} -> exchange(Each, Number, Others) end,
        Parent ! {done, self()}
    end),
    Others = list_to_tuple(Peers),
    [Peer ! {peers, Number, Others} || {Number, Peer} <- lists:zip(lists:seq(1, ?PROCESSES), Peers)],
    done(Peers).

exchange(0, _, _) -> ok;
exchange(Left, Number, Others) ->
    [peer(Number + I * 7, Others) ! {message, I, self()} || I <- lists:seq(Left - ?BATCH + 1, Left)],
    take(?BATCH),
    exchange(Left - ?BATCH, Number, Others).

peer(Number, Others) -> element(Number rem ?PROCESSES + 1, Others).

started(Fun) ->
    Parent = self(),
    [spawn(fun() -> Fun(Parent) end) || _ <- lists:seq(1, ?PROCESSES)].

send(0, _) -> ok;
send(N, To) ->
    To ! {message, N, self()},
    send(N - 1, To).

take(0) -> ok;
take(N) -> receive {message, _, _} -> take(N - 1) end.

done(Pids) -> [receive {done, Pid} -> ok end || Pid <- Pids].
