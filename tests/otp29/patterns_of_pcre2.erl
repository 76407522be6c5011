%% Module re where PCRE2, which OTP has since 28, does otherwise than PCRE; and exported patterns.
-module(patterns_of_pcre2).
-export([main/1]).

main(_) ->
    Newlines = [{newline, cr}, {newline, lf}, {newline, any}, {newline, nul}, bsr_unicode, bsr_anycrlf, anchored],
    [t(fun() -> re:run("a", element(2, re:compile("a", [Of])), [For]) end) || Of <- Newlines, For <- Newlines],
    [t(fun() -> element(1, re:compile("a", Options)) end) || Options <- [[export], [export, unicode], [exports]]],
    t(fun() -> re:run("a", "a", [export]) end),
    t(fun() -> re:run("a\0b", "^b", [multiline, {newline, nul}]) end),
    t(fun() -> re:run("xa\0b", [<<"a">>, [0] | <<"b">>]) end),
    [t(fun() -> re:compile(P, O) end)
     || {P, O} <- [{"a(b", []}, {"[a", []}, {"(?<n", []}, {"\\", []}, {"(*UTF)a", [never_utf]}, {"a", [unicode, never_utf]},
                   {<<"a", 255>>, [unicode]}, {"(?=b\\K)", []}]],
    t(fun() -> re:run("a", "a(b", [report_errors]) end),
    t(fun() -> element(1, re:compile("\\N{U+41}", [unicode])) end),
    [t(fun() -> re:run([C], P, O) end)
     || C <- [133, 160, 170, 181, 223, 229, 255], {P, O} <- [{"\\w", []}, {"\\s", []}, {"\\w", [ucp]}, {"[[:alpha:]]", []}, {"\\R", []}, {[C bxor 32], [caseless]}]],
    [t(fun() -> re:run("a", "a", [{offset, N}]) end) || N <- [0, 1, 2, 1 bsl 31]],
    t(fun() -> re:run(<<255, "abc">>, <<"b">>, [unicode, {offset, 2}]) end),
    t(fun() -> re:run(<<255, "abc">>, <<"(?<=a)b">>, [unicode, {offset, 2}]) end),
    t(fun() -> re:run(<<255, "abc">>, <<"(?<=.a)b">>, [unicode, {offset, 2}]) end),
    t(fun() -> re:run("abc", "(?R)") end),
    [t(fun() -> re:run("abc", "(?<n>b)", [{capture, Which, list}]) end) || Which <- [[-1], [-2, 1], [1 bsl 32], [7], [n, -1]]],
    [t(fun() -> re:run("y", "(?J)(?<a>x)|(?<a>y)|(?<b>z)", [{capture, Which}]) end) || Which <- [all_names, [a], [b]]],
    t(fun() -> re:run("bbb", "(*LIMIT_MATCH=1)(a|b)*c|b", [report_errors]) end),
    t(fun() -> re:run("aaaaaaaaaaac", "(a|aa)*c", [{match_limit_recursion, 3}, report_errors]) end),
    exported().

exported() ->
    {ok, Exported} = re:compile("a(b)", [export, caseless, unicode, {newline, any}]),
    [re_exported_pattern, _, Source, Options, _] = tuple_to_list(Exported),
    io:format("~w ~w~n", [Source, Options]),
    t(fun() -> setelement(5, re:import(Exported), reference) end),
    t(fun() -> re:run("xAB", re:import(Exported)) end),
    t(fun() -> re:run("AB", Exported) end),
    [t(fun() -> re:import(Wrong) end)
     || Wrong <- [foo, {}, setelement(1, Exported, foo), setelement(2, Exported, <<"foo">>), setelement(2, Exported, 1),
                  setelement(5, Exported, foo)]].

t(Fun) ->
    io:format("~w~n", [try Fun() catch Class:Reason -> {Class, Reason} end]).
