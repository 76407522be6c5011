%% Integers that are larger than any that is computed: those that binary:decode_unsigned gives.
-module(huge_integers).
-export([main/1]).

main(_) ->
    Size = (1 bsl 23) + 5,
    Bytes = binary:copy(<<1, 255, 128, 7, 9>>, Size div 5),
    check(Bytes, byte_size(Bytes)),
    %% Zeros in front are none of it.
    Zeros = binary:copy(<<0>>, Size),
    io:format("~p~n", [[binary:decode_unsigned(<<Zeros/binary, 5>>), binary:decode_unsigned(<<5, Zeros/binary>>, little)]]).

check(Bytes, Size) ->
    X = binary:decode_unsigned(Bytes), Y = binary:decode_unsigned(Bytes, little),
    io:format("~p~n", [[is_integer(X), X =:= binary:decode_unsigned(Bytes), X =:= Y, X > Y, X > 1.0e300, X < a, abs(X) =:= X]]),
    %% No pattern matches one.
    io:format("~p~n", [[case Bytes of <<Z:Size/unit:8>> -> Z bsr (8 * Size - 60); _ -> none end, case Bytes of <<Z:Size/little-signed-unit:8>> -> Z band 255; _ -> none end]]),
    io:format("~p~n", [[binary:encode_unsigned(X) =:= Bytes, binary:encode_unsigned(Y, little) =:= Bytes, <<X:Size/unit:8>> =:= Bytes,
                        byte_size(term_to_binary(X)), X bsr (8 * Size - 60), X band 16#ffffffffffff, Y band 16#ffffffffffff]]),
    io:format("~p~n", [[try F() of V -> {is_integer(V), ok} catch C:R -> {C, R} end ||
                           F <- [fun() -> X + 1 end, fun() -> X bsl 1 end, fun() -> float(X) end, fun() -> bnot X end,
                                 fun() -> binary_to_term(term_to_binary(X)) end]]]).
