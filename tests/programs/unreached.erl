%% Code that no control comes to, which the compiler keeps: the failure of what cannot fail.
-module(unreached).
-export([main/1, failing/2]).

main(_) ->
    show(fun() -> failing(1, <<"abc">>) end),
    show(fun() -> failing(1, <<"xyz">>) end),
    show(fun() -> failing(2, make_ref()) end).

show(Fun) ->
    try
        io:format("~p~n", [Fun()])
    catch
        Class:Reason -> io:format("~p ~p~n", [Class, Reason])
    end.

%% Asking a map for a key cannot fail, but the instruction has a label for that, where a matching context is left in a register.
failing(Key, Bits) ->
    case <<Bits/binary>> of
        <<$a, _/bits>> ->
            first;
        _ ->
            case is_map_key(Key, #{1 => a, 1.0 => b}) of
                true when is_reference(Key) -> second
            end
    end.
