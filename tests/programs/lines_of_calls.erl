%% Lines that OTP counts in its own way: that of what stands behind a last call whose x0 was moved there right before, and that
%% of a call of a native through a fun or `apply`, which is where it would return to.
-module(lines_of_calls).
-export([main/1, local/1, remote/1, native/1, native_fun/1, native_applied/1, undefined/1]).

main(_) ->
    [io:format("~w ~w~n", [F, line(F)]) || F <- [local, remote, native, native_fun, native_applied, undefined]].

line(F) ->
    try ?MODULE:F(b), none
    catch error:_:Stack -> [{N, A, L} || {?MODULE, N, A, L0} <- Stack, L <- [proplists:get_value(line, L0)], N =:= F]
    end.

local(X) ->
    case erlang:phash2(X, 1) + erlang:phash2(X, 1) of
        1 -> last(false);
        _ -> apply(erlang, element, [15, 3.5])
    end.

remote(X) ->
    case erlang:phash2(X, 1) + erlang:phash2(X, 1) of
        1 -> lists:reverse(false);
        _ -> apply(erlang, element, [15, 3.5])
    end.

native(X) ->
    case erlang:phash2(X, 1) + erlang:phash2(X, 1) of
        1 -> erlang:list_to_binary(false);
        _ -> apply(erlang, element, [15, 3.5])
    end.

last(X) -> X.

native_fun(X) ->
    F = id(fun erlang:atom_to_list/1),
    list_to_atom(
        F({X})
    ).

native_applied(X) ->
    M = id(erlang),
    list_to_atom(
        M:atom_to_list({X})
    ).

undefined(X) ->
    M = id(lists),
    list_to_atom(
        M:not_there({X})
    ).

id(X) -> X.
