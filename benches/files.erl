%% kind: concurrent
%% size: 200
%% quick: 5
%% Files: a large one written and read, and small operations. The size is megabytes.
-module(files).
-export([main/1]).

-define(MEGABYTE, 1048576).

main(Args) ->
    Size = bench:size(Args),
    Directory = filename:join(os:getenv("TMPDIR", "/tmp"), "bench_files_" ++ os:getpid()),
    ok = file:make_dir(Directory),
    Name = filename:join(Directory, "large"),
    Megabyte = binary:copy(<<"0123456789abcdef">>, ?MEGABYTE div 16),
    bench:timed(file_write, fun() -> write(Name, Megabyte, Size) end),
    bench:timed(file_read_whole, fun() -> {ok, Whole} = file:read_file(Name), Size = byte_size(Whole) div ?MEGABYTE end),
    bench:timed(file_read_parts, fun() -> Size = read(Name, 65536) div ?MEGABYTE end),
    bench:timed(file_read_lines, fun() -> lines(Directory, Size * 200) end),
    Count = Size * 100,
    bench:timed(file_info, fun() -> times(Count, fun() -> {ok, _} = file:read_file_info(Name, [raw]) end) end),
    bench:timed(file_open_close, fun() -> times(Count, fun() -> {ok, F} = file:open(Name, [read, raw, binary]), ok = file:close(F) end) end),
    ok = file:del_dir_r(Directory).

write(Name, Megabyte, Size) ->
    {ok, File} = file:open(Name, [write, raw, binary]),
    times(Size, fun() -> ok = file:write(File, Megabyte) end),
    ok = file:close(File).

read(Name, Bytes) ->
    {ok, File} = file:open(Name, [read, raw, binary]),
    Total = read(File, Bytes, 0),
    ok = file:close(File),
    Total.

read(File, Bytes, Total) ->
    case file:read(File, Bytes) of
        {ok, Part} -> read(File, Bytes, Total + byte_size(Part));
        eof -> Total
    end.

lines(Directory, Count) ->
    Name = filename:join(Directory, "lines"),
    ok = file:write_file(Name, binary:copy(<<"a line of some forty characters, as in logs\n">>, Count)),
    {ok, File} = file:open(Name, [read, raw, binary, {read_ahead, 65536}]),
    Count = count_lines(File, 0),
    ok = file:close(File).

count_lines(File, Count) ->
    case file:read_line(File) of
        {ok, _} -> count_lines(File, Count + 1);
        eof -> Count
    end.

times(0, _) -> ok;
times(Count, Fun) -> Fun(), times(Count - 1, Fun).
