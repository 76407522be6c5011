%% kind: sequential
%% size: 12000
%% quick: 600
%% Regular expressions: many short matches, and searches of a large text for all of something, split and replaced. The
%% size is lines of that text.
-module(regular_expressions).
-export([main/1]).

main(Args) ->
    Size = bench:size(Args),
    Line = <<"2026-11-21 12:00:01 [info] request from 10.0.0.1 took 123 ms, user joe@example.com\n">>,
    Text = binary:copy(Line, Size),
    {ok, Compiled} = re:compile("took (\\d+) ms"),
    bench:timed(short_compiled, fun() -> times(20 * Size, fun() -> {match, _} = re:run(Line, Compiled) end) end),
    bench:timed(short_text, fun() -> times(20 * Size, fun() -> match = re:run(Line, <<"\\d+ ms">>, [{capture, none}]) end) end),
    bench:timed(compile, fun() -> times(10 * Size, fun() -> {ok, _} = re:compile("(\\w+)@(\\w+)\\.com", [caseless]) end) end),
    Address = "([a-zA-Z0-9_.+-]+)@([a-zA-Z0-9-]+)\\.([a-zA-Z0-9.-]+)",
    bench:timed(all_addresses, fun() -> Size = count(re:run(Text, Address, [global])) end),
    bench:timed(all_lines, fun() -> Size = count(re:run(Text, "^(\\S+) (\\S+) \\[(\\w+)\\] (.*)$", [global, multiline])) end),
    bench:timed(all_unicode, fun() -> Size = count(re:run(Text, "took (\\d+) ms", [global, unicode])) end),
    bench:timed(none, fun() -> nomatch = re:run(Text, "\\d+x") end),
    bench:timed(split, fun() -> Size = length(re:split(Text, "\n", [trim])) end),
    bench:timed(replace, fun() -> true = is_binary(re:replace(Text, "joe", "ann", [global, {return, binary}])) end).

count({match, Matches}) -> length(Matches).

times(0, _) -> ok;
times(Count, Fun) -> Fun(), times(Count - 1, Fun).
