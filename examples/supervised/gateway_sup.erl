%% Restarts the gateway three times a minute and no more.
-module(gateway_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {#{strategy => one_for_one, intensity => 3, period => 60},
          [#{id => gateway, start => {gateway, start_link, []}}]}}.
