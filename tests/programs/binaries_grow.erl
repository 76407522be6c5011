%% Bit strings that grow: comprehensions over odd sizes, appending to a value that is used again, results sent while they
%% grow, and values of all sorts among the segments.
-module(binaries_grow).
-export([main/1]).

main(_) ->
    Bytes = list_to_binary([N band 255 || N <- lists:seq(1, 700)]),
    [io:format("~p ~p~n", [Size, comprehend(Size, Bytes)]) || Size <- [1, 3, 7, 8, 9, 13, 31, 33, 60, 64]],
    io:format("~p~n", [erlang:phash2(<< <<(X bxor 16#55):8/little>> || <<X>> <= Bytes >>)]),
    io:format("~p~n", [erlang:phash2(<< <<X:3, (X rem 7):5/little, "ab", X/utf8>> || <<X>> <= Bytes, X > 127 >>)]),
    io:format("~p~n", [shared(lists:seq(1, 300), <<>>, [])]),
    io:format("~p~n", [both(200, <<1:1>>, <<>>)]),
    io:format("~p~n", [sent(20, <<>>)]),
    io:format("~p~n", [twice(<<7:80/unit:8>>)]),
    io:format("~p~n", [[catch wrong(Value, Size) || {Value, Size} <- [{a, 8}, {1, -1}, {1 bsl 70, 80}, {1.0, 8}, {-1, 64}]]]).

%% The size of the result and its hash, so that a wrong bit shows.
comprehend(Size, Bytes) ->
    Grown = << <<X:Size>> || <<X:Size>> <= Bytes >>,
    Signed = << <<(-X):Size/little>> || <<X:Size/little>> <= Bytes >>,
    Whole = bit_size(Bytes) div Size * Size,
    <<Start:Whole/bitstring, _/bitstring>> = Bytes,
    {Grown =:= Start, bit_size(Signed), erlang:phash2(Signed)}.

%% Each value that was appended to stays as it was.
shared([], Last, All) ->
    {byte_size(Last), erlang:phash2(All), [byte_size(B) || B <- lists:sublist(All, 3)]};
shared([N | Rest], Acc, All) ->
    One = <<Acc/binary, N:16>>,
    Two = <<Acc/binary, (N + 1):16>>,
    shared(Rest, One, [Two, One | All]).

both(0, A, B) -> {bit_size(A), bit_size(B), erlang:phash2({A, B})};
both(N, A, B) -> both(N - 1, <<A/bitstring, N:5>>, <<B/binary, N:8, (byte_size(B)):16/little>>).

%% What another process was sent does not change when the sender goes on.
sent(N, Acc) ->
    Self = self(),
    Pid = spawn_link(fun() -> collect(Self, []) end),
    Final = sent(Pid, N, Acc),
    Pid ! done,
    receive {seen, Seen} -> {byte_size(Final), [byte_size(B) || B <- Seen], erlang:phash2(Seen)} end.

sent(_, 0, Acc) -> Acc;
sent(Pid, N, Acc) ->
    Next = <<Acc/binary, (binary:copy(<<N>>, 40))/binary>>,
    Pid ! Next,
    sent(Pid, N - 1, Next).

collect(To, Seen) ->
    receive
        done -> To ! {seen, lists:reverse(Seen)};
        Binary -> collect(To, [Binary | Seen])
    end.

%% A value appended to itself.
twice(B) ->
    Two = <<B/binary, B/binary, (binary:part(B, 70, 10))/binary>>,
    {byte_size(Two), erlang:phash2(Two), erlang:phash2(B)}.

wrong(Value, Size) ->
    try <<Value:Size>> catch error:Reason -> {error, Reason} end.
