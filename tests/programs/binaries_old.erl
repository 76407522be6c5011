%% Bit strings as compilers before OTP 25 had them built: a size first, then one instruction for each segment.
-module(binaries_old).
-compile(r22).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    A = id(5), B = id(<<"abc">>), C = id(1.5), S = id(12), U = id($\x{20AC}), Emoji = id(16#1F600),
    P([<<A>>, <<A:S>>, <<A:S/little>>, <<A:3, A:5>>, <<A:S/unit:3>>, <<A:0>>, <<(id(1 bsl 100)):128/big, (id(-1)):70>>]),
    P(<<A:S/little, B/binary, "str", C/float, U/utf8, U/utf16, U/utf32-little>>),
    P([<<C:32/float, C:64/float-little>>, <<C:16/float>>, <<Emoji/utf8>>, <<Emoji/utf16-little>>, <<Emoji/utf32>>]),
    P([<<B/binary, A:16>>, <<B/binary, B/binary, "x">>, <<B/binary>>, <<(id(<<>>))/binary>>]),
    P([<<B:2/binary, A:3, (id(<<1:3>>))/bitstring>>, <<B:S/bitstring, 1:1>>, <<(id(<<1:9>>))/bitstring, A:7>>]),
    P([<< <<X, X>> || <<X>> <= B >>, << <<X:4>> || X <- [1, 2, 3] >>, << <<X/float>> || X <- [1, 2.0] >>]),
    P(appended(<<>>, 10)),
    P(byte_size(appended(<<>>, 3000))),
    P([shared(B, X) || X <- [1, 2, 3]]),
    P([is_small(<<A>>), is_small(<<A, A>>)]),
    P([try {X, F()} catch Class:Reason -> {X, Class, Reason} end || {X, F} <- failing(B)]).

failing(B) ->
    [{type, fun() -> <<(id(a))>> end}, {negative, fun() -> <<1:(id(-1))>> end}, {size, fun() -> <<1:(id(a))>> end},
     {no_binary, fun() -> <<(id(x))/binary>> end}, {short, fun() -> <<B:(id(9))/binary>> end},
     {utf8, fun() -> <<(id(16#d800))/utf8>> end}, {utf16, fun() -> <<(id(16#d800))/utf16>> end},
     {utf32, fun() -> <<(id(16#d800))/utf32>> end}, {utf_atom, fun() -> <<(id(x))/utf8>> end},
     {utf_big, fun() -> <<(id(1 bsl 80))/utf16>> end}, {float, fun() -> <<(id(x))/float>> end},
     {large, fun() -> <<1:(id(1 bsl 70))>> end}, {bits, fun() -> <<(id(<<1:1>>))/binary, 2>> end},
     {append, fun() -> <<(id(foo))/binary, 2>> end}, {float_size, fun() -> <<1.0:(id(17))/float>> end},
     {last, fun() -> <<(id(<<1:1>>))/bitstring, 2, (id(a))>> end}, {float_large, fun() -> <<(id(1 bsl 2000))/float>> end}].

appended(B, 0) -> B;
appended(B, N) -> appended(<<B/binary, N:8, N:8>>, N - 1).

%% Two binaries that grow from one.
shared(B, X) ->
    C = <<B/binary, X>>,
    {<<C/binary, 1>>, <<C/binary, 2>>, C}.

is_small(X) when <<5>> =:= X -> true;
is_small(_) -> false.

id(X) -> X.
