%% Calls natives with random arguments, and prints a hash of what each call gave, the same on every machine.
%% docs/random-programs.md tells the rest.
-module(random_calls).
-export([main/1]).
-export([decoded/2, crc32_parts/2, adler32_parts/2, md5_parts/1, joined/1, random_atom_made/1, twice/2]).
-import(random_terms, [one_of/1, below/1, shuffled/1, term/0, term/1]).

%% main([Family, First, Count]): the calls with these numbers, a line each.
%% main(["show", Family, Number]): one call and what it gave, in full.
main(["show", Family, Number]) ->
    {Call, Outcome} = made(list_to_atom(Family), list_to_integer(Number)),
    io:format("~tp~n~tp~n", [Call, Outcome]);
main(["display", First, Count]) ->
    put(local_only, true),
    [begin
         begin_with(display, N),
         erlang:display({N, without_maps()})
     end || N <- numbers(First, Count)];
main([Family, First, Count]) ->
    [begin
         {{Module, Function, Arguments}, Outcome} = made(list_to_atom(Family), N),
         io:format("~w ~s:~s/~w ~s ~s~n", [N, Module, Function, length(Arguments), kind(Outcome), hash(Outcome)])
     end || N <- numbers(First, Count)].

numbers(First, Count) ->
    lists:seq(list_to_integer(First), list_to_integer(First) + list_to_integer(Count) - 1).

begin_with(Family, Number) ->
    rand:seed(exsss, {erlang:crc32(atom_to_list(Family)), Number, 29}).

made(Family, Number) ->
    begin_with(Family, Number),
    Call = call(Family),
    {Call, outcome(Call)}.

outcome({Module, Function, Arguments}) ->
    try apply(Module, Function, Arguments) of
        Value -> {value, Value}
    catch
        Class:Reason:Trace ->
            [{M, F, Given, Info} | _] = Trace,
            Cause = case proplists:get_value(error_info, Info) of
                #{cause := Found} -> Found;
                _ -> none
            end,
            {Class, Reason, place(M, F, Given), Cause}
    end.

%% The native that failed. Those that OTP goes on with in another native, when they took long, are not told apart.
place(erlang, F, _) when F =:= crc32; F =:= adler32; F =:= md5; F =:= md5_update; F =:= md5_trap; F =:= iolist_to_iovec -> long;
place(erts_internal, iolist_to_iovec_continue, _) -> long;
place(M, F, Arguments) when is_list(Arguments) -> {M, F, length(Arguments)};
place(M, F, Arity) -> {M, F, Arity}.

kind(Outcome) -> atom_to_list(element(1, Outcome)).

hash(Outcome) ->
    << <<(hex(Nibble))>> || <<Nibble:4>> <= erlang:md5(term_to_binary(Outcome, [deterministic])) >>.

hex(Nibble) -> element(Nibble + 1, {$0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $a, $b, $c, $d, $e, $f}).

%% One call of a family: {Module, Function, Arguments}.
call(encode) ->
    Term = term(),
    Options = [deterministic || random_terms:has_map(Term)] ++ several(fun encoding_option/0),
    case below(6) of
        0 when Options =:= [] -> {erlang, term_to_binary, [Term]};
        1 -> {?MODULE, joined, [{erlang, term_to_iovec, [Term, Options]}]};
        2 -> {erlang, external_size, [Term, Options]};
        _ -> {erlang, term_to_binary, [Term, shuffled(Options)]}
    end;
call(decode) ->
    %% An export that was made after code was loaded last is none that OTP finds again.
    put(known_exports, true),
    Bytes = term_to_binary(term(), shuffled([deterministic | several(fun good_option/0)])),
    case below(8) of
        0 -> {?MODULE, decoded, [<<Bytes/binary, (random_terms:bytes())/binary>>, one_of([[used], [used, safe], []])]};
        1 -> {?MODULE, decoded, [Bytes, several(fun decoding_option/0)]};
        2 -> {?MODULE, decoded, [safe_bytes(), [safe | several(fun decoding_option/0)]]};
        _ -> {?MODULE, decoded, [damaged_term(Bytes), one_of([[], [used]])]}
    end;
