%% Integer arithmetic around the borders of small integers and of machine words.
-module(arith).
-export([main/1]).

main(_) ->
    Borders = [0, 1, -1, 7, -7, 255, 1 bsl 31, (1 bsl 59) - 1, 1 bsl 59, -(1 bsl 59), -(1 bsl 59) - 1, (1 bsl 60) - 1,
               1 bsl 60, -(1 bsl 60), -(1 bsl 60) - 1, (1 bsl 63) - 1, 1 bsl 63, -(1 bsl 63), -(1 bsl 63) - 1, 1 bsl 64,
               (1 bsl 64) - 1, 123456789012345678901234567890],
    [pair(A, B) || A <- Borders, B <- Borders],
    [single(A) || A <- Borders],
    [shift(A, S) || A <- [1, -1, 5, -5, 1 bsl 59, -(1 bsl 60), 1 bsl 70], S <- [0, 1, 4, 58, 59, 60, 63, 64, 65, 200, -1, -64, -200]],
    [io:format("~p~n", [try F() catch C:R -> {C, R} end]) || F <- wrong()].

pair(A, B) ->
    io:format("~w ~w: ~w ~w ~w ~w ~w ~w ~w~n",
              [A, B, A + B, A - B, A * B, try A div B catch error:E -> E end, try A rem B catch error:E -> E end,
               {A band B, A bor B, A bxor B}, {A < B, A =:= B, min(A, B), max(A, B)}]).

single(A) ->
    io:format("~w: ~w ~w ~w ~w~n", [A, -A, bnot A, abs(A), {is_integer(A), A == A + 0, A * A - A * A}]).

shift(A, S) ->
    io:format("~w by ~w: ~w ~w~n", [A, S, A bsl S, A bsr S]).

wrong() ->
    [fun() -> id(1) + id(a) end, fun() -> id(1) div id(0) end, fun() -> id(1) rem id(0) end,
     fun() -> id(1.0) div id(2) end, fun() -> id(1) bsl id(1.0) end, fun() -> -id([]) end, fun() -> id(a) / id(1) end,
     fun() -> id(1) / id(0) end, fun() -> bnot id(2.0) end, fun() -> abs(id({})) end].

id(X) -> X.
