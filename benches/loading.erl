%% kind: concurrent
%% size: 1000
%% quick: 20
%% Loading: so many modules of some functions each, one after the other and all at once; and a module replaced again and
%% again while another process calls it.
-module(loading).
-export([main/1]).

main(Args) ->
    Size = bench:size(Args),
    Modules = [{module(I), source(I, 1)} || I <- lists:seq(1, Size)],
    bench:timed(load_each, fun() -> [{module, M} = code:load_binary(M, "", Code) || {M, Code} <- Modules] end),
    [begin true = code:delete(M), code:purge(M) end || {M, _} <- Modules],
    bench:timed(load_together, fun() -> ok = code:atomic_load([{M, "", Code} || {M, Code} <- Modules]) end),
    upgrades(Size, {source(0, 1), source(0, 2)}).

%% A module of a dozen functions that call each other.
source(I, Version) ->
    Calls = [io_lib:format("f~b(X, Acc) when is_integer(X), X > 0 -> f~b(X - 1, [{f, X} | Acc]);\nf~b(_, Acc) -> lists:reverse(Acc).\n",
                           [N, (N + 1) rem 12, N]) || N <- lists:seq(0, 11)],
    Text = lists:flatten(io_lib:format("-module(~s).\n-export([version/0, f0/2]).\nversion() -> ~b.\n~s", [module(I), Version, Calls])),
    {ok, Tokens, _} = erl_scan:string(Text),
    {ok, _, Code} = compile:forms(forms(Tokens, [], []), [binary]),
    Code.

forms([], [], Forms) -> lists:reverse(Forms);
forms([{dot, _} = Dot | Rest], Tokens, Forms) ->
    {ok, Form} = erl_parse:parse_form(lists:reverse(Tokens, [Dot])),
    forms(Rest, [], [Form | Forms]);
forms([Token | Rest], Tokens, Forms) -> forms(Rest, [Token | Tokens], Forms).

module(I) -> list_to_atom("loading_" ++ integer_to_list(I)).

upgrades(Count, {First, Second}) ->
    Module = module(0),
    {module, Module} = code:load_binary(Module, "", First),
    Caller = spawn_link(fun() -> call(Module, 0) end),
    Start = erlang:monotonic_time(),
    replace(Module, Second, First, Count),
    Time = erlang:monotonic_time() - Start,
    Caller ! {stop, self()},
    Calls = receive {calls, N} -> N end,
    bench:report(replace_under_calls, erlang:convert_time_unit(Time, native, microsecond) / Count, us),
    bench:report(calls_meanwhile, erlang:convert_time_unit(Time, native, nanosecond) / Calls, ns).

replace(_, _, _, 0) -> ok;
replace(Module, Code, Other, Count) ->
    purge(Module),
    {module, Module} = code:load_binary(Module, "", Code),
    replace(Module, Other, Code, Count - 1).

%% Who was interrupted as it called the version that is old now is given time to return.
purge(Module) ->
    case code:soft_purge(Module) of
        true -> ok;
        false -> erlang:yield(), purge(Module)
    end.

call(Module, Calls) ->
    receive
        {stop, From} -> From ! {calls, Calls}
    after 0 ->
        hundred(Module, 100),
        call(Module, Calls + 100)
    end.

hundred(_, 0) -> ok;
hundred(Module, Left) ->
    true = Module:version() < 3,
    hundred(Module, Left - 1).
