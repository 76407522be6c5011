%% The line of what stands behind a last call whose x0 was moved there right before: OTP does not count the call's own.
-module(lines_of_tail_calls).
-export([main/1, local/1, remote/1, native/1]).

main(_) ->
    [io:format("~w ~w~n", [F, line(F)]) || F <- [local, remote, native]].

line(F) ->
    try ?MODULE:F(b), none
    catch error:badarg:Stack -> [{N, A, L} || {?MODULE, N, A, L0} <- Stack, L <- [proplists:get_value(line, L0)], N =:= F]
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
