%% kind: sequential
%% size: 40
%% quick: 1
%% A JSON encoder and decoder in plain Erlang, over a document of some 500 KB: binaries matched byte by byte, maps, iolists.
-module(json_codec).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    Document = document(1500),
    Text = iolist_to_binary(encode(Document)),
    bench:timed(json_decode, fun() -> repeat(N, fun() -> Document = decode(Text) end) end),
    bench:timed(json_encode, fun() -> repeat(N, fun() -> Text = iolist_to_binary(encode(Document)) end) end).

repeat(0, _) -> ok;
repeat(N, Fun) ->
    Fun(),
    repeat(N - 1, Fun).

%% Made up orders: numbers of all kinds, text with and without escapes, nested objects and arrays.
document(Count) ->
    #{<<"version">> => 3, <<"complete">> => true, <<"orders">> => [order(I) || I <- lists:seq(1, Count)]}.

order(I) ->
    #{
        <<"id">> => I,
        <<"customer">> => #{
            <<"name">> => <<"Customer number ", (integer_to_binary(I))/binary>>,
            <<"mail">> => <<"c", (integer_to_binary(I * 7919 rem 10007))/binary, "@example.org">>,
            <<"vip">> => I rem 3 =:= 0,
            <<"note">> => note(I rem 4)
        },
        <<"total">> => I * 12.25 + 0.5,
        <<"lines">> => [
            #{<<"sku">> => <<"A-", (integer_to_binary(I * K))/binary>>, <<"count">> => K, <<"price">> => K * 0.75}
         || K <- lists:seq(1, 1 + I rem 4)
        ],
        <<"tags">> => [<<"new">>, <<"paid">>, null, -I]
    }.

note(0) -> null;
note(1) -> <<"said \"later\" and left">>;
note(2) -> <<"first line\nsecond line\ttabbed\\">>;
note(3) -> <<"grüße aus 東京"/utf8>>.

%% Encoding

encode(null) -> <<"null">>;
encode(true) -> <<"true">>;
encode(false) -> <<"false">>;
encode(Text) when is_binary(Text) -> [$", escape(Text, Text, 0, 0), $"];
encode(Integer) when is_integer(Integer) -> integer_to_binary(Integer);
encode(Float) when is_float(Float) -> float_to_binary(Float, [short]);
encode([]) -> <<"[]">>;
encode([First | Rest]) -> [$[, encode(First) | elements(Rest)];
encode(Map) when is_map(Map) -> object(lists:sort(maps:to_list(Map))).

elements([]) -> [$]];
elements([Element | Rest]) -> [$,, encode(Element) | elements(Rest)].

object([]) -> <<"{}">>;
object([{Key, Value} | Rest]) -> [${, encode(Key), $:, encode(Value) | members(Rest)].

members([]) -> [$}];
members([{Key, Value} | Rest]) -> [$,, encode(Key), $:, encode(Value) | members(Rest)].

%% Bytes that need no escape are taken over as one part of the text.
escape(<<Byte, Rest/binary>>, Text, Start, Length) ->
    case escaped(Byte) of
        none -> escape(Rest, Text, Start, Length + 1);
        Escape -> [binary_part(Text, Start, Length), Escape | escape(Rest, Text, Start + Length + 1, 0)]
    end;
escape(<<>>, Text, 0, _) ->
    Text;
escape(<<>>, Text, Start, Length) ->
    [binary_part(Text, Start, Length)].

escaped($") -> <<"\\\"">>;
escaped($\\) -> <<"\\\\">>;
escaped($\n) -> <<"\\n">>;
escaped($\t) -> <<"\\t">>;
escaped(Byte) when Byte < 32 -> io_lib:format("\\u~4.16.0b", [Byte]);
escaped(_) -> none.

%% Decoding

decode(Text) ->
    {Value, Rest} = value(space(Text)),
    <<>> = space(Rest),
    Value.

space(<<Byte, Rest/binary>>) when Byte =:= $\s; Byte =:= $\n; Byte =:= $\t; Byte =:= $\r -> space(Rest);
space(Text) -> Text.

value(<<$", Rest/binary>>) -> text(Rest, Rest, 0, <<>>);
value(<<${, Rest/binary>>) -> first_member(space(Rest));
value(<<$[, Rest/binary>>) -> first_element(space(Rest));
value(<<"true", Rest/binary>>) -> {true, Rest};
value(<<"false", Rest/binary>>) -> {false, Rest};
value(<<"null", Rest/binary>>) -> {null, Rest};
value(Text) -> number(Text, Text, 0, integer).

first_element(<<$], Rest/binary>>) -> {[], Rest};
first_element(Text) -> array(Text, []).

array(Text, Elements) ->
    {Element, Rest} = value(Text),
    case space(Rest) of
        <<$,, More/binary>> -> array(space(More), [Element | Elements]);
        <<$], More/binary>> -> {lists:reverse(Elements, [Element]), More}
    end.

first_member(<<$}, Rest/binary>>) -> {#{}, Rest};
first_member(Text) -> members(Text, []).

members(<<$", Text/binary>>, Members) ->
    {Key, AfterKey} = text(Text, Text, 0, <<>>),
    <<$:, AfterColon/binary>> = space(AfterKey),
    {Value, Rest} = value(space(AfterColon)),
    case space(Rest) of
        <<$,, More/binary>> -> members(space(More), [{Key, Value} | Members]);
        <<$}, More/binary>> -> {maps:from_list([{Key, Value} | Members]), More}
    end.

text(<<$", Rest/binary>>, Start, Length, <<>>) -> {binary_part(Start, 0, Length), Rest};
text(<<$", Rest/binary>>, Start, Length, Done) -> {<<Done/binary, (binary_part(Start, 0, Length))/binary>>, Rest};
text(<<$\\, Rest/binary>>, Start, Length, Done) -> unescape(Rest, <<Done/binary, (binary_part(Start, 0, Length))/binary>>);
text(<<_, Rest/binary>>, Start, Length, Done) -> text(Rest, Start, Length + 1, Done).

unescape(<<$u, Hex:4/binary, Rest/binary>>, Done) ->
    text(Rest, Rest, 0, <<Done/binary, (binary_to_integer(Hex, 16))/utf8>>);
unescape(<<Byte, Rest/binary>>, Done) ->
    text(Rest, Rest, 0, <<Done/binary, (unescaped(Byte))>>).

unescaped($n) -> $\n;
unescaped($t) -> $\t;
unescaped($r) -> $\r;
unescaped($b) -> $\b;
unescaped($f) -> $\f;
unescaped(Byte) -> Byte.

number(<<Byte, Rest/binary>>, Start, Length, Kind) when Byte >= $0, Byte =< $9; Byte =:= $-; Byte =:= $+ ->
    number(Rest, Start, Length + 1, Kind);
number(<<Byte, Rest/binary>>, Start, Length, _) when Byte =:= $.; Byte =:= $e; Byte =:= $E ->
    number(Rest, Start, Length + 1, float);
number(Rest, Start, Length, integer) ->
    {binary_to_integer(binary_part(Start, 0, Length)), Rest};
number(Rest, Start, Length, float) ->
    {binary_to_float(binary_part(Start, 0, Length)), Rest}.
