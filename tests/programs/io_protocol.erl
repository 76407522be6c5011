%% The I/O protocol: a group leader of one's own, and standard input at its end.
-module(io_protocol).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    Me = self(), Old = group_leader(),
    GL = spawn(fun() -> leader([]) end), group_leader(GL, self()),
    io:format("hidden ~w~n", [1]), io:put_chars("x"), io:nl(), spawn(fun() -> io:format("inherited"), Me ! done end), receive done -> ok end,
    R1 = io:get_line("prompt>"),
    group_leader(Old, self()), GL ! {take, self()}, P(receive {taken, T} -> lists:flatten(T) end), P(R1),
    P(io:get_line("")), P(io:get_chars("", 5)), P(io:read("")),
    P(try io:format(no_such_device, "x", []) catch C:R -> {C, R} end), P(is_list(io:getopts())),
    Ref = make_ref(), Old ! {io_request, self(), Ref, {put_chars, unicode, "by hand\n"}}, P(receive {io_reply, Ref, A} -> A end),
    Old ! {io_request, self(), Ref, nonsense}, P(receive {io_reply, Ref, B} -> element(1, B) end),
    Old ! {io_request, self(), Ref, {requests, [{put_chars, latin1, "a"}, {put_chars, unicode, io_lib, format, ["b~w~n", [c]]}]}}, P(receive {io_reply, Ref, D} -> D end),
    ok.

leader(Out) ->
    receive
        {io_request, From, Ref, {put_chars, _, M, F, A}} -> From ! {io_reply, Ref, ok}, leader([apply(M, F, A) | Out]);
        {io_request, From, Ref, {put_chars, _, Cs}} -> From ! {io_reply, Ref, ok}, leader([Cs | Out]);
        {io_request, From, Ref, {get_line, _, Prompt}} -> From ! {io_reply, Ref, "line for " ++ Prompt}, leader(Out);
        {take, To} -> To ! {taken, lists:reverse(Out)}
    end.
