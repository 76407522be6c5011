%% Streams of `zlib`, and compressed files.
-module(zlib_streams).
-export([main/1]).

main(_) ->
    Text = iolist_to_binary([[integer_to_list(N), " lines of text, "] || N <- lists:seq(1, 5000)]),
    [frame(Bits, Text) || Bits <- [15, -15, 31, 9, -9, 25]],
    levels(Text),
    dictionary(Text),
    behind(Text),
    chunks(Text),
    wrong(Text),
    owner(),
    files(Text).

show(What, Value) -> io:format("~s: ~p~n", [What, Value]).

frame(Bits, Text) ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z, default, deflated, Bits, 8, default),
    {One, Other} = split_binary(Text, 10000),
    Compressed = iolist_to_binary([zlib:deflate(Z, One), zlib:deflate(Z, Other, sync), zlib:deflate(Z, [], finish)]),
    show("deflated", {Bits, byte_size(Compressed), erlang:md5(Compressed), zlib:deflateEnd(Z)}),
    ok = zlib:inflateInit(Z, Bits),
    show("inflated", iolist_to_binary(zlib:inflate(Z, Compressed)) =:= Text),
    show("end", zlib:inflateEnd(Z)),
    Either = if Bits > 0, Bits < 16 -> [47, 32 + Bits]; Bits > 16 -> [47]; true -> [] end,
    [begin
         ok = zlib:inflateInit(Z, E),
         show("either", iolist_to_binary([zlib:inflate(Z, <<B>>) || <<B>> <= Compressed]) =:= Text),
         ok = zlib:inflateEnd(Z)
     end || E <- Either],
    zlib:close(Z).

levels(Text) ->
    Z = zlib:open(),
    [begin
         ok = zlib:deflateInit(Z, L),
         show("level", {L, erlang:md5(iolist_to_binary(zlib:deflate(Z, Text, finish))), zlib:deflateEnd(Z)})
     end || L <- [none, default, best_speed, best_compression, 3, 6]],
    ok = zlib:deflateInit(Z),
    _ = zlib:deflate(Z, Text),
    show("unfinished", catch element(1, element(2, catch zlib:deflateEnd(Z)))),
    ok = zlib:deflateInit(Z),
    show("reset", {iolist_size(zlib:deflate(Z, "abc", finish)), zlib:deflateReset(Z),
                   iolist_to_binary(zlib:deflate(Z, "abc", finish)), zlib:deflateEnd(Z)}),
    zlib:close(Z).

dictionary(Text) ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z),
    Told = zlib:deflateSetDictionary(Z, "lines of text, "),
    Compressed = iolist_to_binary(zlib:deflate(Z, Text, finish)),
    show("dictionary", {Told, byte_size(Compressed), zlib:deflateEnd(Z)}),
    ok = zlib:inflateInit(Z),
    show("asks", try zlib:inflate(Z, Compressed) catch error:Reason -> Reason end),
    show("wrong", try zlib:inflateSetDictionary(Z, "x") catch error:Wrong -> Wrong end),
    show("right", zlib:inflateSetDictionary(Z, "lines of text, ")),
    show("goes on", iolist_to_binary(zlib:inflate(Z, [])) =:= Text),
    ok = zlib:inflateEnd(Z),
    ok = zlib:inflateInit(Z),
    show("told", zlib:inflate(Z, Compressed, [{exception_on_need_dict, false}])),
    zlib:close(Z).

%% What becomes of bytes behind the end.
behind(Text) ->
    Two = iolist_to_binary([zlib:gzip(Text), zlib:gzip("second")]),
    [begin
         Z = zlib:open(),
         ok = zlib:inflateInit(Z, 31, AtEnd),
         show("behind", {AtEnd, try iolist_size(zlib:inflate(Z, Two)) catch error:Reason -> Reason end,
                         catch zlib:inflateEnd(Z)}),
         zlib:close(Z)
     end || AtEnd <- [cut, reset]],
    Z = zlib:open(),
    ok = zlib:inflateInit(Z, 31, error),
    show("behind", try zlib:inflate(Z, Two) catch error:Reason -> Reason end),
    zlib:close(Z).

