%% Natives with arguments where they end, which random calls have found: dates, units, identities, checksums, atoms.
-module(natives_edges).
-export([main/1, read_again/1]).

main(_) ->
    [show(erlang, Function, Arguments) || {Function, Lists} <- calls(), Arguments <- Lists],
    [show(?MODULE, read_again, [Bytes]) || Bytes <- identities()].

read_again(Bytes) ->
    Term = binary_to_term(Bytes),
    {Term =:= binary_to_term(term_to_binary(Term)), node(Term)}.

show(Module, Function, Arguments) ->
    Result = try apply(Module, Function, Arguments) catch Class:Reason -> {Class, Reason} end,
    io:format("~s ~w: ~w~n", [Function, Arguments, Result]).

calls() ->
    Dates = [[{{Year, 3, 1}, {12, 0, 0}}] || Year <- [-1, 0, 1599, 1600, 1901, 1902, 1970, 2147483646, 2147483647]],
    Wide = (1 bsl 64) + 12345,
    [{universaltime_to_posixtime, Dates},
     {universaltime_to_localtime, Dates},
     {localtime_to_universaltime, [[{{2026, 3, 1}, {12, 0, 0}}, IsDst] || IsDst <- [false, undefined, other, 1]]},
     {posixtime_to_universaltime,
      [[Seconds] || Seconds <- [-62167219201, -62162121600, -62162035200, 1 bsl 60, -(1 bsl 63), (1 bsl 63) - 1, 1 bsl 63]]},
     {convert_time_unit,
      [[Time, From, To] || Time <- [Wide, -Wide, -1, 1.0], {From, To} <- [{native, second}, {3, Wide}, {Wide, 3}, {0, 1}, {1, a}, {second, 1.5}]]},
     {float_to_binary, [[623.506, [{Kind, Digits} | More]] || Kind <- [decimals, scientific], Digits <- [-1, 250, 254, a], More <- [[], [short], [{decimals, 2}]]]},
     {list_to_pid, [["<0.1.2>"], ["<0.268435456.1>"], ["<1.1>"]]},
     {list_to_port, [["#Port<0.17>"], ["#Port<0.4294967296x>"]]},
     {crc32_combine, [[1, 2, Length] || Length <- [1, (1 bsl 32) - 1, 1 bsl 32]]},
     {adler32_combine, [[1, 2, Length] || Length <- [1, (1 bsl 32) - 1, 1 bsl 32]]},
     {list_to_atom, [[lists:duplicate(Count, $a) ++ End] || Count <- [254, 255], End <- [[-1], a, [16#d800]]]}].

%% Those of this node that another machine of its name has made.
identities() ->
    Node = <<119, 13, "nonode@nohost">>,
    [<<131, 90, 3:16, Node/binary, 0:32, 1:32, 2:32, 3:32>>,
     <<131, 90, 3:16, Node/binary, 0:32, 1:32, (1 bsl 20):32, 4294967295:32>>,
     <<131, 90, 3:16, Node/binary, 0:32, (1 bsl 18):32, 2:32, 3:32>>,
     <<131, 88, Node/binary, (1 bsl 28):32, 0:32, 0:32>>].
