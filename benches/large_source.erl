%% Erlang source text for the programs that parse and compile: a module with as many functions as asked for, of the kinds
%% that real ones have (recursion, records, maps, binaries, comprehensions, funs, exceptions).
-module(large_source).
-export([forms/1, text/1]).

%% The forms of a module with some seven functions for each of `Count` groups.
forms(Text) ->
    forms(Text, {1, 1}, []).

forms(Text, At, Forms) ->
    case erl_scan:tokens([], Text, At, []) of
        {done, {ok, Tokens, Next}, Rest} ->
            {ok, Form} = erl_parse:parse_form(Tokens),
            forms(Rest, Next, [Form | Forms]);
        {done, {eof, _}, _} ->
            lists:reverse(Forms);
        {more, _} ->
            lists:reverse(Forms)
    end.

text(Count) ->
    Exports = lists:join($,, [["handle_", integer_to_list(I), "/2"] || I <- lists:seq(1, Count)]),
    lists:flatten([
        "-module(generated).\n-export([", Exports, "]).\n",
        "-record(state, {id, name = <<>>, items = [], total = 0 :: integer()}).\n\n",
        [group(I) || I <- lists:seq(1, Count)]
    ]).

group(I) ->
    re_number(template(), integer_to_list(I)).

%% Puts the number in place of each `@`.
re_number([$@ | Rest], Number) -> [Number | re_number(Rest, Number)];
re_number([C | Rest], Number) -> [C | re_number(Rest, Number)];
re_number([], _) -> [].

template() ->
    "%% Group @: a server's callback and what it needs.\n"
    "handle_@({add, Item, Price}, #state{items = Items, total = Total} = State) when is_integer(Price), Price >= 0 ->\n"
    "    case find_@(Item, Items) of\n"
    "        {ok, {Item, Old}} when Old =:= Price -> {unchanged, State};\n"
    "        {ok, {Item, Old}} -> {changed, State#state{items = replace_@(Item, Price, Items), total = Total - Old + Price}};\n"
    "        error -> {added, State#state{items = [{Item, Price} | Items], total = Total + Price}}\n"
    "    end;\n"
    "handle_@({encode, Version}, #state{id = Id, name = Name, items = Items}) ->\n"
    "    Body = << <<(encode_@(Item))/binary>> || Item <- Items >>,\n"
    "    <<Version:8, Id:32/little, (byte_size(Name)):16, Name/binary, Body/binary>>;\n"
    "handle_@({decode, Bytes}, State) ->\n"
    "    try decode_@(Bytes, State) of\n"
    "        #state{} = New -> {ok, New}\n"
    "    catch\n"
    "        error:{badmatch, Rest} when is_binary(Rest) -> {error, {truncated, byte_size(Rest)}};\n"
    "        throw:Reason -> {error, Reason}\n"
    "    end;\n"
    "handle_@(summary, #state{items = Items} = State) ->\n"
    "    Prices = [Price || {_, Price} <- Items, Price > @],\n"
    "    Count = length(Prices),\n"
    "    Fold = fun(Price, {Low, High}) -> {min(Low, Price), max(High, Price)} end,\n"
    "    #{count => Count, range => lists:foldl(Fold, {0, 0}, Prices), id => State#state.id, mean => mean_@(Prices, Count)};\n"
    "handle_@(Other, _) ->\n"
    "    erlang:error({unknown_request, Other, @}).\n\n"
    "find_@(Key, [{Key, _} = Found | _]) -> {ok, Found};\n"
    "find_@(Key, [_ | Rest]) -> find_@(Key, Rest);\n"
    "find_@(_, []) -> error.\n\n"
    "replace_@(Key, Value, [{Key, _} | Rest]) -> [{Key, Value} | Rest];\n"
    "replace_@(Key, Value, [Other | Rest]) -> [Other | replace_@(Key, Value, Rest)];\n"
    "replace_@(_, _, []) -> [].\n\n"
    "encode_@({Item, Price}) when is_binary(Item) -> <<1, (byte_size(Item)):16, Item/binary, Price:64>>;\n"
    "encode_@({Item, Price}) when is_atom(Item) -> encode_@({atom_to_binary(Item), Price}).\n\n"
    "decode_@(<<_:8, Id:32/little, Size:16, Name:Size/binary, Rest/binary>>, State) ->\n"
    "    items_@(Rest, State#state{id = Id, name = Name});\n"
    "decode_@(Rest, _) -> throw({bad_header, Rest}).\n\n"
    "items_@(<<1, Size:16, Item:Size/binary, Price:64, Rest/binary>>, #state{items = Items} = State) ->\n"
    "    items_@(Rest, State#state{items = [{Item, Price} | Items]});\n"
    "items_@(<<>>, State) -> State#state{items = lists:reverse(State#state.items)}.\n\n"
    "mean_@(_, 0) -> undefined;\n"
    "mean_@(Prices, Count) -> lists:sum(Prices) / Count + 1.5 * @.\n\n".
