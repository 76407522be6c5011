%% Integers of any size.
-module(bignums).
-export([main/1]).

main(_) ->
    F = fact(200),
    io:format("~w~n", [F]),
    io:format("~w~n", [F div fact(190)]),
    io:format("~w~n", [F rem ((1 bsl 127) - 1)]),
    io:format("~w ~w~n", [gcd(F, 3 bsl 300), gcd(fact(30), -fact(25) * 7)]),
    io:format("~w~n", [pow(3, 500) - pow(7, 177)]),
    io:format("~w~n", [pow(-3, 501) bsr 700]),
    Neg = -pow(5, 90), Pos = pow(6, 81),
    io:format("~w ~w ~w ~w~n", [Neg band Pos, Neg bor Pos, Neg bxor Pos, bnot Neg]),
    io:format("~w ~w~n", [Neg band ((1 bsl 64) - 1), (-1 bsl 64) bor Pos]),
    [io:format("~s ~w~n", [integer_to_list(Pos, B), list_to_integer(integer_to_list(Neg, B), B) =:= Neg]) || B <- [2, 8, 10, 16, 36]],
    io:format("~w~n", [[Neg div Pos, Pos div Neg, Neg rem Pos, Pos rem Neg, Pos div Pos, Neg div -1]]),
    io:format("~w~n", [[X < Y || X <- [Neg, 0, Pos, 1.0e30, -1.0e70], Y <- [Neg, 0, Pos, 1.0e63, -1.0e62]]]),
    io:format("~w~n", [[float(Pos), Neg / 1, Pos / Neg, fact(150) / fact(148)]]),
    io:format("~w~n", [try fact(200) * 1.0 catch error:E -> E end]),
    io:format("~w~n", [[trunc(1.0e30), round(-1.5e25), floor(-1.0e19), ceil(12345678901234567890.0)]]),
    io:format("~w~n", [list_to_integer("-1234567890123456789012345678901234567890")]),
    io:format("~w~n", [squares(1, 100, 0)]),
    io:format("~w~n", [binary:encode_unsigned(Pos)]),
    io:format("~w~n", [binary:decode_unsigned(<<1:256>>) bsl 200]),
    <<Big:520>> = <<(-Neg):520>>,
    io:format("~w ~w~n", [Big =:= -Neg, <<Neg:300>>]),
    io:format("~w~n", [isqrt(pow(10, 101))]).

fact(0) -> 1;
fact(N) -> N * fact(N - 1).

pow(_, 0) -> 1;
pow(B, N) when N rem 2 =:= 0 -> pow(B * B, N div 2);
pow(B, N) -> B * pow(B, N - 1).

gcd(A, 0) -> abs(A);
gcd(A, B) -> gcd(B, A rem B).

squares(N, N, Acc) -> Acc;
squares(I, N, Acc) -> squares(I + 1, N, Acc bxor (Acc * Acc + I) rem ((1 bsl 200) - 1)).

isqrt(N) -> isqrt(N, N).
isqrt(N, X) ->
    case (X + N div X) div 2 of
        Y when Y >= X -> X;
        Y -> isqrt(N, Y)
    end.