chunks(Text) ->
    Z = zlib:open(),
    Compressed = zlib:compress(Text),
    ok = zlib:inflateInit(Z),
    {Mark, First} = zlib:safeInflate(Z, Compressed),
    show("safe", {Mark, iolist_size(First)}),
    show("rest", rest(Z, zlib:safeInflate(Z, []), 0)),
    ok = zlib:inflateEnd(Z),
    zlib:close(Z).

rest(Z, {continue, Output}, Size) -> rest(Z, zlib:safeInflate(Z, []), Size + iolist_size(Output));
rest(_, {finished, Output}, Size) -> Size + iolist_size(Output).

wrong(Text) ->
    Z = zlib:open(),
    Try = fun(F) -> try F() catch Class:Reason -> {Class, Reason} end end,
    show("not begun", [Try(fun() -> zlib:deflate(Z, "x") end), Try(fun() -> zlib:inflate(Z, "x") end),
                       Try(fun() -> zlib:deflateEnd(Z) end), Try(fun() -> zlib:inflateReset(Z) end)]),
    ok = zlib:inflateInit(Z),
    show("begun", [Try(fun() -> zlib:inflateInit(Z) end), Try(fun() -> zlib:deflateInit(Z) end),
                   Try(fun() -> zlib:deflate(Z, "x") end)]),
    show("damaged", [Try(fun() -> zlib:inflate(Z, "no data at all") end), Try(fun() -> zlib:inflateEnd(Z) end)]),
    ok = zlib:inflateInit(Z),
    {Half, _} = split_binary(zlib:compress(Text), 100),
    show("half", [iolist_size(zlib:inflate(Z, Half)) > 0, Try(fun() -> zlib:inflateEnd(Z) end)]),
    show("arguments", [Try(fun() -> zlib:deflateInit(Z, 17) end), Try(fun() -> zlib:inflateInit(Z, 100) end),
                       Try(fun() -> zlib:deflateInit(x) end), Try(fun() -> zlib:close(make_ref()) end),
                       Try(fun() -> zlib:deflate(Z, "x", x) end)]),
    show("close", [zlib:close(Z), Try(fun() -> zlib:close(Z) end), Try(fun() -> zlib:deflateInit(Z) end)]).

owner() ->
    Self = self(),
    spawn(fun() -> Self ! zlib:open() end),
    Z = receive Stream -> Stream end,
    show("another's", try zlib:deflateInit(Z) catch error:Reason -> Reason end),
    Own = zlib:open(),
    Pid = spawn(fun() -> receive given -> ok end, Self ! {done, zlib:deflateInit(Own), zlib:close(Own)} end),
    show("given", zlib:set_controlling_process(Own, Pid)),
    Pid ! given,
    receive Done -> show("there", Done) end.

files(Text) ->
    Dir = case os:getenv("TMPDIR") of false -> "/tmp"; Set -> Set end,
    F = filename:join(Dir, "purlin-zlib-" ++ os:getpid() ++ ".gz"),
    show("write", file:write_file(F, Text, [compressed])),
    {ok, Bytes} = file:read_file(F),
    show("gzip", zlib:gunzip(Bytes) =:= Text),
    {ok, D} = file:open(F, [read, raw, binary, compressed]),
    {ok, Start} = file:read(D, 20),
    show("read", {Start, file:position(D, 100), file:read(D, 10), file:position(D, 3), file:read(D, 10)}),
    show("size", file:position(D, {cur, 0})),
    show("close", file:close(D)),
    ok = file:write_file(F, "not compressed\nsecond line\n"),
    {ok, P} = file:open(F, [read, compressed]),
    show("plain", [io:get_line(P, ''), io:get_line(P, ''), io:get_line(P, ''), file:close(P)]),
    show("both", file:open(F, [read, write, compressed])),
    ok = file:delete(F).
