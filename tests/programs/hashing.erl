%% phash2 is the same on every machine; crc32, adler32 and md5 are the world's.
-module(hashing).
-export([main/1]).

main(_) ->
    Terms = [0, 1, -1, 1 bsl 27, 1 bsl 59, -(1 bsl 60), 1 bsl 64, 1 bsl 200, -(1 bsl 99), 0.0, 1.0, -1.5, 1.0e300, a, abc, '', 'åäö', [], [1], [1, 2, 3], "string", [a | b], [[[]]], {}, {1}, {a, "b", <<"c">>},
             <<>>, <<"abc">>, <<1:3>>, <<"longer than sixteen bytes, surely">>, #{}, #{a => 1}, #{1 => a, 2 => b, "k" => [v]}, {nested, [{list, #{with => "things"}}]}, lists:seq(1, 1000), lists:seq(250, 260)],
    [io:format("~w ~w~n", [erlang:phash2(T), erlang:phash2(T, 1000)]) || T <- Terms],
    io:format("~w~n", [[erlang:phash(T, 4096) || T <- Terms, not is_float(T), not is_bitstring(T) orelse is_binary(T)]]),
    io:format("~w~n", [erlang:phash2(maps:from_list([{I, I} || I <- lists:seq(1, 100)]))]),
    io:format("~w~n", [[erlang:crc32(B) || B <- [<<>>, <<"a">>, <<"123456789">>, "iolist", [<<"io">>, "list"]]]]),
    io:format("~w~n", [[erlang:adler32(B) || B <- [<<>>, <<"a">>, <<"123456789">>]]]),
    io:format("~w~n", [[erlang:md5(B) || B <- [<<>>, "abc", [<<"ab">>, $c], binary:copy(<<"x">>, 1000)]]]),
    io:format("~w~n", [erlang:crc32_combine(erlang:crc32(<<"ab">>), erlang:crc32(<<"cd">>), 2) =:= erlang:crc32(<<"abcd">>)]),
    io:format("~w~n", [length(lists:usort([erlang:phash2({I, make_ref()}) || I <- lists:seq(1, 100)])) > 90]).
