%% Random terms of every kind that the external format tells apart, at the sizes where its forms change.
%% They come from `rand`, whose seed the caller sets.
-module(random_terms).
-export([term/0, term/1, has_map/1, integer/0, float/0, atom/0, characters/1, bytes/0, bits/0, pid/0, port/0, reference/0]).
-export([one_of/1, below/1, byte_list/1, native_record/0, shuffled/1]).

%% A term, which rarely is a large one.
term() ->
    term(one_of([0, 1, 1, 2, 2, 3])).

%% A term with so many levels of others within at most.
term(Depth) when Depth > 0 ->
    case below(12) of
        0 -> tuple(Depth);
        1 -> list(Depth);
        2 -> [term(Depth - 1) | term(Depth - 1)];
        3 -> map(Depth);
        4 -> deep(one_of([10, 100, 5000]), term(0));
        5 -> local_fun(term(Depth - 1));
        _ -> [term(Depth - 1) || _ <- lists:seq(1, below(5))]
    end;
term(_) ->
    case below(14) of
        0 -> integer();
        1 -> integer();
        2 -> float();
        3 -> atom();
        4 -> atom();
        5 -> bytes();
        6 -> bits();
        7 -> pid();
        8 -> port();
        9 -> reference();
        10 -> external_fun();
        11 -> byte_list(one_of([0, 1, 5, 255, 256, 65534, 65535, 65536, 70000]));
        12 -> one_of([[], {}, #{}, <<>>, '', nonode@nohost]);
        13 -> lists:duplicate(below(40), integer())
    end.

integer() ->
    Magnitude = case below(6) of
        0 -> below(300);
        1 -> (1 bsl below(70)) + below(3) - 1;
        2 -> (1 bsl (118 + below(20))) + below(3) - 1;
        3 -> (1 bsl (2036 + below(10))) + below(3) - 1;
        4 -> binary:decode_unsigned(rand_bytes(1 + below(40)));
        5 -> binary:decode_unsigned(rand_bytes(one_of([7, 8, 9, 16, 254, 255, 256, 257, 3000])))
    end,
    one_of([Magnitude, -Magnitude]).

float() ->
    case below(4) of
        0 -> one_of([0.0, -0.0, 1.0, -1.0, 1.7976931348623157e308, 5.0e-324, 2.2250738585072014e-308, 9007199254740993.0]);
        1 -> integer_to_float(below(1000000), one_of([1, 10, 100, 1000, 1024]));
        _ -> case rand_bytes(8) of
                 <<F/float>> -> F;
                 _ -> 0.1
             end
    end.

integer_to_float(N, Divisor) -> one_of([N, -N]) / Divisor.

atom() ->
    case below(3) of
        0 -> one_of([ok, true, false, nil, undefined, error, a, 'two words']);
        _ -> list_to_atom(characters(one_of([0, 1, 2, 10, 62, 63, 64, 84, 85, 86, 126, 127, 128, 129, 254, 255])))
    end.

%% So many characters, of those that take one byte in UTF-8, or two, and so on, or of all.
characters(Count) ->
    Class = below(6),
    [character(case Class of 5 -> below(5); _ -> Class end) || _ <- lists:seq(1, Count)].

character(0) -> $a + below(26);
character(1) -> 16#a0 + below(96);
character(2) -> 16#100 + below(16#700);
character(3) -> 16#800 + below(16#d000);
character(4) -> 16#10000 + below(16#100000).

tuple(Depth) ->
    case below(3) of
        0 -> erlang:make_tuple(one_of([0, 1, 254, 255, 256, 257, 1000, 70000]), term(0));
        _ -> list_to_tuple([term(Depth - 1) || _ <- lists:seq(1, below(6))])
    end.

list(Depth) ->
    case below(3) of
        0 -> lists:duplicate(one_of([1, 255, 256, 65535, 65536]), below(300));
        1 -> byte_list(below(20)) ++ term(Depth - 1);
        2 -> [term(Depth - 1) || _ <- lists:seq(1, below(6))]
    end.

byte_list(Count) -> [below(256) || _ <- lists:seq(1, Count)].

%% Keys of one kind or of many, some of which are equal but for their type.
map(Depth) ->
    Keys = case below(4) of
        0 -> lists:seq(1, one_of([31, 32, 33, 34, 100, 1000]));
        1 -> [one_of([N, N * 1.0, {N}, [N], <<N>>]) || N <- lists:seq(1, below(60))];
        2 -> [term(0) || _ <- lists:seq(1, one_of([1, 2, 5, 30, 32, 33, 40]))];
        3 -> [term(Depth - 1) || _ <- lists:seq(1, below(5))]
    end,
    maps:from_list([{Key, term(0)} || Key <- Keys]).

deep(0, Term) -> Term;
deep(Count, Term) -> deep(Count - 1, one_of([{Term}, [Term], [a | Term]])).

bytes() ->
    case below(3) of
        0 -> rand_bytes(one_of([0, 1, 2, 63, 64, 65, 100, 255, 256, 65535, 65536, 100000]));
        1 -> binary:copy(rand_bytes(below(5)), below(200));
        2 -> <<_:3, Part:(8 * 20)/bits, _/bits>> = rand_bytes(25), Part
    end.

bits() ->
    Skipped = below(8),
    <<_:Skipped, Rest/bits>> = bytes_after(rand_bytes(2)),
    Size = min(bit_size(Rest), below(700)),
    <<Part:Size/bits, _/bits>> = Rest,
    Part.

bytes_after(Bytes) -> <<Bytes/binary, (rand_bytes(below(100)))/binary>>.

rand_bytes(Count) -> << <<(below(256))>> || _ <- lists:seq(1, Count) >>.

%% Whether something is of this node: always, where its text would tell the number that the machine gave another node.
here() -> get(local_only) =:= true orelse below(2) =:= 0.

pid() ->
    case here() of
        true -> list_to_pid(lists:flatten(io_lib:format("<0.~w.~w>", [below(1 bsl 28), one_of([below(1 bsl 13), below(1 bsl 32)])])));
        false -> binary_to_term(<<131, 88, (node_name())/binary, (below(1 bsl 28)):32, (below(1 bsl 13)):32, (creation()):32>>)
    end.

port() ->
    case here() of
        true -> list_to_port("#Port<0." ++ integer_to_list(one_of([below(1000), below(1 bsl 60)])) ++ ">");
        false -> binary_to_term(<<131, 120, (node_name())/binary, (one_of([below(1000), below(1 bsl 40)])):64, (creation()):32>>)
    end.

%% The low bits of the middle number tell which thread made the reference: one that OTP has.
reference() ->
    case here() of
        true -> list_to_ref(lists:flatten(io_lib:format("#Ref<0.~w.~w.~w>", [below(1 bsl 32), below(1 bsl 14) bsl 18, below(1 bsl 18)])));
        false ->
            Words = [below(1 bsl 32) || _ <- lists:seq(1, one_of([0, 1, 2, 4]))] ++ [below(1 bsl 18)],
            [First | Rest] = lists:reverse(Words),
            Numbers = << <<Word:32>> || Word <- [First | Rest] >>,
            binary_to_term(<<131, 90, (length(Words)):16, (node_name())/binary, (creation()):32, Numbers/binary>>)
    end.

node_name() ->
    Name = one_of([<<"other@host">>, <<"a@b">>, <<"n\x{e9}@h"/utf8>>]),
    <<119, (byte_size(Name)), Name/binary>>.

creation() -> one_of([1, 2, 3, 4, 1 bsl 31, (1 bsl 32) - 1]).

%% The bytes of a native record, whose module no machine has.
native_record() ->
    Fields = [list_to_atom("field" ++ integer_to_list(N)) || N <- shuffled(lists:seq(1, below(6)))],
    Parts = [no_module, list_to_atom(characters(below(5))) | Fields] ++ [term(1) || _ <- Fields],
    External = [begin <<131, Rest/binary>> = term_to_binary(Part, [deterministic]), Rest end || Part <- Parts],
    iolist_to_binary([131, $C, <<(length(Fields)):32, (below(2))>>, External]).

shuffled(L) -> [X || {_, X} <- lists:sort([{below(1000), X} || X <- L])].

external_fun() ->
    case get(known_exports) =:= true orelse below(2) =:= 0 of
        true -> one_of([fun lists:map/2, fun erlang:'+'/2, fun ?MODULE:term/0, fun nowhere:nothing/3]);
        false -> erlang:make_fun(atom(), atom(), below(256))
    end.

%% A fun of this module, with what it holds.
local_fun(Held) ->
    case below(3) of
        0 -> fun(X) -> {X, Held} end;
        1 -> fun(X, Y) -> [X, Y, Held, X] end;
        2 -> fun() -> local_fun end
    end.

has_map(Term) -> has_map_in([Term]).

has_map_in([]) -> false;
has_map_in([[H | T] | Rest]) -> has_map_in([H, T | Rest]);
has_map_in([X | Rest]) when is_tuple(X) -> has_map_in(elements(X, Rest));
has_map_in([X | _]) when is_map(X) -> true;
has_map_in([X | Rest]) when is_function(X) ->
    case erlang:fun_info(X, env) of
        {env, Held} when is_list(Held) -> has_map_in(Held ++ Rest);
        _ -> has_map_in(Rest)
    end;
has_map_in([_ | Rest]) -> has_map_in(Rest).

elements(Tuple, Rest) -> tuple_to_list(Tuple) ++ Rest.

one_of(Alternatives) -> lists:nth(1 + below(length(Alternatives)), Alternatives).

below(Count) -> rand:uniform(Count) - 1.
