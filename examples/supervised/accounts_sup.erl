%% The accounts of one branch: many children of one kind, started on request.
-module(accounts_sup).
-behaviour(supervisor).
-export([start_link/1, name/1, open/2, init/1]).

start_link(Branch) ->
    supervisor:start_link({local, name(Branch)}, ?MODULE, Branch).

name(Branch) ->
    list_to_atom("accounts_sup_" ++ integer_to_list(Branch)).

open(Branch, Id) ->
    {ok, _Pid} = supervisor:start_child(name(Branch), [Id]),
    ok.

%% Hundreds of accounts may fail together without anything being wrong with the branch.
init(Branch) ->
    Flags = #{strategy => simple_one_for_one, intensity => 10000, period => 1},
    {ok, {Flags, [#{id => account, start => {account, start_link, [Branch]}, shutdown => 5000}]}}.
