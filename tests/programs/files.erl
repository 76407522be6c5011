%% Files, directories and links, through `file`, `filelib` and `prim_file`, with their errors.
-module(files).
-export([main/1]).
-include_lib("kernel/include/file.hrl").

main(_) ->
    Dir = directory(),
    ok = file:make_dir(Dir),
    try
        [run(Part, Dir) || Part <- [fun whole/1, fun raw/1, fun positions/1, fun served/1, fun modes/1, fun encodings/1,
                                    fun information/1, fun changes/1, fun tree/1, fun links/1, fun names/1,
                                    fun working_directory/1, fun owners/1, fun closed/1, fun consulted/1, fun large/1,
                                    fun in_memory/1, fun arguments/1]]
    after
        ok = file:del_dir_r(Dir)
    end.

directory() ->
    Base = case os:getenv("TMPDIR") of false -> "/tmp"; Set -> Set end,
    filename:join(Base, "purlin-files-" ++ os:getpid() ++ "-" ++ integer_to_list(erlang:unique_integer([positive]))).

run(Part, Dir) ->
    {name, Name} = erlang:fun_info(Part, name),
    Own = filename:join(Dir, Name),
    ok = file:make_dir(Own),
    Part(Own).

%% Prints what an expression gives.
show(What, Value) -> io:format("~ts: ~tp~n", [What, Value]).

whole(Dir) ->
    F = filename:join(Dir, "f"),
    show("write_file", file:write_file(F, [<<"one ">>, ["two", $\s], <<"three">>])),
    show("read_file", file:read_file(F)),
    show("append", file:write_file(F, " four", [append])),
    show("read again", file:read_file(F)),
    show("exclusive", file:write_file(F, "x", [exclusive])),
    show("empty", {file:write_file(F, ""), file:read_file(F)}),
    show("missing", file:read_file(filename:join(Dir, "missing"))),
    show("a directory", file:read_file(Dir)),
    show("write a directory", file:write_file(Dir, "x")),
    show("in a file", file:read_file(filename:join(F, "x"))),
    show("not bytes", file:write_file(F, [a])),
    show("too large a number", file:write_file(F, [256])),
    show("of the system", element(1, file:read_file("/proc/self/status"))),
    show("copy", {file:write_file(F, "0123456789"), file:copy(F, F ++ "2"), file:read_file(F ++ "2")}),
    show("copy some", {file:copy(F, F ++ "3", 4), file:read_file(F ++ "3")}).

raw(Dir) ->
    F = filename:join(Dir, "f"),
    {ok, W} = file:open(F, [raw, write, binary]),
    show("write", file:write(W, [<<"line one\r\n">>, "line two\n", binary:copy(<<"x">>, 300), "\nlast"])),
    show("read what is for writing", file:read(W, 10)),
    show("close", file:close(W)),
    [begin
         {ok, R} = file:open(F, [raw, read | Modes]),
         show("read_line", [file:read_line(R), file:read_line(R)]),
         show("read", file:read(R, 5)),
         {ok, Rest} = file:read(R, 1000),
         show("rest", iolist_size(Rest)),
         show("eof", {file:read(R, 1), file:read_line(R)}),
         show("nothing", file:read(R, 0)),
         show("write what is for reading", file:write(R, "x")),
         show("close", file:close(R))
     end || Modes <- [[], [binary], [binary, read_ahead], [{read_ahead, 16}]]].

