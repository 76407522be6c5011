%% Much memory that comes and goes: large binaries in many hands, and many processes.
-module(soak_bulk).
-export([binaries/1, swarm/1]).

-define(HANDS, 16).
-define(PIECES, 64).

%% Large binaries are built piece by piece, cut into views, summed up by others and put together again.
binaries(Scale) ->
    Pieces = Scale * 4,
    Hands = [soak:start(fun() -> rounds(4, Seed, Pieces) end) || Seed <- lists:seq(1, ?HANDS)],
    [{bytes, lists:sum(soak:results(Hands))}].

rounds(0, _, _) -> 0;
rounds(N, Seed, Pieces) ->
    Binary = built(Pieces, Seed, <<>>),
    Views = cut(Binary, max(byte_size(Binary) div ?PIECES, 1)),
    Sums = soak:results([soak:start(fun() -> {erlang:crc32(View), View} end) || View <- Views]),
    {Checks, Seen} = lists:unzip(Sums),
    Checks =:= [erlang:crc32(View) || View <- Views] orelse exit(checksums_differ),
    Binary =:= iolist_to_binary(Seen) orelse exit(bytes_differ),
    byte_size(Binary) + rounds(N - 1, Seed + ?HANDS, Pieces).

built(0, _, Binary) -> Binary;
built(N, Seed, Binary) -> built(N - 1, Seed, <<Binary/binary, (binary:copy(<<(N * Seed):64>>, 256))/binary>>).

cut(Binary, Size) when byte_size(Binary) =< Size -> [Binary];
cut(Binary, Size) ->
    <<View:Size/binary, Rest/binary>> = Binary,
    [View | cut(Rest, Size)].

%% Growth: processes that each hold something and answer. Decline: first every second one, then the others.
swarm(Scale) ->
    Count = Scale * 500,
    Pids = [{I, spawn_monitor(fun() -> member(I, lists:seq(1, I rem 50)) end)} || I <- lists:seq(1, Count)],
    asked(Pids),
    {Even, Odd} = lists:partition(fun({I, _}) -> I rem 2 =:= 0 end, Pids),
    stopped(Even),
    asked(Odd),
    stopped(Odd),
    [{processes, Count}].

member(Number, Held) ->
    receive
        {ask, From} ->
            From ! {answer, Number, length(Held)},
            member(Number, Held);
        stop ->
            exit({stopped, Number})
    end.

asked(Pids) ->
    [Pid ! {ask, self()} || {_, {Pid, _}} <- Pids],
    [receive {answer, I, Length} when Length =:= I rem 50 -> ok end || {I, _} <- Pids].

stopped(Pids) ->
    [Pid ! stop || {_, {Pid, _}} <- Pids],
    [receive {'DOWN', Monitor, process, Pid, {stopped, I}} -> ok end || {I, {Pid, Monitor}} <- Pids].
