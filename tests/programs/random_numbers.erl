%% OTP's rand with fixed seeds: 58-bit and 64-bit arithmetic, floats, shuffles.
-module(random_numbers).
-export([main/1]).

main(_) ->
    [begin
         rand:seed(A, {1, 2, 3}),
         io:format("~w ~w ~w~n", [A, [rand:uniform(1000) || _ <- lists:seq(1, 10)], [rand:uniform(1 bsl 70) || _ <- [1, 2]]]),
         io:format("~w~n", [[rand:uniform() || _ <- [1, 2, 3]]]), io:format("~w~n", [[rand:normal() || _ <- [1, 2, 3]]]), io:format("~w~n", [rand:bytes(8)])
     end || A <- [exsss, exro928ss, exrop, exsp, exs64, exsplus, exs1024s]],
    S = rand:seed_s(exsss, 42), {X, S2} = rand:uniform_s(100, S), {Y, _} = rand:uniform_s(100, rand:jump(S2)), io:format("~w ~w~n", [X, Y]),
    rand:seed(exsss, 7), Big = [rand:uniform(100000) || _ <- lists:seq(1, 20000)], io:format("~w ~w~n", [lists:sum(Big), length(lists:usort(Big))]),
    random_sort().

random_sort() ->
    rand:seed(exsss, 1),
    L = [{rand:uniform(), I} || I <- lists:seq(1, 20)], io:format("~w~n", [[I || {_, I} <- lists:sort(L)]]).
