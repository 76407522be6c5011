%% kind: sequential
%% size: 20
%% quick: 1
%% OTP's whole compiler, thousands of functions, over the forms of a module.
-module(compiler).
-export([main/1]).

main(Args) ->
    Forms = large_source:forms(large_source:text(bench:size(Args))),
    bench:timed(compiler, fun() -> {ok, generated, <<_/binary>>} = compile:forms(Forms, [binary]) end).