positions(Dir) ->
    F = filename:join(Dir, "f"),
    ok = file:write_file(F, "0123456789"),
    {ok, D} = file:open(F, [raw, read, write, binary]),
    show("positions", [file:position(D, P) || P <- [3, {cur, 2}, {eof, -1}, eof, bof, {bof, 4}, cur]]),
    show("before the start", [file:position(D, P) || P <- [{bof, -1}, {cur, -100}, {eof, -100}, -1]]),
    show("no position", [file:position(D, P) || P <- [x, {x, 1}, 1.5, {cur, 1 bsl 70}]]),
    show("pread", [file:pread(D, 2, 3), file:pread(D, 8, 10), file:pread(D, 10, 1), file:pread(D, -1, 1)]),
    show("several", file:pread(D, [{0, 1}, {5, 2}, {100, 1}])),
    show("pwrite", [file:pwrite(D, 2, "ab"), file:pwrite(D, [{0, "X"}, {12, <<"end">>}]), file:pwrite(D, -1, "x")]),
    show("result", file:read_file(F)),
    show("truncate", {file:position(D, 5), file:truncate(D), file:read_file(F)}),
    show("sync", [file:sync(D), file:datasync(D)]),
    show("advise", [file:advise(D, 0, 0, A) || A <- [normal, random, sequential, will_need, dont_need, no_reuse, x]]),
    show("allocate", [file:allocate(D, 0, 100), file:allocate(D, -1, 1)]),
    show("pointed", begin
                        ok = file:pwrite(D, 0, <<4:32, 20:32>>),
                        ok = file:pwrite(D, 20, "data"),
                        [file:ipread_s32bu_p32bu(D, O, M) || {O, M} <- [{0, 100}, {0, 2}, {0, infinity}, {1000, 10}]]
                    end),
    show("read and write", {file:position(D, 0), file:read(D, 2), file:write(D, "Y"), file:pread(D, 0, 4)}),
    show("handle", byte_size(prim_file:get_handle(D))),
    ok = file:close(D).

served(Dir) ->
    F = filename:join(Dir, "f"),
    {ok, W} = file:open(F, [write]),
    show("formatted", io:format(W, "~p ~s~n", [[1, two, "three"], "four"])),
    show("put_chars", io:put_chars(W, "line\nlast line")),
    show("write", file:write(W, ["\n", <<"{term, 1}.\n">>, "'and a'. \n"])),
    show("close", file:close(W)),
    show("close again", file:close(W)),
    {ok, R} = file:open(F, [read]),
    show("lines", [io:get_line(R, ''), io:get_line(R, ''), file:read_line(R)]),
    show("chars", [io:get_chars(R, '', 3), file:read(R, 2)]),
    show("rest", io:get_line(R, '')),
    show("terms", [io:read(R, ''), io:read(R, ''), io:read(R, '')]),
    show("position", [file:position(R, bof), io:get_chars(R, '', 4), file:position(R, {cur, 1})]),
    show("fread", io:fread(R, '', "~s ~s")),
    show("pread", file:pread(R, [{0, 2}, {3, 4}])),
    {ok, Read} = file:open(F, [read]),
    show("write what is for reading", [file:write(Read, "x"), element(1, catch io:put_chars(Read, "x"))]),
    show("options", lists:sort(io:getopts(R))),
    show("encoding", [io:setopts(R, [{encoding, utf8}]), lists:sort(io:getopts(R))]),
    show("columns", io:columns(R)),
    show("close", file:close(R)),
    show("closed", [file:read(R, 1), catch io:get_line(R, '')]).

modes(Dir) ->
    F = filename:join(Dir, "f"),
    [show(io_lib:format("~p", [Modes]), case file:open(F, Modes) of
                                            {ok, D} -> {file:write(D, "ab"), file:close(D), file:read_file(F)};
                                            Error -> Error
                                        end)
     || Modes <- [[read], [raw, read], [write], [raw, append], [append], [exclusive], [read, write], [raw, read, write],
                  [write, sync], [raw, write, delayed_write], [{delayed_write, 10, 10}, raw, write], [x], [raw, x],
                  [write, x], write, {write}, [raw, read, directory]]],
    show("directory", [file:open(Dir, M) || M <- [[read], [raw, read], [write], [raw, write]]]),
    {ok, D} = file:open(Dir, [raw, read, directory]),
    show("opened", [file:read(D, 10), file:close(D)]),
    show("nowhere", [file:open(filename:join([Dir, "x", "y"]), M) || M <- [[read], [write], [raw, write]]]),
    show("special", [file:open("/dev/null", [raw, write]) =/= x, file:write_file("/dev/null", "x"),
                     file:read_file("/dev/null"), file:open("/dev/purlin/none", [write])]).

