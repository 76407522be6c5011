%% Natives that modules of OTP call, and no program. Those that OTP 25 has not are done by hand there.
-module(internal_natives).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P([tried(erlang, F, A) || {F, A} <- tags()]),
    P([tried(erts_internal, binary_to_integer, [iolist_to_binary(T), B]) || {T, B} <- digits(), is_list(T)]),
    P([tried(erts_internal, binary_to_integer, A) || A <- [[a, 10], [<<1:3>>, 10], [<<"1">>, a], [<<"1">>, 1 bsl 70]]]),
    P([tried(erts_internal, list_to_integer, [T, B]) || {T, B} <- digits()]),
    P([tried(erts_internal, list_to_integer, A) || A <- [["12x", 10], ["-7" ++ x, 10], [[$1, a, $2], 10], [[$1, 256], 10], [a, 10], [<<"1">>, 99], ["1", 37], [[], 99], ["1", a]]]),
    P([tried(erts_internal, term_to_string, [T, undefined]) || T <- terms()]),
    P([tried(erts_internal, term_to_string, [T, N]) || T <- terms(), N <- [2, 3, 4, 5, 6, 7, 8, 50]]),
    P([tried(erts_internal, term_to_string, [x, N]) || N <- [0, 1, -1, a, 16#7fffffff, 1 bsl 70]]),
    P([tried(erts_debug, unaligned_bitstring, [T, N]) || T <- [<<>>, <<1, 2, 3>>, <<5:3>>, list_to_binary(lists:seq(1, 100)), a], N <- [0, 1, 5, 7, 8, b]]).

tags() ->
    [{dt_get_tag, []}, {dt_put_tag, [<<1>>]}, {dt_put_tag, [undefined]}, {dt_get_tag, []}, {dt_get_tag_data, []}, {dt_spread_tag, [true]}, {dt_spread_tag, [false]},
     {dt_spread_tag, [x]}, {dt_restore_tag, [true]}, {dt_restore_tag, [false]}, {dt_restore_tag, [{0, []}]}, {dt_append_vm_tag_data, [<<"abc">>]},
     {dt_append_vm_tag_data, ["abc"]}, {dt_prepend_vm_tag_data, [<<"abc">>]}, {dt_prepend_vm_tag_data, [a]}].

digits() ->
    [{"12", 10}, {"-12", 10}, {"+12", 10}, {"zZ", 36}, {"", 10}, {"1a", 10}, {"-", 10}, {"--1", 10}, {"+-1", 10}, {" 1", 10}, {"12", 1}, {"12", 37}, {"102", 2},
     {lists:duplicate(17, $9), 10}, {"-" ++ lists:duplicate(17, $9), 10}, {lists:duplicate(18, $9), 10}, {lists:duplicate(18, $9) ++ "x", 10},
     {lists:duplicate(59, $1), 2}, {lists:duplicate(60, $1), 2}, {lists:duplicate(14, $F), 16}, {lists:duplicate(15, $f), 16}, {lists:duplicate(11, $z), 36},
     {lists:duplicate(12, $z), 36}, {lists:duplicate(3000, $0), 10}, {lists:duplicate(3000, $0) ++ "77", 10}, {lists:duplicate(3000, $0) ++ "x", 10}, {lists:duplicate(3000, $8), 10}].

terms() ->
    [abc, 'A b', '', 12345, -1, 1.5, 1 bsl 80, {}, [], "abc", "a\"b\nc", [1 | 2], [1, 2, 3, 4], <<1, 2, 3, 4>>, <<"abcd">>, <<"a\"b">>, <<>>, <<1, 2, 5:3>>, {a, [b | c], "de"},
     #{a => <<"xy">>}, fun lists:map/2, [16#4e2d]].

tried(M, F, A) ->
    try
        {ok, apply(M, F, A)}
    catch
        error:undef -> try {ok, by_hand(F, A)} catch error:_ -> badarg end;
        error:Reason -> Reason
    end.

by_hand(binary_to_integer, [T, B]) ->
    case is_binary(T) andalso is_base(B) andalso by_hand(list_to_integer, [binary_to_list(T), B]) of
        {N, []} -> N;
        big -> big;
        _ -> badarg
    end;
by_hand(list_to_integer, [[], _]) -> no_integer;
by_hand(list_to_integer, [T, _]) when not is_list(T) -> not_a_list;
by_hand(list_to_integer, [[S | T], B]) when S =:= $-; S =:= $+ ->
    case is_base(B) of
        false -> badarg;
        true ->
            case value(T, B, 0, none) of
                {N, Rest} when S =:= $- -> {-N, Rest};
                Other -> Other
            end
    end;
by_hand(list_to_integer, [T, B]) ->
    case is_base(B) of
        false -> badarg;
        true -> value(T, B, 0, none)
    end;
by_hand(unaligned_bitstring, [T, N]) when is_bitstring(T), N > 0, N < 8 -> T;
by_hand(term_to_string, [T, undefined]) -> lists:append([bytes(X) || X <- shown(T)]);
by_hand(term_to_string, [T, N]) when is_integer(N), N > 1, N < 16#7fffffff -> cut(shown(T), N, []).

is_base(B) -> is_integer(B) andalso B >= 2 andalso B =< 36.

%% So many significant digits that some integers of them are not small make a big one, whatever they are.
value([D | Rest], B, N, Seen) ->
    case digit(D) of
        V when V < B, N =:= 0, V =:= 0 -> value(Rest, B, 0, max(0, if Seen =:= none -> 0; true -> Seen end));
        V when V < B ->
            Count = if Seen =:= none -> 1; true -> Seen + 1 end,
            case pow(B, Count) > (1 bsl 59) of
                true -> big;
                false -> value(Rest, B, N * B + V, Count)
            end;
        _ -> stop(N, [D | Rest], Seen)
    end;
value(Rest, _, N, Seen) -> stop(N, Rest, Seen).

stop(_, _, none) -> no_integer;
stop(N, Rest, _) -> {N, Rest}.

digit(D) when is_integer(D), D >= $0, D =< $9 -> D - $0;
digit(D) when is_integer(D), D >= $a, D =< $z -> D - $a + 10;
digit(D) when is_integer(D), D >= $A, D =< $Z -> D - $A + 10;
digit(_) -> 99.

pow(_, 0) -> 1;
pow(B, N) -> B * pow(B, N - 1).

%% A term as pieces: {Text, Count} is written unless the count is used up; {all, Text, Count} likewise, whatever it
%% counts; {late, Text} ends it when the count was used up before; plain text is always written.
shown(T) when is_atom(T) -> [{term}, {all, quoted(T), byte_size(atom_to_binary(T))}];
shown(T) when is_integer(T) -> [{term}, integer_to_list(T)];
shown(T) when is_float(T) -> [{term}, float_to_list(T, [{scientific, 6}])];
shown([]) -> [{term}, "[]"];
shown(T) when is_tuple(T) -> [{term}, "{"] ++ lists:append(lists:join([","], [shown(X) || X <- tuple_to_list(T)])) ++ ["}"];
shown(T) when is_map(T) -> [{term}, "#{"] ++ lists:append(lists:join([","], [shown(K) ++ ["=>"] ++ shown(V) || {K, V} <- maps:to_list(T)])) ++ ["}"];
shown(T) when is_function(T) ->
    {M, F, A} = erlang:fun_info_mfa(T),
    [{term}, {all, io_lib:format("fun ~s:~s/~w", [M, F, A]), length(atom_to_list(M)) + length(atom_to_list(F))}];
shown(T) when is_bitstring(T) ->
    Rest = bit_size(T) rem 8, Size = byte_size(T) - if Rest > 0 -> 1; true -> 0 end,
    <<Whole:Size/binary, Tail:Rest>> = T,
    Text = Rest =:= 0 andalso Size > 0 andalso lists:all(fun(C) -> C >= $\s andalso C =< $~ end, binary_to_list(Whole)),
    case Text of
        true -> [{term}, "<<\""] ++ [{late, escaped(C)} || <<C>> <= Whole] ++ ["\">>"];
        false ->
            Bytes = [{late, integer_to_list(C)} || <<C>> <= Whole],
            Last = [lists:concat([Tail, ":", Rest]) || Rest > 0],
            [{term}, "<<"] ++ lists:join(",", Bytes ++ Last) ++ [">>"]
    end;
shown(T) ->
    case is_list(T) andalso length_or(T) > 0 andalso lists:all(fun(C) -> is_integer(C) andalso (C =:= $\n orelse C >= $\s andalso C =< $~) end, T) of
        true -> [{term}, "\""] ++ [{char, escaped(C)} || C <- T] ++ ["\""];
        false -> [{term}, "["] ++ elements(T) ++ ["]"]
    end.

elements([X]) -> shown(X);
elements([X | Rest]) when is_list(Rest) -> shown(X) ++ [","] ++ elements(Rest);
elements([X | Rest]) -> shown(X) ++ ["|"] ++ shown(Rest).

length_or(T) -> try length(T) catch error:_ -> 0 end.

escaped($\n) -> "\\n";
escaped($") -> "\\\"";
escaped(C) -> [C].

quoted(A) ->
    Name = binary_to_list(atom_to_binary(A)),
    case Name =/= "" andalso lists:all(fun(C) -> C >= $a andalso C =< $z end, Name) of
        true -> Name;
        false -> "'" ++ Name ++ "'"
    end.

bytes({all, Text, _}) -> lists:flatten(Text);
bytes({_, Text}) -> Text;
bytes({term}) -> "";
bytes(Text) -> Text.

cut([], Left, Out) -> ended(Left, Out);
cut([{term} | Rest], Left, Out) -> if Left =< 0 -> ended(Left - 1, Out); true -> cut(Rest, Left - 1, Out) end;
cut([{char, Text} | Rest], Left, Out) -> if Left =< 0 -> ended(Left - 1, Out); true -> cut(Rest, Left - 1, [Text | Out]) end;
cut([{late, Text} | Rest], Left, Out) -> if Left =< 0 -> ended(Left - 1, [Text | Out]); true -> cut(Rest, Left - 1, [Text | Out]) end;
cut([{all, Text, Count} | Rest], Left, Out) -> cut(Rest, Left - Count, [lists:flatten(Text) | Out]);
cut([Text | Rest], Left, Out) -> cut(Rest, Left, [Text | Out]).

ended(Left, Out) -> lists:append(lists:reverse(if Left =< 0 -> ["... " | Out]; true -> Out end)).