call(records) ->
    put(known_exports, true),
    Bytes = random_terms:native_record(),
    case below(3) of
        0 -> {?MODULE, decoded, [damaged_term(Bytes), [used]]};
        1 -> {?MODULE, decoded, [Bytes, several(fun decoding_option/0)]};
        2 -> {erlang, term_to_binary, [binary_to_term(Bytes), shuffled([deterministic | several(fun encoding_option/0)])]}
    end;
call(hashes) ->
    Term = term(),
    case below(4) of
        0 -> {erlang, phash, [Term, range()]};
        1 -> {erlang, phash2, [Term, range()]};
        _ -> {erlang, phash2, [Term]}
    end;
call(checksums) ->
    case below(10) of
        0 -> {erlang, crc32, [iodata()]};
        1 -> {erlang, crc32, [checksum(), iodata()]};
        2 -> {erlang, crc32_combine, [checksum(), checksum(), length_of_data()]};
        3 -> {erlang, adler32, [iodata()]};
        4 -> {erlang, adler32, [checksum(), iodata()]};
        5 -> {erlang, adler32_combine, [checksum(), checksum(), length_of_data()]};
        6 -> {erlang, md5, [iodata()]};
        7 -> {?MODULE, md5_parts, [[iodata() || _ <- lists:seq(1, below(6))]]};
        8 -> {?MODULE, one_of([crc32_parts, adler32_parts]), [iodata(), iodata()]};
        9 -> {erlang, one_of([md5_update, md5_final]), one_of([[term(0), iodata()], [term(0)]])}
    end;
call(packets) ->
    Type = one_of([raw, 0, 1, 2, 4, asn1, sunrm, cdr, fcgi, tpkt, line, http, http_bin, httph, httph_bin, ssl_tls]),
    Options = case below(3) of 0 -> several(fun packet_option/0); _ -> [] end,
    Bytes = packet(Type),
    Given = case below(3) of 0 -> Bytes; _ -> damaged(Bytes) end,
    {erlang, decode_packet, [one_of_rarely(term(0), Type), Given, Options]};
call(numbers) -> number_call(below(14));
call(texts) -> text_call(below(20));
call(times) -> time_call(below(7)).

several(Make) -> [Make() || _ <- lists:seq(1, below(4))].

%% Mostly Usual.
one_of_rarely(Unusual, Usual) ->
    case below(40) of 0 -> Unusual; _ -> Usual end.

%% -- External terms --

good_option() ->
    case below(5) of
        0 -> compressed;
        1 -> deterministic;
        2 -> {minor_version, below(3)};
        _ -> {compressed, below(10)}
    end.

encoding_option() ->
    one_of_rarely(one_of([{minor_version, 3}, {compressed, 10}, {compressed, -1}, {minor_version, a}, safe, 1, {compressed, 1 bsl 64}]),
                  good_option()).

decoding_option() -> one_of_rarely(one_of([unsafe, {used, true}, 1, compressed]), one_of([used, safe])).

%% Terms that decoding with `safe` refuses, or nearly.
safe_bytes() ->
    one_of([<<131, 119, 12, "no_such_atom">>, <<131, 118, 0, 12, "no_such_atom">>, <<131, 100, 0, 12, "no_such_atom">>,
            <<131, 115, 12, "no_such_atom">>, <<131, 113, 119, 5, "lists", 119, 3, "map", 97, 2>>,
            <<131, 113, 119, 5, "lists", 119, 3, "map", 97, 77>>, <<131, 113, 119, 12, "no_such_atom", 119, 3, "map", 97, 2>>,
            <<131, 119, 2, "ok">>, <<131, 115, 1, 233>>, <<131, 119, 1, 233>>, <<131, 116, 2:32, 97, 1, 97, 2, 97, 1, 97, 3>>]).

%% A term and how many bytes it took: all that is to be known of it stands in its bytes.
decoded(Bytes, Options) ->
    case binary_to_term(Bytes, Options) of
        {Term, Used} when is_integer(Used) -> {term_to_binary(Term, [deterministic]), Used};
        Term -> term_to_binary(Term, [deterministic])
    end.

