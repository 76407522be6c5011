%% kind: concurrent
%% size: 10000000
%% quick: 200000
%% schedulers: 1
%% rounds: 1
%% Long natives and long instructions, one after the other, while a bystander takes turn after turn on the same
%% scheduler: how long it waited for its turn at most. The size is that of lists; binaries have ten bytes for each
%% element, up to a hundred million.
-module(long_natives).
-export([main/1, turns/1, stress/1, waiter/1, sink/0, hibernated/1]).

%% Counters: turns that the bystander had, and the longest time between two of them in nanoseconds.
-define(TURNS, 1).
-define(DELAY, 2).

%% All cases, or those that are named.
main([Size | Names]) ->
    watched(Size, Names, fun(Name, _, Delay) -> bench:report(Name, Delay / 1000, us) end).

%% Prints how many turns the bystander had while each of them ran.
turns([Size | Names]) ->
    watched(Size, Names, fun(Name, Turns, _) -> io:format("~s ~b~n", [Name, Turns]) end).

watched(Text, Names, Tell) ->
    Size = list_to_integer(Text),
    Chosen = [list_to_atom(Name) || Name <- Names],
    Counters = atomics:new(2, []),
    Bystander = spawn_link(fun() -> bystander(Counters, erlang:monotonic_time(nanosecond)) end),
    Families = [lists, terms, numbers, binaries, text, maps, external, messages, state, tables],
    [case_of(Family, Case, Size, Chosen, Counters, Tell) || Family <- Families, Case <- cases(Family)],
    unlink(Bystander),
    exit(Bystander, kill),
    ok.

%% A turn, and then it is the others' again.
bystander(Counters, Last) ->
    Now = erlang:monotonic_time(nanosecond),
    atomics:add(Counters, ?TURNS, 1),
    case Now - Last > atomics:get(Counters, ?DELAY) of
        true -> atomics:put(Counters, ?DELAY, Now - Last);
        false -> ok
    end,
    erlang:yield(),
    bystander(Counters, Now).

%% Each case has a process of its own, so that it begins with a heap of nothing but what it needs.
case_of(Family, Name, Size, Chosen, Counters, Tell) ->
    case Chosen =:= [] orelse lists:member(Name, Chosen) of
        false ->
            ok;
        true ->
            {Pid, Monitor} = spawn_monitor(fun() -> exit({done, measured(Family, Name, Size, Counters)}) end),
            receive
                {'DOWN', Monitor, process, Pid, {done, {Turns, Delay}}} -> Tell(Name, Turns, Delay);
                {'DOWN', Monitor, process, Pid, Reason} -> exit({Name, Reason})
            end
    end.

measured(Family, Name, Size, Counters) ->
    Work = work(Family, Name, Size),
    pause(),
    pause(),
    Before = atomics:get(Counters, ?TURNS),
    atomics:put(Counters, ?DELAY, 0),
    Work(),
    Turns = atomics:get(Counters, ?TURNS) - Before,
    pause(),
    pause(),
    {Turns, atomics:get(Counters, ?DELAY)}.

%% A slice ends where a function begins.
pause() ->
    erlang:yield(),
    paused().

paused() ->
    ok.

cases(lists) ->
    [length, reverse, member, keyfind, append, subtract_few, subtract_many, list_to_tuple, tuple_to_list, setelement,
     make_tuple, append_element, insert_element, delete_element, collect_list, collect_major];
cases(terms) ->
    [exact_lists, equal_lists, order_lists, equal_tuples, equal_binaries, order_bits, phash2_list, phash2_binary,
     phash_list, flat_size, copy_shared, match_literal];
cases(numbers) ->
    [multiply, divide, remainder, divide_small, integer_to_list, list_to_integer, integer_to_base, shift, bitwise];
cases(binaries) ->
    [list_to_binary, iolist_to_binary, iolist_size, binary_to_list, list_to_bitstring, bitstring_to_list, construct,
     construct_bits, append_binary, binary_copy, binary_copies, matches, matches_several, split, longest_prefix,
     decode_unsigned, md5, crc32, adler32];
cases(text) ->
    [characters_to_list, characters_to_binary, bin_is_7bit, compress, uncompress, list_to_float, list_to_float_exact,
     string_to_float, search_words, search_looking_back, search_text];
