%% erlang:decode_packet/3: framing by every protocol, at every length and bit offset, lines of HTTP, limits and errors.
-module(packets).
-export([main/1]).

main(_) ->
    [show(Type, Bin, []) || {Type, Bin} <- framed()],
    [cut(Type, Bin) || {Type, Bin} <- framed()],
    [show(Type, iolist_to_binary([Line, Rest]), [])
     || Line <- lines(), Rest <- ["\r\n", "\n", "\r\nx", "\r\n y\r\n\r\n"],
        Type <- [http, http_bin, httph, httph_bin, line]],
    [show(Type, <<"GET /abc HTTP/1.0\r\nHost: somewhere\r\n\r\n">>, [{Limit, N}])
     || Type <- [http, httph, line, 1, raw], Limit <- [packet_size, line_length], N <- [0, 1, 16, 18, 19, 20, 40]],
    [show(line, <<"a;b\nc">>, [{line_delimiter, D}]) || D <- [$;, $\n, $x, 255, 256, -1]],
    [show(Type, Bin, Options) || {Type, Bin, Options} <- wrong()],
    [io:format("~p ~p~n", [Type, sweep(Type)]) || Type <- types()],
    ok.

types() ->
    [raw, 0, 1, 2, 4, asn1, sunrm, cdr, fcgi, tpkt, line, http, httph, http_bin, httph_bin, ssl_tls].

show(Type, Bin, Options) ->
    Result = try erlang:decode_packet(Type, Bin, Options)
             catch Class:Reason:Trace ->
                     [{M, F, Arguments, Info} | _] = Trace,
                     {Class, Reason, M, F, length(Arguments), [lists:sort(maps:to_list(Map)) || {error_info, Map} <- Info]}
             end,
    io:format("~w ~w ~w:~n  ~w~n", [Type, Bin, Options, Result]).

framed() ->
    [{1, <<3, "abcdef">>}, {2, <<0, 3, "abcdef">>}, {4, <<0, 0, 0, 3, "abcdef">>}, {4, <<255, 255, 255, 255, 1>>},
     {4, <<128, 0, 0, 0, 1>>}, {4, <<127, 255, 255, 250, 1>>}, {sunrm, <<128, 0, 0, 3, "abcdef">>},
     {asn1, <<17, 3, "abcdef">>}, {asn1, <<16#1f, 16#81, 17, 16#82, 0, 3, "abcdef">>},
     {asn1, <<17, 16#80, "abc">>}, {asn1, <<17, 16#83, 0, 0, 3, "abcdef">>}, {asn1, <<17, 16#85, 0, 0, 0, 0, 1, 2>>},
     {cdr, <<"GIOP", 1, 0, 0, 0, 0, 0, 0, 2, "abcdef">>}, {cdr, <<"GIOP", 1, 0, 1, 0, 2, 0, 0, 0, "abcdef">>},
     {cdr, <<"XIOP", 1, 0, 1, 0, 2, 0, 0, 0, "abcdef">>}, {fcgi, <<1, 2, 0, 1, 0, 2, 3, 0, "abcdefgh">>},
     {fcgi, <<2, 2, 0, 1, 0, 2, 3, 0, "abcdefgh">>}, {tpkt, <<3, 0, 0, 6, "abcdef">>}, {tpkt, <<3, 0, 0, 3, "abc">>},
     {tpkt, <<2, 0, 0, 6, "abcdef">>}, {ssl_tls, <<22, 3, 1, 0, 3, "abcdef">>},
     {ssl_tls, <<1:1, 6:15, 1, 3, 1, "abcdef">>}, {ssl_tls, <<1:1, 2:15, 1, 3, 1, "abcdef">>},
     {raw, <<"abc">>}, {raw, <<>>}, {line, <<"ab\ncd">>}].

%% Every shorter start of it, in the middle of other bits.
cut(Type, Bin) ->
    [begin
         Size = byte_size(Bin) - N,
         <<_:Offset, Part:Size/binary, _/bits>> = <<0:Offset, Bin/bits>>,
         show(Type, Part, [])
     end || N <- lists:seq(0, byte_size(Bin)), Offset <- [3]].

lines() ->
    ["", " ", "GET / HTTP/1.1", "OPTIONS * HTTP/1.0", "POST /a/b?c=d HTTP/10.25", "PATCH /x HTTP/1.1", "get / HTTP/1.1",
     "GET /old", "GET /old  ", "GET  /x   HTTP/1.1 ", "GET /x HTTP/1.", "GET /x HTTP/.1", "GET /x HTTQ/1.1", "GET /x H",
     "GET", "GET ", " GET / HTTP/1.1", "G(T / HTTP/1.1", "GET http://host HTTP/1.1", "GET HTTP://Host:80/a HTTP/1.1",
     "GET https://host:x/a HTTP/1.1", "GET https://host:0/a HTTP/1.1", "GET http://a:1:2/b HTTP/1.1",
     "GET ftp://host/x HTTP/1.1", "GET x HTTP/1.1", "GET xy HTTP/1.1", "GET http:/ HTTP/1.1", "CONNECT h:443 HTTP/1.1",
     "HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1  404   Not  Found ", "HTTP/1.1 OK", "HTTP/1.1200 OK",
     "HTTP/1 200 OK", "HTTP/x.1 200 OK", "HTTP/1.1 99999999999 OK", "HTTP/", "HTTP",
     "Host: a.b", "host:a", "HOST:   a  ", "X-y-Z--w: v", "Content-MD5: 1", "-a-: 1", "Host : a", ": a", "Host", "H\x{e9}: a",
     [lists:duplicate(49, $a), ": v"], [lists:duplicate(50, $a), ": v"], [lists:duplicate(51, $a), ": v"]].

wrong() ->
    Bin = <<"abc">>,
    [{T, Bin, []} || T <- [3, -1, 5, unknown, "line", {}, 1.0, 1 bsl 70]] ++ [{1, B, []} || B <- [abc, "abc", 1]]
        ++ [{1, Bin, O} || O <- [x, [x], [{packet_size, -1}], [{packet_size, 1 bsl 32}], [{line_delimiter, $a}],
                                 [{packet_size, 1, 2}], [{other, 1}], [{packet_size, 1 bsl 70}]]].

%% Bytes from a small alphabet, so that there are lines and heads in them.
sweep(Type) ->
    erlang:phash2(element(1, lists:mapfoldl(fun(_, Seed) -> random(Type, Seed) end, 42, lists:seq(1, 3000)))).

random(Type, Seed) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    Length = (Next bsr 12) rem 24,
    {Bytes, After} = lists:mapfoldl(fun(_, S) ->
                                            T = (S * 1103515245 + 12345) band 16#7fffffff,
                                            {element((T bsr 12) rem 16 + 1, alphabet()), T}
                                    end, Next, lists:seq(1, Length)),
    {erlang:decode_packet(Type, list_to_binary(Bytes), [{packet_size, (Next bsr 9) rem 12}]), After}.

alphabet() ->
    {0, 1, 2, 3, 4, $\r, $\n, $\s, $:, $A, $b, $/, $1, 16#82, 16#9f, $.}.
