%% A scanner and a parser that leex and yecc make, compiled, loaded and used.
%% package: erlang-parsetools
-module(package_parsetools).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~p~n", [X]) end,
    Directory = filename:join(os:getenv("TMPDIR", "/tmp"), "parsetools_" ++ os:getpid()),
    ok = file:make_dir(Directory),
    {ok, Before} = file:get_cwd(),
    ok = file:set_cwd(Directory),
    ok = file:write_file("sums_scanner.xrl",
        "Definitions.\nD = [0-9]\nRules.\n"
        "{D}+ : {token, {int, TokenLine, list_to_integer(TokenChars)}}.\n"
        "[+*()] : {token, {list_to_atom(TokenChars), TokenLine}}.\n"
        "[\\s\\n]+ : skip_token.\nErlang code.\n"),
    ok = file:write_file("sums_parser.yrl",
        "Nonterminals e t f.\nTerminals '+' '*' '(' ')' int.\nRootsymbol e.\n"
        "e -> e '+' t : '$1' + '$3'.\ne -> t : '$1'.\nt -> t '*' f : '$1' * '$3'.\nt -> f : '$1'.\n"
        "f -> '(' e ')' : '$2'.\nf -> int : element(3, '$1').\n"),
    P([leex:file("sums_scanner"), yecc:file("sums_parser"), yecc:file("not_there")]),
    [begin
         {ok, Source} = file:read_file(atom_to_list(Name) ++ ".erl"),
         P({byte_size(Source), erlang:phash2(Source)}),
         {ok, Name, Code} = compile:file(Name, [binary]),
         {module, Name} = code:load_binary(Name, "", Code)
     end || Name <- [sums_scanner, sums_parser]],
    [begin
         {ok, Tokens, _} = sums_scanner:string(Text),
         P({Tokens, sums_parser:parse(Tokens)})
     end || Text <- ["2 * (3 + 4)\n + 1", "1 +", ""]],
    P(sums_scanner:string("1 - 2")),
    ok = file:set_cwd(Before),
    ok = file:del_dir_r(Directory).