cases(maps) ->
    [from_list, from_keys, keys, values, to_list, merge, equal_maps, order_maps, phash2_map, key_of_map, put_many];
cases(external) ->
    [term_to_binary, term_to_binary_binary, term_to_binary_map, term_to_binary_compressed, external_size,
     binary_to_term, binary_to_term_compressed];
cases(messages) ->
    [send, send_name, spawn_argument, spawn_fun, exit_reason, exit_watched, hibernate, dictionary_key, persistent_term, process_info];
cases(state) ->
    [atomics_new, put_keys, get_all, get_keys, erase_all, process_info_dictionary];
cases(tables) ->
    [insert_list, insert_list_ordered, lookup_bag, take_bag].

%% The work of a case, with all that it needs made before.
work(lists, Name, Size) ->
    List = lists:seq(1, Size),
    lists_work(Name, Size, List);
work(terms, Name, Size) ->
    terms_work(Name, Size);
work(numbers, Name, Size) ->
    %% The largest integers have 4 million bits.
    Bits = min(Size, 4000000),
    numbers_work(Name, Bits, (1 bsl Bits) div 7);
work(binaries, Name, Size) ->
    binaries_work(Name, Size, bytes(Size));
work(text, Name, Size) ->
    %% Loading a module is not what is measured.
    [] = unicode:characters_to_list([]),
    nomatch = re:run("", "a"),
    text_work(Name, Size);
