%% Floats as text, in every way.
-module(float_format).
-export([main/1]).

main(_) ->
    Fs = [0.0, 1.0, -1.5, 3.141592653589793, 1.0e10, 1.0e-10, 123456.789, 1.0e21, 1.0e22, 99999.99999, 0.5, 2.5, 1.0e100, 5.0e-324],
    [io:format("~p ~w ~g ~e ~f~n", [F, F, F, F, F]) || F <- Fs],
    [io:format("~.1f|~.3f|~10.2f|~-12.4f|~.3e|~.10g|~12.3.0f~n", [F, F, F, F, F, F, F]) || F <- Fs],
    [io:format("~s ~s~n", [float_to_list(F), float_to_binary(F)]) || F <- Fs],
    [io:format("~s ~s ~s~n", [float_to_list(F, [{decimals, 2}]), float_to_list(F, [{decimals, 10}, compact]),
                              float_to_list(F, [{scientific, 5}])]) || F <- Fs, F < 1.0e50],
    [io:format("~s~n", [float_to_list(F, [short])]) || F <- Fs],
    [io:format("~w~n", [try list_to_float(S) catch C:R -> {C, R} end])
     || S <- ["1.0", "-2.5e10", "1.0e-7", "1", "1.", ".5", "1.0e400", "abc", "1.5x", "+3.25"]],
    [io:format("~w~n", [binary_to_float(B)]) || B <- [<<"0.1">>, <<"1.7976931348623157e308">>, <<"4.9e-324">>]],
    [io:format("~w~n", [round_trip(X, 0)]) || X <- [1, 7, 12345]].

%% Prints and reads back a thousand pseudo-random floats; counts those that changed.
round_trip(Seed, Bad) -> round_trip(Seed, Bad, 1000).
round_trip(_, Bad, 0) -> Bad;
round_trip(Seed, Bad, N) ->
    Next = (Seed * 6364136223846793005 + 1442695040888963407) band 16#ffffffffffffffff,
    case <<Next:64>> of
        <<F/float>> ->
            Same = list_to_float(lists:flatten(io_lib:format("~w", [F]))) =:= F,
            round_trip(Next, case Same of true -> Bad; false -> Bad + 1 end, N - 1);
        _ -> round_trip(Next, Bad, N - 1)
    end.
