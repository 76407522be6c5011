%% Modules with a function that runs when they are loaded, and decides whether they are.
-module(on_load).
-export([main/1, ran/0]).
-on_load(prepare/0).

prepare() ->
    persistent_term:put(?MODULE, {prepared, process_info(self(), registered_name)}),
    {module_loaded, false} = {module_loaded, erlang:module_loaded(?MODULE)},
    ok.

ran() -> persistent_term:get(?MODULE).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P(ran()),
    P([{Name, loaded(Name, Body)} || {Name, Body} <- bodies()]),
    P([{Name, called(Name)} || {Name, _} <- bodies()]),
    P([{Name, erlang:module_loaded(Name), erlang:function_exported(Name, f, 0)} || {Name, _} <- bodies()]),
    P(replaced()),
    P(waiting()).

bodies() ->
    [{says_ok, "ok"}, {says_no, "no"}, {says_error, "{error, reason}"}, {raises, "error(x)"}, {exits, "exit(normal)"},
     {calls_itself, "try says_ok:f(), calls_itself:f(), bad catch error:undef -> ok end"}, {no_nif, "erlang:load_nif(\"nowhere\", 0)"},
     {has_no_name, "undefined = proplists:get_value(registered_name, [process_info(self(), registered_name)]), ok"}].

%% A module that was there stays when the new one is refused.
replaced() ->
    {_, Old} = binary(stays, none, "old"),
    code:load_binary(stays, "stays.erl", Old),
    {_, New} = binary(stays, "refused", "new"),
    R = code:load_binary(stays, "stays.erl", New),
    {_, Newer} = binary(stays, "ok", "newer"),
    {R, stays:f(), code:load_binary(stays, "stays.erl", Newer), stays:f()}.

%% Who calls a module meanwhile waits.
waiting() ->
    {_, Binary} = binary(slow, "receive after 100 -> ok end", "slow"),
    Self = self(),
    Caller = fun() -> receive after 30 -> ok end, Self ! {self(), called(slow)} end,
    Loader = spawn(fun() -> Self ! {self(), code:load_binary(slow, "slow.erl", Binary)} end),
    Callers = [Loader | [spawn(Caller) || _ <- [1, 2, 3]]],
    Loader ! a_message,
    [receive {Pid, Result} -> Result after 5000 -> timeout end || Pid <- Callers].

called(Name) -> try Name:f() catch C:R -> {C, R} end.

loaded(Name, Body) ->
    {_, Binary} = binary(Name, Body, "hello"),
    code:load_binary(Name, atom_to_list(Name), Binary).

binary(Name, Body, Result) ->
    OnLoad = [["-on_load(l/0).", "l() -> " ++ Body ++ "."] || Body =/= none],
    Lines = ["-module(" ++ atom_to_list(Name) ++ ").", "-export([f/0])." | lists:append(OnLoad)] ++ ["f() -> " ++ Result ++ "."],
    {ok, Name, Binary} = compile:forms([form(Line) || Line <- Lines], []),
    {Name, Binary}.

form(Line) ->
    {ok, Tokens, _} = erl_scan:string(Line),
    {ok, Form} = erl_parse:parse_form(Tokens),
    Form.
