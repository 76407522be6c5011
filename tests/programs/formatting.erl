%% io_lib:format in all its forms.
-module(formatting).
-export([main/1]).

main(_) ->
    F = fun(Fmt, Args) -> io:format(Fmt ++ "~n", Args) end,
    F("~p|~w|~s|~c|~b|~.16B|~.2b|~.8#|~~", [a, "b", "c", $d, 10, 255, 5, 64]), F("~.16X|~.10x", [255, "0x", 10, "n"]),
    F("~10p|~10s|~-10s|~.3s|~10.3s|~5w|~3w", [abc, "str", "str", "string", "string", 12, 12345]), F("~*p|~*.*s|~.*f", [8, x, 6, 2, "abcdef", 2, 1.23456]),
    F("~p", [lists:seq(1, 60)]), F("~0p", [lists:seq(1, 60)]), F("~30p", [lists:seq(1, 20)]), F("~P|~W", [lists:seq(1, 20), 5, {a, {b, {c, {d}}}}, 3]),
    F("~p", [[{key, "a string", <<"a binary">>, [nested, [lists, [about, {tuples, 1, 2.5}]]]} || _ <- [1, 2, 3]]]), F("~p", [#{a => #{b => [1, 2, 3]}}]), F("~p", [#{}]),
    F("~p ~p ~p", ["printable", [0, 1], "new\nline\t\"quoted\" \\"]), F("~p ~p ~w", [<<"bin">>, <<0, 1, 200>>, <<"bin">>]), F("~p ~p", [<<1:3>>, <<"abc", 5:4>>]),
    F("~p ~p ~p ~p", ['Upper', 'with space', 'é', '$x']), F("~w ~w", [[a | b], [1, 2 | 3]]), F("~s", [["io", <<"list">>, [$x, "y"]]]), F("~i~w", [ignored, shown]), F("~n~n", []),
    F("~20.5e|~15.3f|~10.4g", [12345.678, 12345.678, 12345.678]), F("~.36B ~.36b ~.36B", [-123456, 123456, 0]), F("~p", [{1.0, -2.5e-10, 1.0e25}]), F("~-5c|~5.2c|", [$a, $b]), F("~ts ~tw ~tp", ["ü", "ü", "ü"]),
    F("~p", [{record_like, undefined, [], {}, "", <<>>}]), F("~lp ~lw", ["text", "text"]), F("~80p", [list_to_tuple(lists:seq(1000, 1040))]),
    [io:format("~0p~n", [try io_lib:format(Fmt, As), ok catch C:R -> {C, R} end]) || {Fmt, As} <- [{"~s", [a]}, {"~s", [1]}, {"~p", []}, {"~p", [1, 2]}, {"~q", [1]}, {"~b", [1.5]}, {"~c", [x]}, {"~f", [1]}, {"~s", [[300]]}]],
    io:format("~s~n", [io_lib:format("~p", [lists:duplicate(30, {some, "words", 12})])]), io:format("no args~n"), io:put_chars("chars\n"), io:write({a, "b"}), io:nl(), io:format(<<"binary format ~w~n">>, [x]), io:fwrite("~s~n", [lists:duplicate(100, $=)]),
    io:format("~0p~n", [io_lib:fread("~d ~s ~f", "12 abc 1.5 rest")]), io:format("~0p~n", [lists:flatten(io_lib:write(#{x => [1]}))]), io:format("~0p~n", [io_lib:chars_length(io_lib:format("~p", [abc], [{chars_limit, 10}]))]),
    io:format(standard_io, "to ~w~n", [standard_io]), io:format(user, "to ~w~n", [user]), io:format(standard_error, "not compared~n", []).