encodings(Dir) ->
    F = filename:join(Dir, "f"),
    [begin
         {ok, W} = file:open(F, [write, {encoding, E}]),
         Put = io:put_chars(W, [16#e5, 16#20ac, "x\n"]),
         show(io_lib:format("~p", [E]), {Put, file:close(W), file:read_file(F)}),
         {ok, R} = file:open(F, [read, binary, {encoding, E}]),
         show("read", [io:get_line(R, ''), io:get_line(R, '')]),
         file:close(R)
     end || E <- [utf8, {utf16, big}, {utf16, little}, {utf32, big}, unicode]],
    {ok, W} = file:open(F, [write]),
    show("latin1", [io:put_chars(W, [16#e5]), element(1, catch io:put_chars(W, [16#20ac])), file:close(W)]),
    show("bad", begin
                    ok = file:write_file(F, <<"ok\n", 255, 254, "\n">>),
                    {ok, R} = file:open(F, [read, {encoding, utf8}]),
                    [io:get_line(R, ''), io:get_line(R, ''), file:close(R)]
                end),
    show("unknown", file:open(F, [read, {encoding, x}])),
    show("bom", unicode:bom_to_encoding(<<16#ef, 16#bb, 16#bf, "x">>)).

information(Dir) ->
    F = filename:join(Dir, "f"),
    ok = file:write_file(F, "0123456789"),
    {ok, Info} = file:read_file_info(F, [{time, posix}]),
    show("file", facts(Info)),
    {ok, Directory} = file:read_file_info(Dir),
    show("directory", {Directory#file_info.type, Directory#file_info.access}),
    {ok, Device} = file:read_file_info("/dev/null"),
    show("device", {Device#file_info.type, Device#file_info.size}),
    {ok, D} = file:open(F, [raw, read]),
    {ok, OfHandle} = file:read_file_info(D, [{time, posix}]),
    show("same", OfHandle#file_info{atime = 0} =:= Info#file_info{atime = 0}),
    ok = file:close(D),
    {ok, Local} = file:read_file_info(F),
    {{Year, _, _}, {_, _, _}} = Local#file_info.mtime,
    show("time", Year > 2000),
    show("missing", [file:read_file_info(filename:join(Dir, "x")), file:read_link_info(filename:join(Dir, "x"))]),
    show("functions", [filelib:is_file(F), filelib:is_regular(F), filelib:is_dir(F), filelib:is_dir(Dir),
                       filelib:file_size(F), filelib:file_size(F ++ "x"), filelib:last_modified(F ++ "x")]).

facts(#file_info{type = Type, access = Access, size = Size, links = Links, mode = Mode}) ->
    {Type, Access, Size, Links, Mode band 8#777}.

changes(Dir) ->
    F = filename:join(Dir, "f"),
    ok = file:write_file(F, "x"),
    show("mode", [begin R = file:change_mode(F, M), {ok, I} = file:read_file_info(F), {R, I#file_info.mode band 8#7777} end
                  || M <- [8#600, 8#644, 8#6755, 8#1644]]),
    show("time", [begin
                      R = file:write_file_info(F, #file_info{atime = A, mtime = M}, [{time, posix}]),
                      {ok, I} = file:read_file_info(F, [{time, posix}]),
                      {R, I#file_info.atime, I#file_info.mtime}
                  end || {A, M} <- [{1000000000, 1100000000}, {0, -1}, {5, undefined}]]),
    show("local time", [file:change_time(F, {{2001, 2, 3}, {4, 5, 6}}),
                        element(2, {ok, _} = {ok, filelib:last_modified(F)})]),
    show("owner", begin {ok, I} = file:read_file_info(F),
                        [file:change_owner(F, I#file_info.uid), file:change_group(F, I#file_info.gid),
                         file:change_owner(F, I#file_info.uid, I#file_info.gid)] end),
    show("missing", [file:change_mode(F ++ "x", 8#644), file:change_owner(F ++ "x", 0),
                     file:change_time(F ++ "x", {{2001, 2, 3}, {4, 5, 6}})]),
    show("wrong", file:write_file_info(F, #file_info{mtime = x})).

tree(Dir) ->
    [A, B, C] = [filename:join(Dir, N) || N <- ["a", "b", "c"]],
    show("make_dir", [file:make_dir(A), file:make_dir(A), file:make_dir(filename:join([Dir, "x", "y"]))]),
    ok = file:write_file(filename:join(A, "f"), "1"),
    ok = file:write_file(filename:join(A, "g"), "2"),
    show("list_dir", begin {ok, L} = file:list_dir(A), lists:sort(L) end),
    show("list_dir of nothing", [file:list_dir(B), file:list_dir(filename:join(A, "f")), file:list_dir_all(B)]),
    show("del_dir", [file:del_dir(A), file:del_dir(B), file:del_dir(filename:join(A, "f"))]),
    show("delete", [file:delete(filename:join(A, "g")), file:delete(filename:join(A, "g")), file:delete(A)]),
    show("rename", [file:rename(A, B), file:rename(A, B), file:list_dir(B)]),
    show("rename over", [file:make_dir(A), file:rename(A, B), file:rename(filename:join(B, "f"), A),
                         file:rename(A, filename:join(A, "x")), file:rename("/", C)]),
    show("ensure_dir", [filelib:ensure_dir(filename:join([C, "d", "e", "f"])), filelib:is_dir(filename:join([C, "d", "e"]))]),
    ok = file:write_file(filename:join([C, "d", "m.erl"]), ""),
    ok = file:write_file(filename:join([C, "d", "e", "n.erl"]), ""),
    show("wildcard", [lists:sort(filelib:wildcard(W, C)) || W <- ["*", "d/*", "**/*.erl", "d/{e,m}*", "x*", "d/?.erl", "d/[a-m]*"]]),
    show("del_dir_r", [file:del_dir_r(C), filelib:is_file(C), file:del_dir_r(C)]).

links(Dir) ->
    [F, Soft, Hard, Nowhere] = [filename:join(Dir, N) || N <- ["f", "soft", "hard", "nowhere"]],
    ok = file:write_file(F, "x"),
    show("make", [file:make_symlink("f", Soft), file:make_link(F, Hard), file:make_symlink("gone", Nowhere)]),
    show("again", [file:make_symlink("f", Soft), file:make_link(F, Hard), file:make_link(F ++ "x", Hard ++ "x")]),
    show("read_link", [file:read_link(Soft), file:read_link(Nowhere), file:read_link(F), file:read_link(F ++ "x"),
                       file:read_link_all(Soft)]),
    show("through", [file:read_file(Soft), file:read_file(Hard), file:read_file(Nowhere)]),
    {ok, OfLink} = file:read_link_info(Soft),
    {ok, OfFile} = file:read_file_info(Soft),
    show("types", {OfLink#file_info.type, OfFile#file_info.type, OfFile#file_info.links}),
    show("none", element(1, file:read_link_info(Nowhere))),
    show("altname", file:altname(F)).

names(Dir) ->
    show("encoding", lists:member(file:native_name_encoding(), [latin1, utf8])),
    Names = ["plain", [$a, [$b, [$c]]], <<"binary">>, 'atom', "with space", "-", "..x"],
    show("written", [file:write_file(filename:join(Dir, N), "x") || N <- Names]),
    show("listed", begin {ok, L} = file:list_dir(Dir), lists:sort(L) end),
    show("nested", file:read_file([Dir, $/, <<"plain">>, ""])),
    show("deep", file:read_file([[[Dir]], "/", ["pl", [$a]], "in"])),
    show("zero", [file:read_file("a\0b"), file:read_file(<<"a", 0>>), file:open("a\0", [raw, read])]),
    show("empty", [file:read_file(""), file:list_dir(""), file:make_dir(""), file:delete(<<>>)]),
    show("no name", [catch file:read_file(17), catch file:read_file({a}), catch file:read_file([a | b]),
                     catch file:open(17, [read]), catch file:delete(self()), catch file:read_file([-1])]),
    show("long", file:read_file(lists:duplicate(5000, $x))),
    show("native", [catch prim_file:internal_name2native(N) || N <- ["abc", <<"abc">>, "", [], ["a", "b"]]]),
    show("no native", [element(1, catch prim_file:internal_name2native(N)) || N <- [abc, [0], 17, [a], [$a | b]]]),
    show("back", prim_file:internal_native2name(<<"abc">>)).

working_directory(Dir) ->
    {ok, Before} = file:get_cwd(),
    ok = file:write_file(filename:join(Dir, "f"), "here"),
    ok = file:make_dir(filename:join(Dir, "sub")),
    show("set_cwd", file:set_cwd(Dir)),
    show("relative", [file:read_file("f"), file:read_file("./f"), file:list_dir("sub"), filelib:is_dir("sub")]),
    show("sub", [file:set_cwd("sub"), file:read_file("../f"), filename:basename(element(2, file:get_cwd()))]),
    show("write", [file:write_file("g", "x"), filelib:is_file(filename:join([Dir, "sub", "g"]))]),
    show("errors", [file:set_cwd("none"), file:set_cwd("g"), file:set_cwd(""), file:get_cwd("/"), file:get_cwd("C:")]),
    show("absname", filename:absname("g") =:= filename:join(element(2, file:get_cwd()), "g")),
    show("back", [file:set_cwd(Before), file:get_cwd() =:= {ok, Before}]).

%% A file is its opener's alone, and is closed when that ends.
owners(Dir) ->
    F = filename:join(Dir, "f"),
    ok = file:write_file(F, "0123456789"),
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() ->
                                       {ok, D} = file:open(F, [raw, read]),
                                       {ok, S} = file:open(F, [read]),
                                       Self ! {opened, D, S},
                                       receive stop -> ok end
                               end),
    receive {opened, Raw, Served} -> ok end,
    show("raw of another", element(1, element(2, catch file:read(Raw, 1)))),
    show("served of another", [file:read(Served, 2), io:get_chars(Served, '', 2)]),
    Watch = monitor(process, Served),
    Pid ! stop,
    receive {'DOWN', Ref, process, Pid, Reason} -> show("ended", Reason) end,
    receive {'DOWN', Watch, process, _, _} -> ok end,
    show("served is closed", file:read(Served, 1)),
    show("killed", closed_by_kill(F)).

%% A file whose opener is killed is closed soon after that.
closed_by_kill(F) ->
    Self = self(),
    Pid = spawn(fun() ->
                        {ok, D} = file:open(F, [raw, read, binary]),
                        <<Number:32/native>> = prim_file:get_handle(D),
                        Self ! {descriptor, Number},
                        receive never -> ok end
                end),
    receive {descriptor, Number} -> ok end,
    Link = "/proc/self/fd/" ++ integer_to_list(Number),
    IsOpen = {ok, F} =:= file:read_link(Link),
    exit(Pid, kill),
    {IsOpen, gone(Link, F)}.

gone(Link, F) ->
    case file:read_link(Link) of
        {ok, F} -> receive after 10 -> gone(Link, F) end;
        _ -> true
    end.

closed(Dir) ->
    F = filename:join(Dir, "f"),
    {ok, D} = file:open(F, [raw, read, write]),
    show("close", [file:close(D), file:close(D)]),
    show("closed", [file:read(D, 1), file:write(D, "x"), file:position(D, 0), file:sync(D), file:truncate(D),
                    file:pread(D, 0, 1), file:pwrite(D, 0, "x"), file:read_line(D), file:datasync(D)]),
    show("no file", [catch file:read(x, 1), catch file:close(x), catch file:write(make_ref(), "x"),
                     element(1, catch file:position({file_descriptor, prim_file, x}, 0))]).

consulted(Dir) ->
    F = filename:join(Dir, "f"),
    ok = file:write_file(F, "{a, 1}.\n[b, \"c\"].\n%% no term\n#{d => <<1>>}.\n"),
    show("consult", file:consult(F)),
    ok = file:write_file(F, "{a, 1}.\n[b, .\n"),
    show("wrong", file:consult(F)),
    show("explained", lists:flatten(file:format_error(element(2, file:consult(F))))),
    show("missing", [file:consult(F ++ "x"), file:format_error(enoent), file:format_error(eisdir)]),
    ok = file:write_file(F, "X = 1 + 2.\nX * 2.\n"),
    show("script", [file:script(F), file:eval(F)]),
    {ok, P, Full} = file:path_open([filename:join(Dir, "none"), Dir], "f", [read]),
    show("path_open", [filename:basename(Full), io:get_line(P, ''), file:close(P)]),
    show("path_consult", element(1, file:path_consult([Dir], "none"))).

large(Dir) ->
    F = filename:join(Dir, "f"),
    Bytes = binary:copy(<<"0123456789abcdef">>, 1 bsl 16),
    show("write", file:write_file(F, [Bytes, Bytes, <<"end">>])),
    {ok, Read} = file:read_file(F),
    show("read", {byte_size(Read), erlang:md5(Read) =:= erlang:md5([Bytes, Bytes, <<"end">>])}),
    {ok, D} = file:open(F, [raw, read, binary]),
    {ok, Part} = file:pread(D, 1 bsl 20, 1 bsl 30),
    show("part", byte_size(Part)),
    show("behind", file:pread(D, 1 bsl 40, 1 bsl 20)),
    show("pieces", length(pieces(D))),
    ok = file:close(D),
    {ok, W} = file:open(F, [raw, write]),
    show("many", file:write(W, [[integer_to_list(N), <<"\n">>, binary:copy(<<"x">>, 65)] || N <- lists:seq(1, 5000)])),
    ok = file:close(W),
    show("size", filelib:file_size(F)).

pieces(D) ->
    case file:read(D, 100000) of
        {ok, Piece} -> [byte_size(Piece) | pieces(D)];
        eof -> []
    end.

in_memory(_) ->
    {ok, D} = file:open(<<"0123456789">>, [ram, read, write, binary]),
    show("ram", [file:read(D, 4), file:pwrite(D, 2, "ab"), file:position(D, 0), file:read(D, 100), file:read(D, 1)]),
    show("places", [file:position(D, P) || P <- [3, {cur, 2}, {eof, -1}, eof, {bof, -1}, {cur, -100}, x]]),
    show("pread", [file:pread(D, 2, 3), file:pread(D, [{0, 1}, {8, 10}, {100, 1}]), file:pread(D, -1, 1)]),
    show("write", [file:position(D, 12), file:write(D, ["x", <<"yz">>]), file:pread(D, 0, 100), file:write(D, [a])]),
    show("truncate", [file:position(D, 3), file:truncate(D), ram_file:get_file(D), ram_file:get_size(D)]),
    show("sync", [file:sync(D), file:datasync(D), file:advise(D, 0, 0, normal), file:allocate(D, 0, 10)]),
    show("close", [file:close(D), file:read(D, 1)]),
    {ok, R} = file:open("list", [ram]),
    show("list", [file:read(R, 2), file:write(R, "x"), file:read(R, 10), file:close(R)]),
    show("wrong", [file:open(x, [ram]), file:open("x", [ram, x])]).

%% What no function takes.
arguments(Dir) ->
    F = filename:join(Dir, "f"),
    {ok, D} = file:open(F, [raw, read, write]),
    show("read", [catch file:read(D, N) || N <- [-1, x, 1 bsl 70, 1.5]]),
    show("pread", [catch file:pread(D, O, N) || {O, N} <- [{x, 1}, {0, x}, {0, -1}, {1 bsl 70, 1}]]),
    show("write", [catch file:write(D, B) || B <- [x, [x], [256], <<1:3>>]]),
    show("allocate", [catch file:allocate(D, x, 1), catch file:allocate(D, 0, 1.5)]),
    show("advise", [catch file:advise(D, x, 1, normal)]),
    ok = file:close(D).
