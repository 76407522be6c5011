%% Binaries and bit strings put together, appended to, compared and converted.
-module(binaries_build).
-export([main/1]).

main(_) ->
    io:format("~w~n", [[<<1, 2:16, 3:24/little, -1:8, 300:8, 5:3>>, <<"ab", "é"/utf8, "é">>, <<1.5/float, 2.5:32/float-little>>]]),
    io:format("~w~n", [<< <<X:5>> || X <- lists:seq(1, 10) >>]),
    io:format("~w~n", [[X || <<X:3>> <= <<"abc">>]]),
    io:format("~w~n", [<< <<(X + 1)>> || <<X>> <= <<1, 2, 3>>, X =/= 2 >>]),
    io:format("~w~n", [[<<N:40>> || N <- [0, -1, 1 bsl 39, 1 bsl 80]]]),
    io:format("~w~n", [<<(1 bsl 100):128, (-(1 bsl 90)):96/little>>]),
    io:format("~w~n", [[<<$€/utf8>>, <<$€/utf16>>, <<$😀/utf16-little>>, <<$😀/utf32>>, <<$a/utf8>>]]),
    A = append(<<>>, 1000), B = append(A, 500),
    io:format("~w ~w ~w~n", [byte_size(A), byte_size(B), B =:= <<A/binary, (append(<<>>, 500))/binary>>]),
    %% Two continue the same beginning: neither may see the other's end.
    Left = <<A/binary, "left">>, Right = <<A/binary, "right">>,
    io:format("~w~n", [{binary_part(Left, byte_size(Left), -4), binary_part(Right, byte_size(Right), -5), byte_size(A)}]),
    Bits = <<1:1, A/bits, 1:2>>,
    io:format("~w ~w~n", [bit_size(Bits), <<Bits/bits, 0:5>> > A]),
    io:format("~w~n", [[binary_to_list(<<"abc">>), list_to_binary([1, [2, <<3, 4>>], 5 | <<6>>]), iolist_to_binary(["a", <<"b">>, [$c]]), bitstring_to_list(<<1, 2, 3:4>>),
                        list_to_bitstring([<<1:4>>, <<2:4>>]), split_binary(<<1, 2, 3>>, 1), binary_part(<<1, 2, 3>>, 1, 2), iolist_size(["ab", <<1, 2>>])]]),
    io:format("~w~n", [[<<"a">> < <<"b">>, <<"ab">> < <<"a", 255>>, <<1:1>> < <<1:2>>, <<>> < <<0:1>>, <<"a">> == <<"a">>, <<255:7>> > <<0>>]]),
    io:format("~w~n", [[byte_size(<<1:9>>), bit_size(<<1:9>>), is_binary(<<1:9>>), is_bitstring(<<1:9>>), size(<<1, 2>>)]]),
    io:format("~w~n", [[catch_it(F) || F <- [fun() -> <<(id(a)):8>> end, fun() -> <<(id(<<1:1>>))/binary>> end, fun() -> <<1:(id(-1))>> end,
                                            fun() -> <<(id(1)):16/float>> end, fun() -> <<(id(<<1>>)):2/binary>> end, fun() -> <<(id(16#d800))/utf8>> end,
                                            fun() -> list_to_binary([id(256)]) end, fun() -> binary_to_list(id(<<1:1>>)) end]]]),
    N = 3,
    io:format("~w~n", [<<5:N, 6:(N * 7)>>]),
    Copy = binary:copy(<<"ab">>, 40),
    io:format("~w ~w~n", [Copy, binary:referenced_byte_size(binary:copy(binary_part(Copy, 0, 3))) =:= 3]),
    io:format("~w~n", [concat([<<I>> || I <- lists:seq(1, 255)], <<>>) =:= list_to_binary(lists:seq(1, 255))]).

id(X) -> X.
catch_it(F) -> try F() catch C:R -> {C, R} end.

append(B, 0) -> B;
append(B, N) -> append(<<B/binary, (N band 255), "-">>, N - 1).

concat([H | T], Acc) -> concat(T, <<Acc/binary, H/binary>>);
concat([], Acc) -> Acc.
