%% Domain names encoded and decoded by idna.
%% package: erlang-idna
-module(package_idna).
-export([main/1]).
main(_) ->
    [io:format("~p~n", [catch idna:encode(S)]) || S <- ["www.詹姆斯.com", "faß.de", "bücher.example", "königsgäßchen.de", "例え.テスト", "a..b"]],
    [io:format("~p~n", [catch idna:decode(S)]) || S <- ["xn--bcher-kva.example", "www.xn--8ws00zhy3a.com", "xn--fsq.com"]],
    io:format("~p~n", [catch idna:encode("Bücher.DE", [uts46])]).
