%% Float arithmetic, conversions and comparisons with integers.
-module(floats).
-export([main/1]).

main(_) ->
    Fs = [0.0, 1.0, -1.0, 0.1, 2.5, -2.5, 3.5, 1.0e-300, 1.0e300, 1.7976931348623157e308, 5.0e-324, 2.2250738585072014e-308,
          1.0e22, 1.0e23, 123456789.123456789, 9007199254740992.0, 9007199254740993.0, 1.0e15, 1.0e16, 0.001, 1.0e-5],
    [io:format("~w ~w ~w~n", [F, -F, catch_it(fun() -> F * F =:= F end)]) || F <- Fs, F =/= 0.0],
    [io:format("~w ~w ~w ~w~n", [catch_it(fun() -> A + B end), catch_it(fun() -> A - B end), catch_it(fun() -> A * B end),
                                 catch_it(fun() -> A / B end)]) || A <- Fs, B <- [0.1, 3.0, -1.0e200, 0.0, 7]],
    [io:format("~w: ~w~n", [F, [trunc(F), round(F), floor(F), ceil(F)]]) || F <- Fs, abs(F) < 1.0e30],
    Big = 1 bsl 53,
    io:format("~w~n", [[Big + 1 == float(Big), Big == float(Big), Big + 1 > float(Big), (Big + 1) * 1.0 == Big,
                        1 == 1.0, 1 =:= 1.0, 1.0 =:= 1.0, 1 < 1.5, 2 > 1.5, 1 bsl 2000 > 1.0e308, -(1 bsl 2000) < -1.0e308]]),
    io:format("~w~n", [[is_float(1.0), is_float(1), is_number(1.0), float(3), abs(-2.5), 7 / 2, 6 / 2]]),
    io:format("~w~n", [[math:sqrt(2), math:pi(), math:pow(2, 0.5), math:sin(1), math:cos(1), math:atan2(1, 2), math:exp(1),
                        math:log(10), math:log2(8), math:log10(1000), math:floor(-2.5), math:ceil(2.1), math:fmod(7, 3)]]),
    io:format("~w~n", [[catch_it(fun() -> math:sqrt(id(-1)) end), catch_it(fun() -> math:log(id(0)) end),
                        catch_it(fun() -> 1.0e308 * id(10) end), catch_it(fun() -> id(1) / 0.0 end)]]),
    io:format("~w~n", [sum(1000000, 0.0)]),
    io:format("~w~n", [loop(100, 0.5)]).

catch_it(F) -> try F() catch C:R -> {C, R} end.
id(X) -> X.

sum(0, S) -> S;
sum(N, S) -> sum(N - 1, S + 1 / N).

loop(0, X) -> X;
loop(N, X) -> loop(N - 1, 3.7 * X * (1 - X)).
