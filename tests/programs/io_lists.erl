%% I/O lists of every shape.
-module(io_lists).
-export([main/1]).

main(_) ->
    Ls = [[], "abc", <<"abc">>, ["a", <<"b">>, [$c | <<"d">>]], [[[[]]], <<>>], [1, 2, 255], lists:duplicate(1000, [<<"x">>, "y"])],
    [io:format("~w ~w~n", [iolist_size(L), erlang:crc32(iolist_to_binary(L))]) || L <- Ls],
    [io:format("~w~n", [try F(X) catch C:R -> {C, R} end]) || F <- [fun iolist_to_binary/1, fun iolist_size/1], X <- [[256], [a], a, [-1], [<<1:3>>], [1 | 2], {}]],
    io:format("~w~n", [iolist_to_binary([[X, $,] || X <- ["a", <<"b">>]])]),
    io:put_chars([["nested ", <<"out">>], [$p | "ut"], $\n]),
    io:format("~w~n", [erlang:iolist_to_iovec(["abc", <<"def">>]) =/= []]),
    io:format("~w~n", [lists:flatten(["a", ["b", [$c]]])]),
    io:format("~w~n", [byte_size(iolist_to_binary(grow(100000, [])))]).

grow(0, Acc) -> Acc;
grow(N, Acc) -> grow(N - 1, [Acc, <<"ab">> | "c"]).
