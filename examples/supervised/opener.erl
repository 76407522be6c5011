%% Opens the accounts of one branch when the branch starts: those that the directory does not know as living.
-module(opener).
-behaviour(gen_server).
-export([start_link/2, name/1, await/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Branch, Accounts) ->
    gen_server:start_link({local, name(Branch)}, ?MODULE, {Branch, Accounts}, [{timeout, infinity}]).

name(Branch) ->
    list_to_atom("opener_" ++ integer_to_list(Branch)).

%% Returns when it has opened everything. (Its name is known before that: a server's init runs after registering.)
await(Opener) ->
    gen_server:call(Opener, await, infinity).

init({Branch, Accounts}) ->
    Known = directory:all(Branch),
    [ok = accounts_sup:open(Branch, Id) || Id <- lists:seq(1, Accounts), not is_open(Id, Known)],
    {ok, Branch}.

is_open(Id, Known) ->
    case Known of
        #{Id := Pid} -> is_process_alive(Pid);
        #{} -> false
    end.

handle_call(await, _From, Branch) ->
    {reply, ok, Branch}.

handle_cast(_Message, Branch) ->
    {noreply, Branch}.
