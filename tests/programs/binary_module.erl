%% The binary module.
-module(binary_module).
-export([main/1]).

main(_) ->
    S = <<"the quick brown fox jumps over the lazy dog">>,
    P = fun(V) -> io:format("~0p~n", [V]) end,
    P(binary:split(S, <<" ">>)), P(binary:split(S, <<" ">>, [global])), P(binary:split(<<"a,b;c">>, [<<",">>, <<";">>], [global])),
    P(binary:split(<<",a,,b,">>, <<",">>, [global, trim])), P(binary:split(<<",a,,b,">>, <<",">>, [global, trim_all])),
    P(binary:match(S, <<"fox">>)), P(binary:match(S, [<<"zebra">>, <<"lazy">>])), P(binary:match(S, <<"cat">>)), P(binary:matches(S, <<"the">>)),
    P(binary:matches(<<"aaaa">>, <<"aa">>)), P(binary:match(S, <<"the">>, [{scope, {5, 38}}])),
    P(binary:replace(S, <<"o">>, <<"0">>, [global])), P(binary:replace(<<"abc">>, <<"b">>, <<"[]">>, [{insert_replaced, 1}])),
    P(binary:at(S, 4)), P(binary:first(S)), P(binary:last(S)), P(binary:part(S, 4, 5)), P(binary:part(S, {byte_size(S), -3})),
    P(binary:bin_to_list(S, 0, 3)), P(binary:list_to_bin("xyz")), P(binary:copy(<<"ab">>, 3)), P(binary:decode_unsigned(<<1, 0>>)),
    P(binary:decode_unsigned(<<1, 0>>, little)), P(binary:encode_unsigned(65536)), P(binary:encode_unsigned(258, little)),
    P(binary:longest_common_prefix([<<"abcd">>, <<"abce">>, <<"abx">>])), P(binary:longest_common_suffix([<<"xyz">>, <<"ayz">>])),
    P([try binary:at(S, 100) catch C:R -> {C, R} end, try binary:part(S, 40, 10) catch C1:R1 -> {C1, R1} end, try binary:split(S, <<>>) catch C2:R2 -> {C2, R2} end]),
    P(binary:encode_hex(<<1, 171, 255>>)), P(binary:decode_hex(<<"01ABff">>)),
    P(binary:compile_pattern(<<"x">>) =/= undefined),
    P(binary:matches(binary:copy(<<"needle in a haystack ">>, 3), binary:compile_pattern([<<"needle">>, <<"hay">>]))).
