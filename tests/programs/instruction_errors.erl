%% What instructions raise that fail: class, reason, the first entry of the stack trace, and what error_info tells.
%% Erlang/OTP 25 has no entry for `X + 1` and `X - 1`, where later ones have; those two are left out.
-module(instruction_errors).
-export([main/1]).
-record(r, {a, b}).

main(_) ->
    [io:format("~w: ~0p~n", [Name, tried(F)]) || {Name, F} <- operations() ++ errors()],
    ok.

tried(F) ->
    try F()
    catch C:R:S -> {C, reason(R), first(S)}
    end.

first([{M, F, Args, Info} | _]) -> {M, F, Args, [told(I) || I <- Info]};
first([]) -> none.

reason({badarity, {F, Args}}) when is_function(F) -> {badarity, Args};
reason(R) -> R.

told({error_info, Map}) -> {error_info, lists:sort(maps:to_list(Map))};
told({file, File}) -> {file, filename:basename(File)};
told(Other) -> Other.

operations() ->
    [{plus,fun() -> {id(1)+id(a)} end},
     {plus_tail,fun() -> id(a)+id(1) end},
     {minus,fun() -> {id(1)-id(a)} end},
     {times,fun() -> {id(1)*id(a)} end},
     {times2,fun() -> {id(a)*7} end},
     {div0,fun() -> {id(1) div id(0)} end},
     {diva,fun() -> {id(1) div id(a)} end},
     {diva2,fun() -> {id(a) div 2} end},
     {rem0,fun() -> {id(1) rem id(0)} end},
     {rema,fun() -> {id(1) rem id(a)} end},
     {rema8,fun() -> {id(a) rem 8} end},
     {divrem,fun() -> X=id(a),Y=id(1), {X div Y,X rem Y} end},
     {remdiv,fun() -> X=id(a),Y=id(1), {X rem Y,X div Y} end},
     {fdiv,fun() -> {id(1) / id(0)} end},
     {fdiv_a,fun() -> {id(1) / id(a)} end},
     {fdiv_a2,fun() -> {id(a) / id(1)} end},
     {fdiv_af,fun() -> {id(a) / 2} end},
     {fplus,fun() -> {id(a) + 2.0} end},
     {fplus2,fun() -> {2.0+id(a)} end},
     {fmul,fun() -> {id(a) * 2.0} end},
     {fmul_overflow,fun() -> {id(1.0e300) * 1.0e300} end},
     {fmul_overflow2,fun() -> {id(1.0e300) * id(1.0e300)} end},
     {fadd_ov,fun() -> {id(1.7e308) + id(1.7e308)} end},
     {bigconv,fun() -> {id(1 bsl 2000) / id(2)} end},
     {bigconv2,fun() -> {id(1 bsl 2000) * 2.0} end},
     {bigconv3,fun() -> {float(id(1 bsl 2000))} end},
     {neg,fun() -> {-id(a)} end},
     {bnot_,fun() -> {bnot id(a)} end},
     {bnot_f,fun() -> {bnot id(1.5)} end},
     {band_,fun() -> {id(a) band 3} end},
     {band_2,fun() -> {id(1) band id(a)} end},
     {bor_,fun() -> {id(a) bor 3} end},
     {bxor_,fun() -> {id(a) bxor 3} end},
     {bsl_,fun() -> {id(a) bsl 3} end},
     {bsl_2,fun() -> {3 bsl id(a)} end},
     {bsl_lim,fun() -> {3 bsl id(1 bsl 70)} end},
     {bsl_lim2,fun() -> {id(3) bsl id(1 bsl 40)} end},
     {bsr_,fun() -> {id(a) bsr 3} end},
     {bsr_2,fun() -> {3 bsr id(a)} end},
     {hd_,fun() -> {hd(id(a))} end},
     {tl_,fun() -> {tl(id(a))} end},
     {element_,fun() -> {element(id(5),id({a}))} end},
     {element_2,fun() -> {element(5,id({a}))} end},
     {element_3,fun() -> {element(id(a),id({a}))} end},
     {element_4,fun() -> {element(1,id(a))} end},
     {tuple_size_,fun() -> {tuple_size(id(a))} end},
     {size_,fun() -> {size(id(a))} end},
     {byte_size_,fun() -> {byte_size(id(a))} end},
     {bit_size_,fun() -> {bit_size(id(a))} end},
     {length_,fun() -> {length(id([a|b]))} end},
     {map_size_,fun() -> {map_size(id(a))} end},
     {map_get_,fun() -> {map_get(id(a),id(#{}))} end},
     {map_get_2,fun() -> {map_get(a,id(x))} end},
     {is_map_key_,fun() -> {is_map_key(a,id(x))} end},
     {abs_,fun() -> {abs(id(a))} end},
     {float_,fun() -> {float(id(a))} end},
     {round_,fun() -> {round(id(a))} end},
     {trunc_,fun() -> {trunc(id(a))} end},
     {ceil_,fun() -> {ceil(id(a))} end},
     {floor_,fun() -> {floor(id(a))} end},
     {node_,fun() -> {node(id(a))} end},
     {binary_part_,fun() -> {binary_part(id(<<1>>),id({1,2}))} end},
     {binary_part3,fun() -> {binary_part(id(<<1>>),id(1),id(2))} end},
     {and_,fun() -> {id(true) and id(a)} end},
     {or_,fun() -> {id(true) or id(a)} end},
     {xor_,fun() -> {id(true) xor id(a)} end},
     {not_,fun() -> {not id(a)} end},
     {andalso_,fun() -> {id(a) andalso id(b)} end},
     {orelse_,fun() -> {id(a) orelse id(b)} end},
     {if_,fun() -> if_(id(a)) end},
     {case_,fun() -> {case id(a) of b -> c end} end},
     {try_clause,fun() -> {try id(a) of b -> c catch x:y -> z end} end},
     {badfun,fun() -> F = id(a), {F(1)} end},
     {badarity,fun() -> F = id(fun() -> ok end), {F(1)} end},
     {badmap,fun() -> M = id(a), {M#{a => 1}} end},
     {badmap2,fun() -> M = id(a), {M#{a := 1}} end},
     {badkey,fun() -> M = id(#{}), {M#{a := 1}} end},
     {badrec,fun() -> {setelement(3,id({a}),1)} end},
     {isf,fun() -> {is_function(id(a),id(b))} end},
     {bin1,fun() -> {<<(id(a))>>} end},
     {bin2,fun() -> {<<(id(1)):(id(-1))>>} end},
     {bin3,fun() -> {<<(id(1)):(id(a))/binary>>} end},
     {bin4,fun() -> {<<(id(<<1>>)):(id(2))/binary>>} end},
     {bin5,fun() -> {<<(id(<<1>>))/binary,(id(a))/float>>} end},
     {bin6,fun() -> {<<(id(16#d800))/utf8>>} end},
     {bin7,fun() -> {<<(id(<<1:1>>))/binary>>} end},
     {apply_,fun() -> {apply(id(a),id(b),id([c]))} end},
     {apply_2,fun() -> {(id(a)):(id(1))()} end},
     {apply_3,fun() -> {apply(id(1),id(b),id([c]))} end},
     {apply_4,fun() -> {apply(id(lists),id(b),id(c))} end},
     {apply_fun,fun() -> {apply(id(a),id([b]))} end},
     {send_,fun() -> {id(nonameknown) ! x} end},
     {send_2,fun() -> {id({}) ! x} end},
     {min_,fun() -> {min(id(1),id(a)) + 1 + id(b)} end},
     {record_,fun() -> rc(id({r,1})) end},
     {timeout_,fun() -> {receive after id(a) -> ok end} end},
     {timeout_2,fun() -> {receive after id(-1) -> ok end} end},
     {error1,fun() -> {error(id(a))} end},
     {error2,fun() -> {error(id(a),id([1]))} end},
     {error2b,fun() -> {error(id(a),id(bad))} end},
     {error3,fun() -> {error(id(a),id([1]),id([{error_info,#{}}]))} end},
     {error3b,fun() -> {error(id(a),id([1]),id([{erro,#{}}]))} end},
     {error3c,fun() -> {error(id(a),none,id([{error_info,#{}}]))} end},
     {raise3,fun() -> {erlang:raise(id(error),id([1]),id([]))} end},
     {raise4,fun() -> {erlang:raise(id(foo),id([1]),id([]))} end},
     {setelem,fun() -> {setelement(id(a),{b},c)} end},
     {plus_plus,fun() -> {id(a) ++ id(b)} end},
     {minus_minus,fun() -> {id(a) -- id(b)} end},
     {apply_bif,fun() -> {apply(erlang,id('+'),[1,a])} end},
     {apply_bif2,fun() -> {apply(erlang,id(hd),[[]])} end},
     {fun_bif,fun() -> F = fun erlang:'+'/2, {(id(F))(1,a)} end},
     {fun_bif2,fun() -> F = fun erlang:hd/1, {(id(F))(a)} end},
     {map1,fun() -> lists:map(fun erlang:hd/1, id([a])) end},
     {fun_badmfa,fun() -> F = fun nomod:nofun/1, {(id(F))(a)} end},
     {list_to_atom_,fun() -> {list_to_atom(id(a))} end},
     {guardfail,fun() -> gg(id(a)) end}].

%% error/2,3 with arguments and options of all kinds.
errors() ->
    Options = [[], foo, [foo], [{error_info, foo}], [{error_info, #{}}, x], [{error_info, #{}}],
               [{error_info, #{}}, {error_info, #{a => 1}}], [{error_info, #{}} | x], [{other, #{}}]],
    [{{A, O}, fun() -> error(id(x), A, O) end} || A <- [none, [], [1], [1 | 2], bad], O <- Options] ++
    [{A, fun() -> error(id(x), A) end} || A <- [none, [], [1], [1 | 2], bad]].

rc(R) -> {R#r.a}.
if_(X) -> if X == b -> c end.
gg(X) when X + 1 > 2; hd(X) == 3 -> ok.
id(X) -> X.
