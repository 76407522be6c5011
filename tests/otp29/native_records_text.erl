%% Native records as text, which the libraries of OTP 29 write.
-module(native_records_text).
-export([main/1]).
-record #pair{first = 1, second, rest = [x, 1.5, <<"text">>, 1 bsl 65]}.
-record #lonely{}.
-record #wide{a, b, c, d, e, f, g, h, i, j}.

main(_) ->
    Pair = #pair{second = 2},
    Wide = #wide{a = lists:seq(1, 40), b = "text", c = Pair, d = <<1>>, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10},
    [io:format(Form ++ "~n", [Term]) || Form <- ["~w", "~p", "~tp", "~0p", "~40p"], Term <- [Pair, Wide, {#lonely{}, [Pair]}]],
    [io:format("~W ~P~n", [Wide, Depth, Wide, Depth]) || Depth <- [1, 2, 3, 5, 8]],
    [io:put_chars([explained(F), $\n])
     || F <- [fun() -> (id(1))#pair.first end, fun() -> Pair#_{nothing = 1} end, fun() -> #geometry:line{from = 1} end,
              fun() -> records:get(first, 1) end, fun() -> records:create(a, b, [{1, 2}], #{is_exported => true}) end,
              fun() -> erlang:is_record(Pair, id(1)) end]].

explained(F) ->
    try F() catch C:R:Trace -> erl_error:format_exception(C, R, [T || {M, _, _, _} = T <- Trace, M =/= init, M =/= erl_eval]) end.

id(X) -> X.