joined({Module, Function, Arguments}) -> iolist_to_binary(apply(Module, Function, Arguments)).

%% The bytes of a term, damaged. OTP reads some that stand for terms within its own tables only: they are left out.
damaged_term(Bytes) -> << <<(case Byte of _ when Byte >= 73, Byte =< 76 -> 0; _ -> Byte end)>> || <<Byte>> <= damaged(Bytes) >>.

%% Bytes with some of them changed, left out or added.
damaged(<<>>) -> <<>>;
damaged(Bytes) when byte_size(Bytes) > 3000 -> damaged(binary:part(Bytes, 0, 3000));
damaged(Bytes) ->
    At = below(one_of([byte_size(Bytes), min(12, byte_size(Bytes))])),
    <<Before:At/binary, Byte, After/binary>> = Bytes,
    Damaged = case below(6) of
        0 -> Before;
        1 -> <<Before/binary, After/binary>>;
        2 -> <<Before/binary, (below(256)), Byte, After/binary>>;
        3 -> <<Before/binary, (Byte bxor (1 bsl below(8))), After/binary>>;
        _ -> <<Before/binary, (one_of([0, 1, 255, 127, 128, 97, 10, 13, 32, $:, below(256)])), After/binary>>
    end,
    case below(3) of 0 -> damaged(Damaged); _ -> Damaged end.

%% -- Hashes and checksums --

range() ->
    one_of([1, 2, 3, 1000, 1 bsl 27, (1 bsl 27) + 1, (1 bsl 32) - 1, 1 bsl 32, (1 bsl 32) + 1, 0, -1, 1 bsl 64, a, 1.0, below(1 bsl 32) + 1]).

