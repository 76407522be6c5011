%% The bank's door to the world, with a fault that restarting does not mend.
-module(gateway).
-behaviour(gen_server).
-export([start_link/0, ping/0, crash/0]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

ping() ->
    gen_server:call(?MODULE, ping).

crash() ->
    gen_server:cast(?MODULE, crash).

init([]) ->
    {ok, open}.

handle_call(ping, _From, State) ->
    {reply, pong, State}.

handle_cast(crash, State) ->
    {noreply, lists:nth(1, State)}.
