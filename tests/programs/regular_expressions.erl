%% Module re: options, captures, names, errors, characters, empty matches, limits, and what OTP's own code makes of matches.
-module(regular_expressions).
-export([main/1]).

main(_) ->
    [begin io:format("== ~p~n", [Part]), part(Part) end
     || Part <- [options, captures, names, results, errors, characters, empty, limits, patterns, split, replace, newlines]].

p(Value) -> io:format("~w~n", [Value]).

%% What a call answers; of an exception what a program can match on.
t(Fun) ->
    p(try Fun() catch Class:Reason:Stack -> {Class, Reason, first(Stack)} end).

first([{M, F, A, Info} | _]) -> {M, F, arity(A), lists:sort(info(Info))}.

arity(Args) when is_list(Args) -> length(Args);
arity(Arity) -> Arity.

info(Info) -> maps:to_list(proplists:get_value(error_info, Info, #{})).

options() ->
    [[], [anchored], [caseless], [dollar_endonly], [dotall], [extended], [firstline], [multiline], [no_auto_capture],
     [dupnames], [ungreedy], [no_start_optimize], [ucp], [never_utf], [unicode], [caseless, multiline, dotall],
     [notbol], [noteol], [notempty], [notempty_atstart], [{offset, 2}], [{offset, 3}], [bsr_anycrlf], [bsr_unicode],
     [{newline, cr}], [{newline, crlf}], [{newline, any}], [{newline, anycrlf}], [{newline, lf}], [global],
     [global, caseless], [global, {offset, 3}], [{match_limit, 1000}], [{match_limit_recursion, 1000}]].

part(options) ->
    Subjects = ["abcABC\nabc", "xx\r\nab\rc", "a b\n", "aaa"],
    Patterns = ["abc$", "^a", "a.c", "a b", "(a)(b)?", "\\Ra", "a*?", "$", "b|C", ".+"],
    [io:format("~p ~p ~p: ~0p~n", [Subject, Pattern, Options, catch re:run(Subject, Pattern, Options)])
     || Pattern <- Patterns, Subject <- Subjects, Options <- options()];
part(captures) ->
    {ok, P} = re:compile("(?<first>a+)(b)?(?<last>c)"),
    Which = [all, all_but_first, all_names, first, none, [], [0], [1, 2, 3], [3, 1], [2], [9], [last], [first, "last"],
             [<<"last">>, nothing], ["fir" ++ "st", 3], [[<<"la">>, "st"]], foo, [first | last], [1.5], [{a}]],
    [begin
         io:format("~p ~p: ", [W, F]),
         t(fun() -> re:run(S, P, [{capture, W, F}]) end)
     end || S <- ["xaac", <<"aabc and ac">>], W <- Which, F <- [index, list, binary, foo]],
    t(fun() -> re:run("aac", P, [{capture, first}, {capture, all}]) end),
    t(fun() -> re:run("aac", P, [global, {capture, [last, 2], list}]) end),
    t(fun() -> re:run("aac ac", P, [global, {capture, all_names, binary}]) end),
    t(fun() -> re:run("aac ac", P, [global, {capture, none}]) end),
    t(fun() -> re:run("ac", "(a)(b)?(c)(d)?") end),
    t(fun() -> re:run("ac", "(a)(b)?(c)(d)?", [{capture, all, list}]) end),
    Long = <<(binary:copy(<<"-">>, 1000))/binary, "aab ", (binary:copy(<<"c">>, 500))/binary>>,
    t(fun() -> re:run(Long, "(a+)b (c+)", [{capture, [1, 2], binary}]) end),
    <<_:3, Unaligned/bits>> = <<0:3, "key=value">>,
    t(fun() -> re:run(Unaligned, "(\\w+)=(\\w+)", [{capture, all_but_first, binary}]) end);
part(names) ->
    [t(fun() -> re:inspect(element(2, re:compile(P, O)), namelist) end)
     || {P, O} <- [{"a", []}, {"(?<b>b)(?<a>a)", []}, {"(?P<b>b)(?'a'a)", []}, {"(?<a>b)|(?<a>a)|(?<c>c)", [dupnames]}]],
    [t(fun() -> re:run(S, "(?<a>x)(?<b>1)?|(?<a>y)(?<b>2)?|(?<c>z)", [dupnames, {capture, W, T}]) end)
     || S <- ["x1", "y2", "y", "z"], W <- [all_names, [a], [b, a], [c, d]], T <- [index, list, binary]],
    t(fun() -> re:inspect(foo, namelist) end),
    t(fun() -> re:inspect(element(2, re:compile("a")), foo) end);
part(results) ->
    t(fun() -> re:run(["one ", [<<"two">>, $\s], "three"], "t(wo|hree)", [global, {capture, first, list}]) end),
    t(fun() -> re:run("", "") end), t(fun() -> re:run("", "a") end), t(fun() -> re:run(<<>>, <<>>, [global]) end),
    t(fun() -> re:run("foobar", "(?=bar)") end), t(fun() -> re:run("foobar", "(?<=foo)b") end),
    t(fun() -> re:run("aXbXc", "X", [global, {capture, first}]) end),
    t(fun() -> re:run("2026-11-21", "(\\d+)-(\\d+)-(\\d+)", [{capture, all_but_first, list}]) end),
    t(fun() -> re:run("((a)(b(c)))", "\\((?:[^()]|(?R))*\\)") end),
    t(fun() -> re:run("abab", "(ab)\\1") end), t(fun() -> re:run("aBaB", "(?i)(AB)\\1") end),
    t(fun() -> re:run("foo.bar", "\\Q.\\E") end),
    t(fun() -> re:run("abc", "b(?C)c") end);
part(errors) ->
    Patterns = ["a(b", "a)", "[a", "(?<n", "a{2,1}", "\\", "(?z)", "[[:foo:]]"],
    [p({Pattern, element(1, re:compile(Pattern)), element(1, re:run("a", Pattern, [report_errors]))}) || Pattern <- Patterns],
    [t(fun() -> re:run("a", Pattern) end) || Pattern <- Patterns],
    t(fun() -> {error, {Text, At}} = re:compile("ab[c"), {is_list(Text), At} end),
    t(fun() -> {error, {compile, {Text, At}}} = re:run("", "ab[c", [report_errors]), {is_list(Text), At} end),
    [t(fun() -> re:compile("a", O) end)
     || O <- [[foo], foo, [a | b], [{newline, foo}], [notbol], [{offset, 1}], [report_errors], [global], [{newline}]]],
    [t(fun() -> re:run("abc", "a", O) end)
     || O <- [[foo], foo, [a | b], [{offset, -1}], [{offset, a}], [{offset, 1 bsl 40}], [{match_limit, -1}],
              [{match_limit, 1 bsl 40}], [{match_limit_recursion, a}], [{foo, 1}], [{newline, 3}], [{capture, 1, 2, 3}]]],
    [t(fun() -> re:run(S, P) end) || {S, P} <- [{foo, "a"}, {"a", foo}, {["a" | b], "a"}, {<<1:3>>, "a"}, {"a", {re_pattern, 0}},
                                               {"a", {re_pattern, 0, 0, 0, foo}}, {"a", {re_pattern, a, b, c, d}}, {[300], "a"}]],
    [t(fun() -> re:compile(P) end) || P <- [foo, [300], <<1:3>>, ["a" | b]]],
    t(fun() -> re:run("a", element(2, re:compile("a")), [caseless]) end),
    t(fun() -> re:run("a", element(2, re:compile("a")), [unicode]) end),
    t(fun() -> re:internal_run("a", "a", [], foo) end),
    t(fun() -> re:internal_run("a", "a", [], false) end);
part(characters) ->
    E = <<"é"/utf8>>,
    {ok, U} = re:compile(".", [unicode]),
    t(fun() -> re:run(E, ".") end), t(fun() -> re:run(E, ".", [unicode]) end), t(fun() -> re:run("é", U, [{capture, all, list}]) end),
    t(fun() -> re:run([955, $a, 8364], U, [global, {capture, all, list}]) end),
    t(fun() -> re:run([955, $a, 8364], U, [global, {capture, all, binary}]) end),
    t(fun() -> re:run([955, $a, 8364], [8364], [unicode]) end),
    t(fun() -> re:run(<<"naïve"/utf8>>, <<"ï"/utf8>>, [unicode, {capture, first, list}]) end),
    t(fun() -> re:run([1046], [1078], [unicode, caseless, {capture, none}]) end),
    t(fun() -> re:run([1046], "\\w", [unicode]) end), t(fun() -> re:run([1046], "\\w", [unicode, ucp]) end),
    t(fun() -> re:run([1046], "\\p{Lu}", [unicode]) end), t(fun() -> re:run([1046], "\\p{Cyrillic}", [unicode, {capture, none}]) end),
    t(fun() -> re:run(E, "(*UTF8).") end), t(fun() -> re:run(<<255>>, "(*UTF8).") end),
    t(fun() -> re:run(<<"a", 255>>, "a", [unicode]) end), t(fun() -> re:run(<<"a", 255>>, U) end),
    t(fun() -> re:run(<<"a", 255>>, <<"a">>, [unicode]) end),
    t(fun() -> re:run(<<"a", 195>>, U, [{capture, all, list}]) end), t(fun() -> re:run(<<237, 160, 128>>, U) end),
    t(fun() -> re:run(<<"aé"/utf8>>, U, [{offset, 2}]) end), t(fun() -> re:run(<<"aé"/utf8>>, U, [{offset, 3}]) end),
    t(fun() -> re:compile([955]) end), t(fun() -> element(1, re:compile([955], [unicode])) end),
    t(fun() -> element(1, re:compile(<<255>>, [unicode])) end),
    Long = unicode:characters_to_binary(lists:duplicate(100, "aä€")),
    t(fun() -> {match, M} = re:run(Long, <<"(ä)€"/utf8>>, [unicode, global]), {length(M), lists:last(M)} end),
    t(fun() -> re:run(<<Long/binary, 255>>, <<"ä"/utf8>>, [unicode, global]) end),
    <<_:7/binary, Within/binary>> = Long,
    t(fun() -> re:run(Within, U) end),
    t(fun() -> re:split(Long, <<"€a"/utf8>>, [unicode, {parts, 3}]) end);
part(empty) ->
    [t(fun() -> re:run(S, P, [global | O]) end)
     || {S, P} <- [{"abc", ""}, {"abc", "x*"}, {"aabb", "a*"}, {"a\r\nb", "^"}, {"a\nb\n", "$"}, {"foo", "(?=o)"}, {"", "^$"}],
        O <- [[], [multiline], [notempty], [notempty_atstart], [{newline, anycrlf}, multiline]]],
    t(fun() -> re:run([955, 956], "", [unicode, global]) end);
part(limits) ->
    Long = lists:duplicate(2000, $a) ++ "c",
    [t(fun() -> re:run(S, "(?:a+)+[bx]|cx", [{match_limit, L} | O]) end)
     || S <- ["aaaaaaaaaaaaaaaaaaac", Long], L <- [1, 100, 10000], O <- [[], [report_errors]]],
    t(fun() -> re:run(Long, "(?:a|b)*d|x", [{match_limit_recursion, 20}, report_errors]) end),
    t(fun() -> re:run("aaaac", "(?:a|b)*c", [{match_limit_recursion, 1000}, report_errors]) end),
    t(fun() -> re:run("aaaac", "(?:a|b)*c", [global, {match_limit, 1}, report_errors]) end),
    %% One that takes long lets others have their turn, and ends when its process does.
    {Pid, Monitor} = spawn_monitor(fun() -> re:run(Long, "(?:(?:a+)+[bx]|cx)", [{match_limit, (1 bsl 31) - 1}]) end),
    receive after 50 -> ok end,
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, Reason} -> p(Reason) end;
part(patterns) ->
    {ok, P} = re:compile("(b+)", [caseless]),
    Self = self(),
    spawn(fun() -> Self ! {ran, re:run("aBBa", P, [{capture, all, list}])} end),
    receive {ran, Ran} -> p(Ran) end,
    Table = ets:new(patterns, []),
    ets:insert(Table, {pattern, P}),
    [{_, Kept}] = ets:lookup(Table, pattern),
    p(re:run("aBBa", Kept, [{capture, all, list}])),
    p(tuple_size(P)), p(element(1, P)), p(element(2, P)), p(element(3, P)), p(element(4, P)),
    %% More than any machine remembers.
    [{ok, _} = re:compile(["x", integer_to_list(N)]) || N <- lists:seq(1, 5000)],
    garbage_collect(),
    p(re:run("aBBa", P, [{capture, all, list}])),
    Many = [element(2, re:compile(["^", integer_to_list(N), "$"])) || N <- lists:seq(1, 2000)],
    p(length([N || {N, M} <- lists:zip(lists:seq(1, 2000), Many), re:run(integer_to_list(N), M, [{capture, none}]) =:= match]));
part(split) ->
    [t(fun() -> re:split(S, P, O) end)
     || {S, P} <- [{"a,b,,c", ","}, {"erlang", "[lr]"}, {"erlang", "([lr])"}, {"abc", ""}, {",a,", ","}, {"a1b22c", "(\\d)+(x)?"}],
        O <- [[], [{return, list}], [{return, binary}], [trim], [group], [group, trim, {return, list}], [{parts, 2}],
              [{parts, 2}, {return, list}], [{parts, 0}], [notempty], [caseless]]],
    t(fun() -> re:split([955, 44, 956], ",", [unicode, {return, list}]) end),
    t(fun() -> re:split("abc", "b(") end), t(fun() -> re:split("abc", "b", [foo]) end), t(fun() -> re:split(foo, "b") end),
    t(fun() -> re:split("abc", "b", [global]) end);
part(replace) ->
    [t(fun() -> re:replace(S, P, R, [{return, F} | O]) end)
     || {S, P} <- [{"abcd", "c"}, {"abcabc", "(a)(b)"}, {"xyz", "q"}, {"aaa", "a*?"}],
        R <- ["X", "[&]", "[\\&]", "\\1-\\2", "\\g1\\g{2}", "\\0", "\\\\", "", "\\12", "[\\g{1}3]", <<"b">>, ["a", $b]],
        F <- [iodata, list, binary], O <- [[], [global]]],
    t(fun() -> re:replace([955, 956], [956], [957], [unicode, {return, list}]) end),
    t(fun() -> re:replace("abc", "b", "x", [{capture, all}]) end), t(fun() -> re:replace("abc", "b(", "x") end),
    t(fun() -> re:replace("abc", "b", foo) end), t(fun() -> re:replace("abc", "b", "x", [{return, foo}]) end);
part(newlines) ->
    Subject = "a\rb\nc\r\nd",
    [io:format("~p ~p: ~0p~n", [N, P, re:run(Subject, P, [multiline, global, {newline, N}, {capture, first, list}])])
     || N <- [cr, lf, crlf, anycrlf, any], P <- ["^.", ".$", ".+", "\\N+", "\\R."]],
    [p(re:run([$a, C, $b], "a\\Rb", [B])) || C <- [10, 11, 12, 13, 133], B <- [bsr_anycrlf, bsr_unicode]],
    [p(element(4, element(2, re:compile(P, O)))) || {P, O} <- [{"a", []}, {"a", [{newline, any}]}, {"a", [{newline, crlf}]},
                                                              {"a", [{newline, anycrlf}]}, {"(*ANY)a", []}, {"(*CR)a", [{newline, crlf}]}]].
