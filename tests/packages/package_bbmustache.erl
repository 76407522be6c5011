%% Templates filled in by bbmustache.
%% package: erlang-bbmustache
-module(package_bbmustache).
-export([main/1]).
main(_) ->
    T = <<"Hello {{name}}\nYou have just won {{value}} dollars!\n{{#in_ca}}\nWell, {{taxed_value}} dollars, after taxes.\n{{/in_ca}}{{^no}}none{{/no}} {{{raw}}} {{esc}}\n{{#l}}<{{.}}>{{/l}}">>,
    io:format("~ts~n", [bbmustache:render(T, #{"name" => "Chris", "value" => 10000, "in_ca" => #{"taxed_value" => 6000.0}, "raw" => "<b>", "esc" => "<i>&\"", "l" => [<<"x">>, <<"y">>]})]),
    io:format("~p~n", [bbmustache:parse_binary(<<"a{{b}}{{#c}}d{{/c}}">>)]),
    io:format("~p~n", [try bbmustache:parse_binary(<<"a{{#b}}">>) catch Class:Reason -> {Class, Reason} end]).
