%% The top of the tree: ten branches and the gateway, each restarted by itself. It gives up at the third failure within
%% a minute, so that a fault that restarting does not mend comes to light.
-module(bank_sup).
-behaviour(supervisor).
-export([start_link/2, init/1]).

start_link(Branches, Accounts) ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, {Branches, Accounts}).

init({Branches, Accounts}) ->
    Flags = #{strategy => one_for_one, intensity => 2, period => 60},
    {ok, {Flags, [branch(B, Accounts) || B <- lists:seq(1, Branches)] ++ [gateway()]}}.

branch(Branch, Accounts) ->
    #{id => {branch, Branch}, start => {branch_sup, start_link, [Branch, Accounts]}, type => supervisor}.

gateway() ->
    #{id => gateway, start => {gateway_sup, start_link, []}, type => supervisor}.
