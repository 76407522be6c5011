%% kind: sequential
%% size: 2000000
%% quick: 5000
%% Binaries appended to, taken apart by fields, scanned byte by byte and written from lists.
-module(binary_heavy).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    Packed = bench:timed(binaries_append, fun() -> append(N * 4, <<>>) end),
    bench:timed(binaries_match, fun() -> match(Packed, 0) end),
    Text = bench:timed(binaries_build, fun() -> text(N, <<>>) end),
    bench:timed(binaries_scan, fun() -> scan(Text, 0, 0) end),
    bench:timed(binaries_comprehend, fun() -> comprehend(Text, N) end).

append(0, Acc) -> Acc;
append(N, Acc) -> append(N - 1, <<Acc/binary, N:32, (N rem 7):3, N:13/little, "ab">>).

match(<<A:32, B:3, C:13/little, "ab", Rest/binary>>, Sum) -> match(Rest, Sum + A + B + C);
match(<<>>, Sum) -> Sum.

text(0, Acc) -> Acc;
text(N, Acc) -> text(N - 1, <<Acc/binary, "key", (integer_to_binary(N))/binary, $=, (N rem 900 + 32)/utf8, $\n>>).

%% Lines, and a checksum of all characters.
scan(<<$\n, Rest/binary>>, Lines, Sum) -> scan(Rest, Lines + 1, Sum);
scan(<<C/utf8, Rest/binary>>, Lines, Sum) -> scan(Rest, Lines, (Sum * 31 + C) band 16#ffffff);
scan(<<>>, Lines, Sum) -> {Lines, Sum}.

comprehend(Text, Lines) ->
    Upper = << <<(case C of _ when C >= $a, C =< $z -> C - 32; _ -> C end)>> || <<C>> <= Text >>,
    Lines = newlines(Upper, 0),
    Head = binary_part(Text, 0, Lines),
    Swapped = iolist_to_binary([<<L:4, H:4>> || <<H:4, L:4>> <= Head]),
    Head = << <<L:4, H:4>> || <<H:4, L:4>> <= Swapped >>.

newlines(Bytes, Lines) ->
    case Bytes of
        <<$\n, Rest/binary>> -> newlines(Rest, Lines + 1);
        <<_, Rest/binary>> -> newlines(Rest, Lines);
        <<>> -> Lines
    end.
