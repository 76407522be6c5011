%% Binaries and bit strings taken apart.
-module(binaries_match).
-export([main/1]).

main(_) ->
    B = <<1, 2, 3, 4, 5, 6, 7, 8, 9, 10>>,
    <<A:8, C:16, D:24/little, E:4, F:12, G/binary>> = B,
    io:format("~w~n", [{A, C, D, E, F, G}]),
    <<S:8/signed, U:8/unsigned, L:16/signed-little, _/bits>> = <<255, 255, 254, 255, 0>>,
    io:format("~w~n", [{S, U, L}]),
    <<X:3, Y:7, Z/bitstring>> = <<2#10110011, 2#01010101, 2#11100000:5>>,
    io:format("~w~n", [{X, Y, Z, bit_size(Z)}]),
    <<F64:64/float, F32:32/float, FL:64/float-little>> = <<3.5:64/float, -0.25:32/float, 1.0e100:64/float-little>>,
    io:format("~w~n", [{F64, F32, FL}]),
    <<Len:8, Str:Len/binary, Tail/binary>> = <<5, "helloworld">>,
    io:format("~w~n", [{Len, Str, Tail}]),
    <<Big:100, Odd:29, R/bits>> = <<1:100, 77:29, 3:7>>,
    io:format("~w~n", [{Big, Odd, R}]),
    io:format("~w~n", [[utf8(T) || T <- [<<"aé€😀"/utf8>>, <<16#ff>>, <<16#e2, 16#82>>, <<>>, <<"x", 16#80>>]]]),
    <<C16/utf16, C16L/utf16-little, C32/utf32>> = <<$€/utf16, $😀/utf16-little, $é/utf32>>,
    io:format("~w~n", [{C16, C16L, C32}]),
    io:format("~w~n", [[kind(T) || T <- [<<"GET /">>, <<"POST x">>, <<0:1>>, <<1:1, 0:6>>, <<>>, <<7, "abcdefg">>, <<7, "abc">>, <<1.0:32/float>>, not_binary]]]),
    io:format("~w~n", [fields(<<"key=value;k2=v2;;k3">>, [])]),
    io:format("~w~n", [sum(<<1:4, 2:4, 3:4, 4:4, 5:4>>, 0)]),
    io:format("~w~n", [[catch_it(fun() -> <<_:8>> = id(<<1, 2>>) end) | [catch_it(fun() -> <<_:N/binary>> = id(<<1>>), N end) || N <- [-1, 2]]]]),
    Long = binary:copy(<<"0123456789">>, 1000),
    <<_:4321/binary, Part:7/binary, _/binary>> = Long,
    io:format("~w ~w~n", [Part, byte_size(Long)]),
    <<_:13, Shifted:40/bits, _/bits>> = Long,
    io:format("~w~n", [Shifted]),
    io:format("~w~n", [case <<1, 2, 3>> of <<1, N1, N1>> -> same; <<1, N1, N2>> -> {N1, N2} end]),
    N3 = 16,
    io:format("~w~n", [case <<1, 0, 2>> of <<V:N3, W>> -> {V, W} end]),
    <<_:1, Neg:63/signed, _/bits>> = <<0:1, -5:63>>,
    <<NegBig:100/signed-little, _/bits>> = <<-6:100/little, 0:4>>,
    io:format("~w~n", [{Neg, NegBig}]).

id(X) -> X.
catch_it(F) -> try F() catch C:R -> {C, R} end.

utf8(<<C/utf8, R/binary>>) -> [C | utf8(R)];
utf8(<<>>) -> [];
utf8(R) -> {bad, R}.

kind(<<"GET ", R/binary>>) -> {get, R};
kind(<<"POST ", _/binary>>) -> post;
kind(<<N, B:N/binary>>) -> {counted, B};
kind(<<F:32/float>>) -> {float, F};
kind(<<1:1, R/bits>>) -> {bit, bit_size(R)};
kind(<<0:1>>) -> zero;
kind(<<>>) -> empty;
kind(B) when is_bitstring(B) -> bits;
kind(_) -> no.

fields(<<>>, Acc) -> lists:reverse(Acc);
fields(B, Acc) ->
    {F, R} = field(B, 0),
    fields(R, [F | Acc]).

field(B, N) ->
    case B of
        <<F:N/binary, $;, R/binary>> -> {F, R};
        <<F:N/binary>> -> {F, <<>>};
        _ -> field(B, N + 1)
    end.

sum(<<N:4, R/bits>>, S) -> sum(R, S + N);
sum(<<>>, S) -> S.
