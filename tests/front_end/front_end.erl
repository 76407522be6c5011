%% OTP's scanner, parser, linter and pretty printer over many source files, which come over standard input because they
%% need no files then. Prints a line for each file and stage, with a hash of what the stage gave, and the times last.
-module(front_end).
-export([main/1, collect/1]).

%% Writes what main/1 reads: for each source a line `NAME SIZE SIZE`, the source as it stands, and preprocessed, in base64,
%% because what comes over standard input is characters, whose encoding is a matter of the machine.
collect([Root, Output]) ->
    Files = lists:sort([File || Pattern <- ["lib/*/src/**/*.erl", "erts/preloaded/src/*.erl"],
                                File <- filelib:wildcard(Pattern, Root)]),
    Includes = filelib:wildcard(filename:join(Root, "lib/*/{src,include}")),
    {ok, Device} = file:open(Output, [write, raw, delayed_write]),
    [begin
         Path = filename:join(Root, File),
         {ok, Bytes} = file:read_file(Path),
         [Source, Expanded] = [base64:encode(Text) || Text <- [Bytes, expanded(Path, Includes)]],
         ok = file:write(Device, io_lib:format("~ts ~w ~w~n", [File, byte_size(Source), byte_size(Expanded)])),
         ok = file:write(Device, [Source, Expanded])
     end || File <- Files],
    ok = file:close(Device),
    io:format("~w files~n", [length(Files)]).

%% A source with its macros and included files replaced, as text. What does not parse is left out.
expanded(Path, Includes) ->
    {ok, Forms} = epp:parse_file(Path, [{includes, [filename:dirname(Path) | Includes]}]),
    Kept = [Form || Form <- Forms, not lists:member(element(1, Form), [error, warning, eof])],
    unicode:characters_to_binary([erl_pp:form(Form, [{encoding, utf8}]) || Form <- Kept]).

main(_) ->
    ok = io:setopts(standard_io, [binary]),
    Times = files(#{}),
    [io:format("time ~s ~w~n", [Stage, Time div 1000]) || {Stage, Time} <- lists:sort(maps:to_list(Times))].

files(Times) ->
    case io:get_line("") of
        eof -> Times;
        Line ->
            [Name, SourceSize, ExpandedSize] = binary:split(string:trim(Line), <<" ">>, [global]),
            [Source, Expanded] = [received(binary_to_integer(Size)) || Size <- [SourceSize, ExpandedSize]],
            files(file(Name, Source, Expanded, Times))
    end.

received(0) -> <<>>;
received(Size) -> base64:decode(io:get_chars("", Size)).

file(Name, Source, Expanded, Times0) ->
    {Tokens, Times1} = stage(scan, Name, fun() -> scanned(characters(Source)) end, fun hash_of_each/1, Times0),
    {_, Times2} = stage(parse, Name, fun() -> parsed(without_macros(Tokens)) end, fun hash_of_each/1, Times1),
    {ExpandedTokens, Times3} =
        stage(scan_expanded, Name, fun() -> scanned(characters(Expanded)) end, fun hash_of_each/1, Times2),
    {Forms, Times4} = stage(parse_expanded, Name, fun() -> parsed(ExpandedTokens) end, fun hash_of_each/1, Times3),
    {_, Times5} = stage(lint, Name, fun() -> linted(Forms) end, fun hash_of_text/1, Times4),
    {_, Times6} = stage(print, Name, fun() -> printed(Forms) end, fun erlang:md5/1, Times5),
    Times6.

%% Does the work of a stage, whose time counts, and prints the hash of what it gave.
stage(Stage, Name, Work, Hash, Times) ->
    Start = erlang:monotonic_time(microsecond),
    Value = Work(),
    Time = erlang:monotonic_time(microsecond) - Start,
    io:format("~s ~s ~s~n", [Stage, Name, [integer_to_list(Byte, 16) || <<Byte:4>> <= Hash(Value)]]),
    {Value, maps:update_with(Stage, fun(Sum) -> Sum + Time end, Time, Times)}.

hash_of_each(Terms) -> erlang:md5([<<(erlang:phash2(Term, 1 bsl 32)):32>> || Term <- Terms]).

hash_of_text(Term) -> erlang:md5(unicode:characters_to_binary(io_lib:format("~tp", [Term]))).

%% The text of a source, in Latin-1 if it is not UTF-8.
characters(Source) ->
    case unicode:characters_to_list(Source) of
        Text when is_list(Text) -> Text;
        _ -> binary_to_list(Source)
    end.

scanned(Text) ->
    case erl_scan:string(Text, {1, 1}, [return_comments]) of
        {ok, Tokens, _} -> Tokens;
        {error, Reason, Location} -> [{error, Reason, Location}]
    end.

%% The forms between full stops, each parsed, or why it is none.
parsed(Tokens) ->
    [case erl_parse:parse_form(Form) of
         {ok, Parsed} -> Parsed;
         {error, Reason} -> {error, Reason}
     end || Form <- forms([Token || Token <- Tokens, element(1, Token) =/= comment], [])].

forms([], []) -> [];
forms([], Form) -> [lists:reverse(Form)];
forms([{dot, _} = Dot | Tokens], Form) -> [lists:reverse([Dot | Form]) | forms(Tokens, [])];
forms([Token | Tokens], Form) -> forms(Tokens, [Token | Form]).

%% What a macro stands for is not known: its name stands for it.
without_macros([{'?', _}, {'?', _}, {_, At, _} | Tokens]) -> [{string, At, "?"} | without_macros(Tokens)];
without_macros([{'?', _}, {_, At, Name} | Tokens]) -> [{atom, At, Name} | without_macros(Tokens)];
without_macros([{'?', _}, {Word, At} | Tokens]) -> [{atom, At, Word} | without_macros(Tokens)];
without_macros([Token | Tokens]) -> [Token | without_macros(Tokens)];
without_macros([]) -> [].

%% The linter goes through maps, whose order is a matter of the machine.
linted(Forms) ->
    case erl_lint:module(Forms ++ [{eof, {1, 1}}], "source.erl", [strong_validation]) of
        {ok, Warnings} -> {ok, sorted(Warnings)};
        {error, Errors, Warnings} -> {error, sorted(Errors), sorted(Warnings)}
    end.

sorted(Remarks) -> [{File, lists:sort(Found)} || {File, Found} <- Remarks].

printed(Forms) ->
    unicode:characters_to_binary([erl_pp:form(Form, [{encoding, utf8}]) || Form <- Forms, element(1, Form) =/= error]).
