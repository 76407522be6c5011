%% One branch. Each child needs those before it, so when one fails, those after it are restarted too (rest_for_one).
-module(branch_sup).
-behaviour(supervisor).
-export([start_link/2, name/1, init/1]).

start_link(Branch, Accounts) ->
    supervisor:start_link({local, name(Branch)}, ?MODULE, {Branch, Accounts}).

name(Branch) ->
    list_to_atom("branch_sup_" ++ integer_to_list(Branch)).

init({Branch, Accounts}) ->
    Flags = #{strategy => rest_for_one, intensity => 5, period => 10},
    {ok, {Flags, [#{id => directory, start => {directory, start_link, [Branch]}},
                  #{id => accounts, start => {accounts_sup, start_link, [Branch]}, type => supervisor},
                  #{id => opener, start => {opener, start_link, [Branch, Accounts]}}]}}.
