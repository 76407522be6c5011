%% What erl_error says of natives that fail: the text tells which argument is wrong, and why.
-module(error_texts).
-export([main/1]).

main(_) ->
    [tell(M, F, Args) || {M, Fs} <- natives(), {F, Arity} <- Fs, Args <- arguments(Arity)].

natives() ->
    [{lists, [{reverse, 2}, {member, 2}, {keyfind, 3}, {keymember, 3}, {keysearch, 3}]},
     {maps, [{get, 2}, {find, 2}, {from_list, 1}, {from_keys, 2}, {is_key, 2}, {keys, 1}, {merge, 2}, {put, 3}, {remove, 2},
             {take, 2}, {update, 3}, {values, 1}]},
     {binary, [{at, 2}, {bin_to_list, 1}, {bin_to_list, 2}, {copy, 1}, {copy, 2}, {decode_unsigned, 1}, {encode_unsigned, 1},
               {first, 1}, {last, 1}, {longest_common_prefix, 1}, {match, 2}, {matches, 2}, {part, 2}, {part, 3}, {split, 2}]},
     {math, [{acos, 1}, {exp, 1}, {floor, 1}, {fmod, 2}, {log, 1}, {pow, 2}, {sqrt, 1}]},
     {unicode, [{characters_to_binary, 1}, {characters_to_list, 1}, {characters_to_list, 2}]},
     {ets, [{lookup, 2}, {insert, 2}, {delete_object, 2}, {first, 1}, {member, 2}, {update_counter, 3}]},
     {persistent_term, [{get, 1}]},
     {erlang, [{atom_to_list, 1}, {atom_to_binary, 2}, {binary_to_atom, 2}, {binary_to_float, 1}, {binary_to_integer, 1},
               {binary_to_list, 1}, {binary_to_list, 3}, {binary_to_term, 1}, {binary_to_term, 2}, {binary_part, 2},
               {bit_size, 1}, {byte_size, 1}, {append_element, 2}, {crc32, 1}, {delete_element, 2}, {element, 2}, {float, 1},
               {float_to_list, 2}, {hd, 1}, {insert_element, 3}, {integer_to_binary, 2}, {integer_to_list, 1}, {length, 1},
               {iolist_to_binary, 1}, {iolist_size, 1}, {list_to_atom, 1}, {list_to_binary, 1}, {list_to_float, 1},
               {list_to_integer, 2}, {list_to_tuple, 1}, {make_tuple, 2}, {map_size, 1}, {md5, 1}, {phash2, 2},
               {round, 1}, {setelement, 3}, {size, 1}, {split_binary, 2}, {tl, 1}, {trunc, 1}, {tuple_size, 1},
               {tuple_to_list, 1}, {'++', 2}, {'--', 2}, {'+', 2}, {'div', 2}, {'band', 2}, {'not', 1}, {'and', 2}]}].

arguments(1) -> [[X] || X <- values()];
arguments(2) -> [[X, Y] || X <- values(), Y <- values()];
arguments(3) -> [[X, Y, Z] || X <- [a, 1, <<"bin">>, {0, 1}], Y <- [a, 1, <<"b">>], Z <- [a, -1, [a], <<"x">>, #{}]].

values() -> [a, 1, -1, 2.5, 1 bsl 70, "ab", [a | b], [], {1, a}, <<"bin">>, <<1:3>>, #{k => v}].

tell(M, F, Args) ->
    try apply(M, F, Args) of
        _ -> ok
    catch
        Class:Reason:Trace ->
            io:format("~w:~w~w ~ts~n", [M, F, Args, erl_error:format_exception(Class, Reason, [hd(Trace)])])
    end.