checksum() -> one_of([0, 1, below(1 bsl 32), below(1 bsl 32), below(1 bsl 32), (1 bsl 32) - 1, 1 bsl 32, -1, 65520, 65521, 16#fff0fff0, a]).

length_of_data() -> one_of([0, 1, 2, below(1000), below(1 bsl 31), below(1 bsl 40), (1 bsl 32) - 1, 1 bsl 32, 1 bsl 63, 1 bsl 64, -1, 1.0]).

crc32_parts(A, B) ->
    {erlang:crc32_combine(erlang:crc32(A), erlang:crc32(B), iolist_size(B)), erlang:crc32(erlang:crc32(A), B), erlang:crc32([A | B])}.

adler32_parts(A, B) ->
    {erlang:adler32_combine(erlang:adler32(A), erlang:adler32(B), iolist_size(B)), erlang:adler32(erlang:adler32(A), B),
     erlang:adler32([A | B])}.

md5_parts(Parts) ->
    Contexts = lists:foldl(fun(Part, [Context | _] = All) -> [erlang:md5_update(Context, Part) | All] end, [erlang:md5_init()], Parts),
    [erlang:md5_final(Context) || Context <- Contexts].

%% Bytes in lists and binaries, with something among them now and then that does not belong there.
iodata() ->
    case below(12) of
        0 -> term(1);
        1 -> [iodata_element(40) || _ <- lists:seq(1, below(30))];
        2 -> [iodata() | one_of([<<"tail">>, [], <<1:7>>, a])];
        _ -> [iodata_element(100000) || _ <- lists:seq(1, below(12))]
    end.

iodata_element(Rarity) ->
    case below(Rarity) of
        0 -> one_of([256, -1, a, <<1:1>>, 1.0, {1}]);
        N when N rem 5 =:= 0 -> random_terms:bytes();
        N when N rem 5 =:= 1 -> random_terms:byte_list(below(20));
        N when N rem 25 =:= 2 -> [iodata_element(100000), [iodata_element(100000) | <<"end">>]];
        _ -> below(256)
    end.

%% -- Packets --

packet_option() ->
    one_of([{packet_size, one_of([0, 1, 5, 20, 1 bsl 31, 1 bsl 32, -1, a])}, {line_length, one_of([0, 1, 5, 20, 1 bsl 31, 1 bsl 32, -1])},
            {line_delimiter, one_of([10, 13, $a, 0, 255, 256, -1, a])}, {unknown, 1}, packet_size]).

packet(1) -> sized(8);
packet(2) -> sized(16);
packet(4) -> sized(32);
packet(asn1) ->
    Tag = one_of([<<17>>, <<16#1f, 16#81, 17>>, <<16#1f, 5>>, <<16#3f, 16#ff, 16#ff, 1>>]),
    Size = below(300),
    Length = one_of([<<(Size rem 128)>>, <<16#81, Size>>, <<16#82, Size:16>>, <<16#84, Size:32>>, <<16#80>>]),
    <<Tag/binary, Length/binary, (content())/binary>>;
packet(sunrm) -> <<(one_of([0, 1])):1, (below(30)):31, (content())/binary>>;
packet(cdr) ->
    Size = below(20),
    <<"GIOP", 1, 0, (case below(2) of 0 -> <<0, 0, Size:32>>; 1 -> <<1, 0, Size:32/little>> end)/binary, (content())/binary>>;
packet(fcgi) -> <<1, 2, 0, 1, (below(20)):16, (below(4)), 0, (content())/binary>>;
packet(tpkt) -> <<3, 0, (below(30)):16, (content())/binary>>;
packet(ssl_tls) -> one_of([<<(one_of([20, 21, 22, 23])), 3, (below(5)), (below(30)):16, (content())/binary>>, <<1:1, (below(30)):15, 1, 3, 1, (content())/binary>>]);
packet(Type) when Type =:= http; Type =:= http_bin -> iolist_to_binary([start_line(), ending(), header(), ending(), ending()]);
packet(Type) when Type =:= httph; Type =:= httph_bin -> iolist_to_binary([header(), ending(), one_of([header(), "", ending()]), ending()]);
packet(_) -> iolist_to_binary([content(), ending(), content(), ending()]).

sized(Bits) ->
    Content = content(),
    <<(byte_size(Content) + one_of([0, 0, -1, 1, 5])):Bits, Content/binary>>.

content() -> list_to_binary([one_of([below(256), $a, $\n, 0]) || _ <- lists:seq(1, below(40))]).

ending() -> one_of(["\r\n", "\r\n", "\r\n", "\n", "\n", "\r", "", "\r\n ", "\n\t", "\r\nx"]).

start_line() ->
    case below(3) of
        0 -> ["HTTP/", version(), spaces(), integer_to_list(one_of([200, 404, 0, 7, 1000, below(100000)])), spaces(), one_of(["OK", "", "Not Found", "\xe9"])];
        1 -> [method(), spaces(), uri(), spaces(), "HTTP/", version(), one_of(["", "", " "])];
        2 -> [method(), spaces(), uri()]
    end.

version() -> one_of(["1.0", "1.1", "1.1", "0.9", "2", "11.22", "1.", ".1", "1.x", "999999999999.1", "-1.0"]).

spaces() -> one_of([" ", " ", " ", "  ", "\t", ""]).

method() -> one_of(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "G", "", "G(T", "THIS-METHOD-IS-RATHER-LONG"]).

uri() ->
    one_of(["*", "/", "/abc/def?x=y#z", "http://host/path", "http://host:80/path", "https://host", "https://h:443", "http://", "http://:1/",
            "http://h:x/", "http://[::1]:8080/a", "scheme:rest", "host:99", "HTTP://HOST/", "http://a@b:1/c", "nothing", "", "http://h:99999999999/",
            "http:/h", "ftp://h/x", ":", "/\xe9"]).

header() ->
    [one_of(["Host", "host", "CONTENT-LENGTH", "Content-length", "x-own-Field", "X", "A-b-C-", "-", "", "Very-Long-Name-Of-A-Field-That-No-Table-Has",
             "Set-Cookie", "Keep-Alive", "sec-websocket-key", "X-Forwarded-For", "Accept-Encoding", "abcdefghijklmnopqrst", "abcdefghijklmnopqrstu", "a b", "a\xe9"]),
     one_of([":", ":", ":", " :", "", "::", "="]), spaces(), one_of(["value", "", "  x  ", "a:b", "1, 2", "\xe9", "two\twords "])].

%% -- Numbers --

number_call(0) -> {erlang, one_of([integer_to_list, integer_to_binary]), [integer()]};
number_call(1) -> {erlang, one_of([integer_to_list, integer_to_binary]), [integer(), base()]};
number_call(2) -> {erlang, list_to_integer, [integer_text(10)]};
number_call(3) -> integer_of(integer_text(10), []);
number_call(N) when N =:= 4; N =:= 5 ->
    Base = base(),
    Text = integer_text(Base),
    case N of
        4 -> {erlang, list_to_integer, [Text, Base]};
        5 -> integer_of(Text, [Base])
    end;
number_call(N) when N =:= 6; N =:= 7 -> {erlang, one_of([float_to_list, float_to_binary]), [number(), several(fun float_option/0)]};
number_call(8) -> {erlang, one_of([float_to_list, float_to_binary]), [number()]};
number_call(9) -> {erlang, list_to_float, [float_text()]};
number_call(10) -> {erlang, binary_to_float, [binary_of(float_text())]};
number_call(11) -> {erlang, one_of([round, trunc, floor, ceil, float, abs]), [number()]};
number_call(12) -> {binary, encode_unsigned, [integer() | one_of([[], [little], [big], [native]])]};
number_call(13) -> {binary, decode_unsigned, [one_of_rarely(random_terms:bits(), random_terms:bytes()) | one_of([[], [little], [big], [a]])]}.

%% OTP's binary_to_integer takes long texts with a sign amid their digits, for some number.
integer_of(Text, Base) ->
    case length(Text) > 17 andalso lists:any(fun(C) -> C =:= $- orelse C =:= $+ end, tl(Text)) of
        true -> {erlang, list_to_integer, [Text | Base]};
        false -> {erlang, binary_to_integer, [binary_of(Text) | Base]}
    end.

integer() -> one_of_rarely(term(0), random_terms:integer()).

number() -> one_of_rarely(term(0), case below(4) of 0 -> random_terms:integer(); _ -> random_terms:float() end).

base() -> one_of_rarely(one_of([0, 1, 37, -2, a, 1 bsl 64]), 2 + below(35)).

float_option() ->
    one_of_rarely(one_of([{decimals, -1}, {decimals, 254}, {scientific, 250}, {scientific, -1}, {scientific, 1 bsl 64}, {decimals, a}, long, 1, {short, 1}]),
                  one_of([compact, short, {decimals, below(8)}, {decimals, below(254)}, {scientific, below(20)}, {scientific, below(250)}])).

integer_text(Base) when is_integer(Base), Base >= 2, Base =< 36 ->
    Text = integer_to_list(random_terms:integer(), Base),
    changed(one_of([Text, Text, string:to_lower(Text), "+" ++ Text, "000" ++ Text]));
integer_text(_) -> "12".

float_text() ->
    F = random_terms:float(),
    changed(one_of([float_to_list(F), float_to_list(F, [short]), float_to_list(F, [{scientific, below(30)}]), digits() ++ "." ++ digits(),
                    digits() ++ "." ++ digits() ++ one_of(["e", "E"]) ++ one_of(["", "+", "-"]) ++ integer_to_list(below(400))])).

digits() -> [$0 + below(10) || _ <- lists:seq(1, one_of([1, 2, 5, 17, 30, 320]))].

%% A text, in one case of three with a character changed.
changed(Text) when Text =:= [] -> Text;
changed(Text) ->
    case below(3) of
        0 ->
            {Before, [Old | After]} = lists:split(below(length(Text)), Text),
            New = one_of([$0, $9, $+, $-, $., $e, $E, $\s, $_, $#, $a, $z, $A, $Z, $\n, 0, 16#e9, 16#3bb, -1, a]),
            Before ++ one_of([[New, Old | After], [New | After], After, []]);
        _ -> Text
    end.

binary_of(Text) -> list_to_binary([if is_integer(C), C >= 0, C < 256 -> C; true -> 255 end || C <- Text]).

%% -- Atoms, texts, bytes, identities --

text_call(0) -> {erlang, atom_to_list, [atom()]};
text_call(1) -> {erlang, atom_to_binary, [atom() | one_of([[], [utf8], [latin1], [unicode], [utf16], [1]])]};
text_call(2) -> {?MODULE, random_atom_made, [hostile_text()]};
text_call(3) ->
    {erlang, one_of([binary_to_atom, binary_to_existing_atom]), [random_utf8() | one_of([[], [utf8], [latin1], [unicode], [a]])]};
text_call(4) -> {erlang, one_of([list_to_binary, iolist_to_binary, iolist_size, list_to_bitstring]), [iodata()]};
text_call(5) -> {?MODULE, joined, [{erlang, iolist_to_iovec, [iodata()]}]};
text_call(6) -> {erlang, one_of([bitstring_to_list, binary_to_list]), [random_terms:bits()]};
text_call(7) ->
    Bytes = random_terms:bytes(),
    Positions = [0, 1, 2, below(byte_size(Bytes) + 1), below(byte_size(Bytes) + 1), byte_size(Bytes), byte_size(Bytes) + 1, -1],
    {erlang, binary_to_list, [Bytes, one_of(Positions), one_of(Positions)]};
text_call(8) -> {erlang, split_binary, [random_terms:bytes(), one_of([0, 1, 5, 63, 64, 65, 1000, -1, a])]};
text_call(9) -> {erlang, list_to_tuple, [iodata()]};
text_call(10) -> {erlang, tuple_to_list, [term(1)]};
text_call(N) when N =:= 11; N =:= 12 ->
    {unicode, one_of([characters_to_binary, characters_to_list]), [chardata(), encoding()]};
text_call(N) when N =:= 13; N =:= 14 -> {unicode, characters_to_binary, [chardata(), encoding(), encoding()]};
text_call(15) ->
    put(local_only, true),
    Call = one_of([{erlang, pid_to_list, [random_terms:pid()]}, {erlang, port_to_list, [random_terms:port()]},
                   {erlang, ref_to_list, [random_terms:reference()]}, {erlang, fun_to_list, [a_fun()]}]),
    erase(local_only),
    Call;
text_call(16) ->
    {Function, Text} = one_of([{list_to_pid, "<0.123.4>"}, {list_to_pid, "<0.268435455.8191>"}, {list_to_port, "#Port<0.17>"},
                               {list_to_port, "#Port<0.4294967296>"}, {list_to_ref, "#Ref<0.1.2.3>"}, {list_to_ref, "#Ref<0.4294967295.262144.262143>"}]),
    {erlang, Function, [changed(changed(Text))]};
text_call(17) -> {erlang, one_of([atom_to_list, list_to_atom, list_to_binary, pid_to_list, fun_to_list, float_to_list, integer_to_list, bitstring_to_list,
                                  tuple_to_list, list_to_pid, list_to_integer, binary_to_integer, binary_to_float, list_to_float, binary_to_list]), [term(1)]};
text_call(18) -> {?MODULE, twice, [one_of([bitstring_to_list, binary_to_list]), random_terms:bits()]};
text_call(19) -> {erlang, list_to_existing_atom, [one_of([atom_to_list(random_terms:atom()), "no such atom " ++ random_terms:characters(3)])]}.

atom() -> one_of_rarely(term(0), random_terms:atom()).

a_fun() ->
    put(local_only, true),
    Made = random_terms:term(1),
    case is_function(Made) of true -> Made; false -> fun lists:map/2 end.

%% What list_to_atom gives, which must read back as the same text.
random_atom_made(Text) ->
    Atom = list_to_atom(Text),
    {atom_to_list(Atom) =:= Text, Atom}.

%% A list made of bits, and what of it is made again.
twice(Function, Bits) ->
    List = apply(erlang, Function, [Bits]),
    {List, list_to_bitstring(List)}.

hostile_text() ->
    Text = random_terms:characters(one_of([0, 1, 10, 254, 255, 256, 300])),
    case below(3) of
        0 -> Text ++ one_of([[16#d800], [16#110000], [-1], [a], a, [<<"x">>], [1.0], [16#dfff, 1], [1 bsl 70]]);
        _ -> Text
    end.

%% UTF-8 of names long enough that no machine has them by chance, sometimes damaged.
random_utf8() ->
    Bytes = unicode:characters_to_binary("name of no atom" ++ random_terms:characters(one_of([0, 10, 230, 240, 241, 300]))),
    case below(3) of 0 -> damaged(Bytes); _ -> Bytes end.

chardata() ->
    case below(6) of
        0 -> iodata();
        1 -> [chardata() | one_of([[], <<"tail">>, <<16#e2, 16#82>>, a])];
        2 -> hostile_text();
        3 -> damaged(unicode:characters_to_binary(random_terms:characters(below(40)), utf8, one_of([utf8, {utf16, little}, utf16, utf32, {utf32, little}])));
        4 -> [random_terms:characters(below(10)), unicode:characters_to_binary(random_terms:characters(below(10))), one_of([$a, 16#3bb])];
        5 -> unicode:characters_to_binary(random_terms:characters(below(40)), utf8, one_of([utf8, {utf16, little}, utf16, utf32, {utf32, little}]))
    end.

encoding() ->
    one_of_rarely(one_of([latin2, 1, {utf8, big}]),
                  one_of([utf8, utf8, latin1, unicode, utf16, {utf16, little}, {utf16, big}, utf32, {utf32, little}, {utf32, big}])).

%% -- Time --

time_call(0) -> {erlang, universaltime_to_localtime, [date_time()]};
time_call(1) -> {erlang, localtime_to_universaltime, [by_day(date_time())]};
time_call(2) -> {erlang, localtime_to_universaltime, [by_day(date_time()), one_of([true, false, undefined, maybe_not, 1])]};
time_call(3) -> {erlang, universaltime_to_posixtime, [date_time()]};
time_call(4) -> {erlang, posixtime_to_universaltime, [seconds()]};
time_call(5) -> {erlang, convert_time_unit, [random_terms:integer(), unit(), unit()]};
time_call(6) -> {erlang, one_of([monotonic_time, system_time, time_offset]), [one_of([a, 0, -1, 1.0, [second], {second}])]}.

%% Not at night, when clocks are set: what a time means then that is twice or not at all, C's library says in one way
%% or another.
by_day({Date, {Hour, Minute, Second}}) when Hour < 6 -> {Date, {Hour + 8, Minute, Second}};
by_day(Other) -> Other.

date_time() ->
    Year = one_of([1, 0, -1, 1582, 1900, 1901, 1902, 1969, 1970, 1971, 2000, 2004, 2024, 2026, 2037, 2038, 2039, 2100, 2106, 2400, 9999, 10000,
                   1 bsl 31, 1 bsl 64, a, 1970 + below(80), 1970 + below(80), 1970 + below(80), 1970 + below(80), 1970 + below(80)]),
    Month = one_of_rarely(one_of([0, 13, -1, 1.0]), 1 + below(12)),
    Day = one_of_rarely(one_of([0, 32, -1]), one_of([1, 28, 29, 30, 31, 1 + below(28), 25 + below(7)])),
    Time = {one_of_rarely(one_of([24, -1, 25]), one_of([0, 1, 2, 3, 23, below(24)])), one_of_rarely(one_of([60, -1]), below(60)),
            one_of_rarely(one_of([60, 61, -1]), below(60))},
    one_of_rarely(one_of([{{2000, 1, 1}}, {2000, 1}, a, {{2000, 1, 1}, {0, 0}}]), {{Year, Month, Day}, Time}).

seconds() ->
    one_of([0, 1, -1, below(1 bsl 31), -below(1 bsl 31), below(1 bsl 36), -below(1 bsl 36), 67767976233532799, 67767976233532800, 1 bsl 62, 1 bsl 64,
            67768036191694800, -67768040609740800, -67768040609740801, -62167219200, -62167219201, 253402300799, 253402300800, a, 1.0]).

unit() ->
    one_of_rarely(one_of([0, -1, a, 1.5, seconds]),
                  one_of([second, millisecond, microsecond, nanosecond, native, perf_counter, below(100000) + 1, 1 bsl 70])).

%% -- Display --

without_maps() ->
    Term = term(),
    case random_terms:has_map(Term) of true -> without_maps(); false -> Term end.
