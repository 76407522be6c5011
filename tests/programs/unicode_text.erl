%% The string and unicode modules.
-module(unicode_text).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0tp~n", [X]) end,
    S = "Grüße, Ωmega! 日本 😀",
    io:format("~ts~n", [S]), io:format("~ts~n", [unicode:characters_to_binary(S)]), P(S), io:format("~w~n", [unicode:characters_to_binary(S)]),
    B = unicode:characters_to_binary(S), P(unicode:characters_to_list(B) =:= S),
    P([unicode:characters_to_binary(S, utf8, E) || E <- [utf16, {utf16, little}, utf32]]), P(unicode:characters_to_list(<<"abc", 255>>)), P(unicode:characters_to_binary("abc€", unicode, latin1)),
    P(unicode:characters_to_list([<<"a">>, [$b, <<"ü"/utf8>>], "c"])), P(unicode:characters_to_list(<<16#e2, 16#82>>)), P(unicode:bom_to_encoding(<<16#ef, 16#bb, 16#bf>>)),
    P([string:length(S), string:to_upper("abc"), string:uppercase(S), string:lowercase(S), string:reverse("abc"), string:trim("  x  "), string:trim("xxaxx", both, "x")]),
    P(string:split("a,b,c", ",")), P(string:split("a,b,c", ",", all)), P(string:split("a,b,c", ",", trailing)), P(string:tokens("a b  c", " ")), P(string:lexemes("a b,,c", " ,")),
    P([string:find("hello world", "o"), string:find("hello world", "o", trailing), string:find("x", "y"), string:prefix("prefix", "pre"), string:slice("hello", 1, 3), string:equal("a", "a")]),
    P([string:pad("x", 5), string:pad("x", 5, leading, $-), string:pad("x", 4, both), string:join(["a", "b"], "-"), string:replace("aXbX", "X", "_", all), string:is_empty(""), string:chr("abc", $b), string:str("abcabc", "ca")]),
    P([string:casefold("ÄÖ"), string:titlecase("ñandú"), string:next_grapheme("e\x{301}x"), string:length("e\x{301}x"), string:take("aabbc", "ab"), string:concat("a", "b"), string:sub_string("hello", 2, 4)]),
    P([unicode:characters_to_nfc_list("e\x{301}"), unicode:characters_to_nfd_list("é"), string:to_graphemes("e\x{301}x")]),
    P(io_lib:format("~ts|~s|~tp|~p", [<<"ü"/utf8>>, "abc", "日", "日"])), P(lists:flatten(io_lib:format("~tc~c~*c", [$Ω, $a, 3, $x]))),
    P([list_to_atom("日本"), 'ünï', 'a b', '', 'don\'t']), P(io_lib:printable_unicode_list(S)), P([io_lib:printable_list([1]), io_lib:latin1_char_list("é")]).