work(maps, Name, Size) ->
    [] = maps:to_list(#{}),
    maps_work(Name, max(Size div 10, 20000));
work(external, Name, Size) ->
    external_work(Name, Size);
work(messages, Name, Size) ->
    messages_work(Name, Size, lists:seq(1, Size));
work(state, Name, Size) ->
    1 = atomics:get(started(), 1),
    state_work(Name, Size, min(Size, 1000000));
work(tables, Name, Size) ->
    [] = ets:lookup(ets:new(?MODULE, []), key),
    tables_work(Name, min(Size, 1000000)).

%% An array, so that loading the module is not what is measured.
started() ->
    Array = atomics:new(1, []),
    ok = atomics:put(Array, 1, 1),
    Array.

bytes(Size) ->
    binary:copy(<<"0123456789">>, min(Size, 10000000)).

%% What a list is made of again, so that nothing is shared.
again(List) ->
    [X || X <- List].

lists_work(length, Size, List) -> fun() -> Size = length(List) end;
lists_work(reverse, Size, List) -> fun() -> Size = hd(lists:reverse(List)) end;
lists_work(member, _, List) -> fun() -> false = lists:member(none, List) end;
lists_work(keyfind, _, List) ->
    Pairs = [{X} || X <- List],
    fun() -> false = lists:keyfind(none, 1, Pairs) end;
lists_work(append, _, List) -> fun() -> 1 = hd(List ++ [last]) end;
lists_work(subtract_few, _, List) -> fun() -> 1 = hd(List -- [none]) end;
lists_work(subtract_many, Size, List) ->
    Some = lists:seq(Size div 2, Size),
    fun() -> 1 = hd(List -- Some) end;
lists_work(list_to_tuple, Size, List) -> fun() -> Size = tuple_size(list_to_tuple(List)) end;
lists_work(tuple_to_list, _, List) ->
    Tuple = list_to_tuple(List),
    fun() -> 1 = hd(tuple_to_list(Tuple)) end;
lists_work(setelement, Size, List) ->
    Tuple = list_to_tuple(List),
    fun() -> Size = tuple_size(setelement(2, Tuple, x)) end;
lists_work(make_tuple, Size, _) -> fun() -> Size = tuple_size(erlang:make_tuple(Size, x)) end;
lists_work(append_element, Size, List) ->
    Tuple = list_to_tuple(tl(List)),
    fun() -> Size = tuple_size(erlang:append_element(Tuple, x)) end;
lists_work(insert_element, Size, List) ->
    Tuple = list_to_tuple(tl(List)),
    fun() -> Size = tuple_size(erlang:insert_element(1, Tuple, x)) end;
lists_work(delete_element, Size, List) ->
    Tuple = list_to_tuple([x | List]),
    fun() -> Size = tuple_size(erlang:delete_element(1, Tuple)) end;
%% Collections that take place within other work, and by themselves.
lists_work(collect_list, Size, List) -> fun() -> Size = hd(lists:reverse(again(List))) end;
lists_work(collect_major, _, List) ->
    fun() ->
        %% The collection comes at the end of the slice.
        garbage_collect(),
        pause(),
        1 = hd(List)
    end.

terms_work(exact_lists, Size) ->
    List = lists:seq(1, Size),
    Other = again(List),
    fun() -> true = List =:= Other end;
terms_work(equal_lists, Size) ->
    List = [{X} || X <- lists:seq(1, Size)],
    Other = [{X} || {X} <- List],
    fun() -> true = List == Other end;
terms_work(order_lists, Size) ->
    List = lists:seq(1, Size),
    Other = again(List) ++ [more],
    fun() -> true = List < Other end;
terms_work(equal_tuples, Size) ->
    Tuple = erlang:make_tuple(Size, x),
    Other = setelement(1, Tuple, x),
    fun() -> true = Tuple =:= Other end;
terms_work(equal_binaries, Size) ->
    Binary = bytes(Size),
    Other = binary:copy(Binary),
    fun() -> true = Binary =:= Other end;
terms_work(order_bits, Size) ->
    Binary = bytes(Size),
    <<_:3, Bits/bits>> = <<0:3, Binary/binary, 1:1>>,
    fun() -> true = Binary < Bits end;
terms_work(phash2_list, Size) ->
    List = [{X} || X <- lists:seq(1, Size)],
    fun() -> true = is_integer(erlang:phash2(List)) end;
terms_work(phash2_binary, Size) ->
    Binary = bytes(Size),
    fun() -> true = is_integer(erlang:phash2(Binary)) end;
terms_work(phash_list, Size) ->
    List = lists:seq(1, Size),
    fun() -> true = is_integer(erlang:phash(List, 1 bsl 32)) end;
terms_work(flat_size, Size) ->
    List = lists:seq(1, Size),
    fun() -> true = Size * 2 =:= erts_debug:flat_size(List) end;
terms_work(copy_shared, Size) ->
    List = lists:seq(1, Size),
    fun() -> 1 = hd(erts_debug:copy_shared(List)) end;
terms_work(match_literal, Size) ->
    List = lists:seq(1, Size),
    Other = again(List),
    fun() ->
        ok = case {List, x} of
            {Other, x} -> ok
        end
    end.

numbers_work(multiply, Bits, Number) ->
    Half = Number bsr (Bits div 2),
    fun() -> true = Half * (Half + 1) > Half end;
numbers_work(divide, Bits, Number) ->
    Half = Number bsr (Bits div 2),
    fun() -> true = Number div Half > 1 end;
numbers_work(remainder, Bits, Number) ->
    Half = Number bsr (Bits div 2),
    fun() -> true = Number rem Half < Half end;
numbers_work(divide_small, _, Number) ->
    fun() -> times(20, fun() -> true = Number div 7 < Number end) end;
numbers_work(integer_to_list, _, Number) -> fun() -> true = is_list(integer_to_list(Number)) end;
numbers_work(list_to_integer, Bits, _) ->
    Digits = lists:duplicate(Bits * 3 div 10, $7),
    fun() -> true = is_integer(list_to_integer(Digits)) end;
numbers_work(integer_to_base, _, Number) -> fun() -> true = is_binary(integer_to_binary(Number, 32)) end;
numbers_work(shift, _, Number) ->
    fun() -> times(100, fun() -> true = Number bsr 3 < Number end) end;
numbers_work(bitwise, _, Number) ->
    fun() -> times(100, fun() -> true = Number bxor 3 =/= Number end) end.

times(0, _) -> ok;
times(N, Fun) -> Fun(), times(N - 1, Fun).

binaries_work(list_to_binary, Size, _) ->
    List = [X band 255 || X <- lists:seq(1, Size)],
    fun() -> Size = byte_size(list_to_binary(List)) end;
binaries_work(iolist_to_binary, _, Binary) ->
    fun() -> true = byte_size(Binary) * 2 =:= byte_size(iolist_to_binary([Binary | [Binary]])) end;
binaries_work(iolist_size, Size, _) ->
    List = [[X band 255] || X <- lists:seq(1, Size)],
    fun() -> Size = iolist_size(List) end;
binaries_work(binary_to_list, Size, Binary) ->
    Part = binary:part(Binary, 0, Size),
    fun() -> $0 = hd(binary_to_list(Part)) end;
binaries_work(list_to_bitstring, _, Binary) ->
    fun() -> true = bit_size(Binary) + 1 =:= bit_size(list_to_bitstring([<<1:1>>, Binary])) end;
binaries_work(bitstring_to_list, Size, Binary) ->
    <<_:3, Part:(Size * 8 - 5)/bits, _/bits>> = Binary,
    fun() -> true = is_list(bitstring_to_list(Part)) end;
binaries_work(construct, _, Binary) ->
    fun() -> true = byte_size(Binary) < byte_size(<<1, Binary/binary>>) end;
binaries_work(construct_bits, _, Binary) ->
    fun() -> true = bit_size(Binary) < bit_size(<<1:1, Binary/binary, 1:7>>) end;
binaries_work(append_binary, _, Binary) ->
    Part = binary:part(Binary, 1, byte_size(Binary) - 2),
    fun() -> true = byte_size(Binary) < byte_size(<<Part/binary, "more">>) end;
binaries_work(binary_copy, _, Binary) ->
    fun() -> true = byte_size(Binary) =:= byte_size(binary:copy(Binary)) end;
binaries_work(binary_copies, Size, _) ->
    fun() -> Size = byte_size(binary:copy(<<1>>, Size)) end;
binaries_work(matches, _, Binary) ->
    fun() -> nomatch = binary:match(Binary, <<"98">>) end;
binaries_work(matches_several, _, Binary) ->
    fun() -> [] = binary:matches(Binary, [<<"98">>, <<"a">>]) end;
binaries_work(split, Size, Binary) ->
    Part = binary:part(Binary, 0, Size),
    fun() -> true = length(binary:split(Part, <<"5">>, [global])) > 1 end;
binaries_work(longest_prefix, _, Binary) ->
    Other = binary:copy(Binary),
    fun() -> true = byte_size(Binary) =:= binary:longest_common_prefix([Binary, Other]) end;
binaries_work(decode_unsigned, Size, Binary) ->
    Part = binary:part(Binary, 0, min(Size, 500000)),
    fun() -> times(20, fun() -> true = is_integer(binary:decode_unsigned(Part)) end) end;
binaries_work(md5, _, Binary) -> fun() -> 16 = byte_size(erlang:md5(Binary)) end;
binaries_work(crc32, _, Binary) -> fun() -> true = is_integer(erlang:crc32(Binary)) end;
binaries_work(adler32, _, Binary) -> fun() -> true = is_integer(erlang:adler32(Binary)) end.

text_work(characters_to_list, Size) ->
    Text = binary:copy(<<"ä"/utf8>>, Size),
    fun() -> $ä = hd(unicode:characters_to_list(Text)) end;
text_work(characters_to_binary, Size) ->
    Text = lists:duplicate(Size, $ä),
    fun() -> true = Size < byte_size(unicode:characters_to_binary(Text)) end;
text_work(bin_is_7bit, Size) ->
    Binary = bytes(Size),
    fun() -> true = unicode:bin_is_7bit(Binary) end;
text_work(compress, Size) ->
    Binary = bytes(Size),
    fun() -> true = is_binary(zlib:compress(Binary)) end;
text_work(uncompress, Size) ->
    Binary = bytes(Size),
    Compressed = zlib:compress(Binary),
    fun() -> Binary = zlib:uncompress(Compressed) end;
text_work(list_to_float, Size) ->
    Digits = lists:duplicate(Size, $1) ++ ".0",
    fun() -> true = catch_badarg(fun() -> list_to_float([$x | Digits]) end) end;
text_work(list_to_float_exact, Size) ->
    Digits = lists:duplicate(Size, $1),
    fun() -> 0.1 = list_to_float("0.1" ++ lists:duplicate(Size, $0)), 1.0 < list_to_float("1." ++ Digits) end;
text_work(string_to_float, Size) ->
    Text = "1." ++ lists:duplicate(Size, $0) ++ "rest",
    fun() -> {1.0, "rest"} = string:list_to_float(Text) end;
text_work(search_words, Size) ->
    Text = binary:copy(<<"some words ">>, Size),
    fun() -> nomatch = re:run(Text, "[a-z]+ [a-z]+(?:;|, and)", [{capture, none}]) end;
text_work(search_looking_back, Size) ->
    Text = [lists:duplicate(2000, $a), $c],
    Limits = [{match_limit, 10 * Size}, report_errors],
    fun() -> {error, match_limit} = re:run(Text, "(?:a+)+[bx]|cx", Limits) end;
text_work(search_text, Size) ->
    Text = binary:copy(<<"äöü"/utf8>>, Size),
    fun() -> nomatch = re:run(Text, "^x", [unicode, {capture, none}]) end.

catch_badarg(Fun) ->
    try Fun() of
        _ -> true
    catch
        error:_ -> true
    end.

maps_work(from_list, Size) ->
    Pairs = [{X, X} || X <- lists:seq(1, Size)],
    fun() -> Size = map_size(maps:from_list(Pairs)) end;
maps_work(from_keys, Size) ->
    Keys = lists:seq(1, Size),
    fun() -> Size = map_size(maps:from_keys(Keys, x)) end;
maps_work(merge, Size) ->
    Map = map(Size),
    Other = maps:from_keys([{X} || X <- lists:seq(1, Size)], x),
    fun() -> true = Size * 2 =:= map_size(maps:merge(Map, Other)) end;
maps_work(equal_maps, Size) ->
    Map = map(Size),
    Other = map(Size),
    fun() -> true = Map =:= Other end;
maps_work(order_maps, Size) ->
    Map = map(Size),
    Other = Map#{1 := 0},
    fun() -> true = Map > Other end;
maps_work(phash2_map, Size) ->
    Map = map(Size),
    fun() -> true = is_integer(erlang:phash2(Map)) end;
maps_work(key_of_map, Size) ->
    List = lists:seq(1, Size * 10),
    fun() -> true = is_map_key(List, (map(33))#{List => x}) end;
maps_work(put_many, Size) ->
    List = lists:seq(1, Size),
    fun() -> 33 = map_size(put_many(map(32), List)) end;
maps_work(Name, Size) ->
    Map = map(Size),
    fun() -> Size = length(maps:Name(Map)) end.

map(Size) ->
    maps:from_keys(lists:seq(1, Size), x).

%% A map that is compared with as its key is a list.
put_many(Map, List) ->
    Keyed = Map#{List => 1},
    Keyed#{(again(List)) => 2}.

external_work(term_to_binary, Size) ->
    List = [{X} || X <- lists:seq(1, Size)],
    fun() -> true = is_binary(term_to_binary(List)) end;
external_work(term_to_binary_binary, Size) ->
    Binary = bytes(Size),
    fun() -> true = is_binary(term_to_binary(Binary)) end;
external_work(term_to_binary_map, Size) ->
    Map = map(max(Size div 10, 20000)),
    fun() -> true = is_binary(term_to_binary(Map, [deterministic])) end;
external_work(term_to_binary_compressed, Size) ->
    Binary = bytes(Size),
    fun() -> true = is_binary(term_to_binary(Binary, [compressed])) end;
external_work(external_size, Size) ->
    List = lists:seq(1, Size),
    fun() -> true = erlang:external_size(List) > Size end;
external_work(binary_to_term, Size) ->
    Binary = term_to_binary([{X} || X <- lists:seq(1, Size)]),
    fun() -> Size = length(binary_to_term(Binary)) end;
external_work(binary_to_term_compressed, Size) ->
    Binary = term_to_binary(bytes(Size), [compressed]),
    fun() -> true = is_binary(binary_to_term(Binary)) end.

messages_work(send, _, List) ->
    Sink = spawn_link(?MODULE, sink, []),
    fun() -> Sink ! List end;
messages_work(send_name, _, List) ->
    Sink = spawn_link(?MODULE, sink, []),
    true = register(long_natives_sink, Sink),
    fun() -> long_natives_sink ! List end;
messages_work(spawn_argument, _, List) -> fun() -> spawn(?MODULE, waiter, [List]) end;
messages_work(spawn_fun, _, List) -> fun() -> spawn(fun() -> waiter(List) end) end;
messages_work(exit_reason, _, List) ->
    Sink = spawn(?MODULE, sink, []),
    fun() -> exit(Sink, List) end;
%% The reason is copied for who watches.
messages_work(exit_watched, _, List) ->
    {Pid, Monitor} = spawn_monitor(fun() -> receive go -> exit(List) end end),
    fun() ->
        Pid ! go,
        receive {'DOWN', Monitor, process, Pid, [1 | _]} -> ok end
    end;
%% The question is answered when the other process has made its heap small.
messages_work(hibernate, _, List) ->
    Pid = spawn_link(fun() -> receive go -> erlang:hibernate(?MODULE, hibernated, [List]) end end),
    fun() ->
        Pid ! go,
        pause(),
        {status, _} = process_info(Pid, status)
    end;
messages_work(dictionary_key, _, List) ->
    put(List, 1),
    Other = again(List),
    fun() -> 1 = get(Other) end;
messages_work(persistent_term, _, List) -> fun() -> persistent_term:put(?MODULE, List) end;
messages_work(process_info, _, List) ->
    self() ! List,
    fun() -> {messages, [[1 | _]]} = process_info(self(), messages) end.

state_work(atomics_new, Size, _) -> fun() -> #{size := Size} = atomics:info(atomics:new(Size, [])) end;
%% The index of the dictionary grows.
state_work(put_keys, _, Keys) -> fun() -> put_keys(Keys) end;
state_work(get_all, _, Keys) ->
    put_keys(Keys),
    fun() -> Keys = length(get()) end;
state_work(get_keys, _, Keys) ->
    put_keys(Keys),
    fun() -> Keys = length(get_keys()) end;
state_work(erase_all, _, Keys) ->
    put_keys(Keys),
    fun() -> Keys = length(erase()) end;
state_work(process_info_dictionary, _, Keys) ->
    put_keys(Keys),
    fun() ->
        {dictionary, All} = process_info(self(), dictionary),
        Keys = length(All)
    end.

tables_work(insert_list, Rows) ->
    Table = ets:new(?MODULE, [set]),
    inserted(Table, Rows);
tables_work(insert_list_ordered, Rows) ->
    Table = ets:new(?MODULE, [ordered_set]),
    inserted(Table, Rows);
tables_work(lookup_bag, Rows) ->
    Table = bag(Rows),
    fun() -> Rows = length(ets:lookup(Table, key)) end;
tables_work(take_bag, Rows) ->
    Table = bag(Rows),
    fun() -> Rows = length(ets:take(Table, key)) end.

inserted(Table, Rows) ->
    List = [{X, x} || X <- lists:seq(1, Rows)],
    fun() -> true = ets:insert(Table, List) end.

%% All rows have the same key.
bag(Rows) ->
    Table = ets:new(?MODULE, [duplicate_bag]),
    true = ets:insert(Table, [{key, X} || X <- lists:seq(1, Rows)]),
    Table.

put_keys(0) -> ok;
put_keys(Key) ->
    undefined = put(Key, x),
    put_keys(Key - 1).

sink() ->
    receive _ -> sink() end.

waiter(_) ->
    ok.

hibernated(List) ->
    receive go -> length(List) end.

%% Many processes with long natives at once, of which some are killed in the middle; ends while others still work.
stress([Count, Size]) ->
    N = list_to_integer(Size),
    Pids = [spawn(fun() -> worker(I, N) end) || I <- lists:seq(1, list_to_integer(Count))],
    [begin
         erlang:yield(),
         exit(Pid, kill)
     end || Pid <- every_third(Pids)],
    ok.

every_third([_, _, Pid | Rest]) -> [Pid | every_third(Rest)];
every_third(_) -> [].

worker(I, N) ->
    Families = [lists, terms, numbers, binaries, text, maps, external, messages, state, tables],
    All = [{Family, Case} || Family <- Families, Case <- cases(Family), Case =/= send_name],
    {Family, Case} = lists:nth(I rem length(All) + 1, All),
    Work = work(Family, Case, N),
    Work(),
    worker(I + 1, N).
