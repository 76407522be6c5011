%% try, catch and after in one another, and what runs when.
-module(try_after).
-export([main/1]).

main(_) ->
    [begin io:format("~w: ", [A]), io:format(" -> ~w~n", [run(A)]) end || A <- [value, throw, error, exit, in_catch, in_after, deep, bound]],
    io:format("~w~n", [kept()]),
    io:format("~w~n", [loop(1000, [])]).

run(A) ->
    try body(A) of
        V -> note(of_section), {ok, V}
    catch
        throw:T -> note(catch_throw), {thrown, T};
        error:E -> note(catch_error), {error, E}
    after
        note(outer_after)
    end.

body(value) -> 1;
body(throw) -> throw(t);
body(error) -> error(e);
body(exit) -> try exit(x) catch exit:x -> note(inner_exit), from_exit after note(inner_after) end;
body(in_catch) -> try throw(a) catch throw:a -> throw(b) after note(inner_after) end;
body(in_after) -> try throw(a) after note(before), throw(c) end;
body(deep) ->
    try
        try
            try throw(one) after note(first) end
        after note(second) end
    catch throw:one -> note(third), 3
    after note(fourth) end;
body(bound) ->
    X = 10,
    Y = try X + 1 of Z -> Z * 2 catch _:_ -> 0 after note(X) end,
    X + Y.

note(X) -> io:format("~w ", [X]).

%% What lives across a try is kept.
kept() ->
    A = id(1), B = id([2]), C = id({3}),
    R = try id(throw(B)) catch L -> {A, L} end,
    S = (catch exit(C)),
    {A, B, C, R, S}.

loop(0, Acc) -> length(Acc);
loop(N, Acc) ->
    X = try lists:nth(N rem 3, [a, b]) catch error:_ -> none after ok end,
    loop(N - 1, [X | Acc]).

id(X) -> X.
