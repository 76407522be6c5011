%% kind: sequential
%% size: 1000
%% quick: 5
%% OTP's scanner and parser over a large source, and the pretty printer over what they give.
-module(front_end).
-export([main/1]).

main(Args) ->
    Text = large_source:text(bench:size(Args)),
    Forms = bench:timed(parser, fun() -> large_source:forms(Text) end),
    bench:timed(printer, fun() -> lists:foreach(fun(Form) -> iolist_size(erl_pp:form(Form)) end, Forms) end).
