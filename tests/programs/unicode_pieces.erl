%% Text in pieces, whole, cut off and damaged: what is converted, what is left, and why.
-module(unicode_pieces).
-export([main/1]).

main(_) ->
    Parts = [<<>>, <<"a">>, <<237>>, <<1>>, <<16#c3>>, <<16#a5>>, <<16#e2, 16#82>>, <<16#ac>>, <<16#f0, 16#9f>>,
             <<16#98, 16#80>>, <<16#ed, 16#a0, 16#80>>, <<16#c0, 16#80>>, <<16#f8>>, <<16#ff>>, <<16#ed, 16#a0>>, <<16#f4, 16#90>>, <<16#f2, 100>>, <<16#e0, 100>>,
             $b, 16#e5, 16#20ac, 16#1f600, 16#d800, 16#110000, -1, 1 bsl 70, [], [$c], [[$d], <<"e">>], [<<16#c3>>]],
    Lists = [[]] ++ [[A] || A <- Parts] ++ [[A, B] || A <- Parts, B <- Parts]
        ++ [[A, [B | C]] || A <- Parts, B <- Parts, C <- [<<16#a5>>, [<<"y">>]]]
        ++ [[[A], B, C] || A <- [<<16#e2>>, <<16#f0>>, $z], B <- lists:sublist(Parts, 10), C <- lists:sublist(Parts, 8)],
    [io:format("~w ~w: ~w ~w~n", [List, From, list_of(List, From), [binary_of(List, From, To) || To <- [utf8, latin1, utf16]]])
     || List <- Lists, From <- [utf8, latin1]],
    [io:format("~w ~w: ~w ~w~n", [List, From, list_of(List, From), binary_of(List, From, utf8)])
     || List <- [[A, B] || A <- Parts, B <- Parts], From <- [utf16, {utf16, little}, utf32]],
    [io:format("~w~n", [list_of(List, utf8)]) || List <- [a, [a], [<<"x">> | a], <<1:4>>, [<<1:4>>], {}, [{}], [[[$a | $b]]]]].

list_of(List, From) ->
    try unicode:characters_to_list(List, From) catch Class:Reason -> {Class, Reason} end.

binary_of(List, From, To) ->
    try unicode:characters_to_binary(List, From, To) catch Class:Reason -> {Class, Reason} end.
