%% A named server that answers calls until it is told to crash. It counts its starts and its crashes where they outlive
%% it.
-module(soak_worker).
-behaviour(gen_server).
-export([start_link/2, starts/1, crashes/1, counters/0]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(STARTS, 1).
-define(CRASHES, 2).

counters() -> counters:new(2, []).
starts(Counters) -> counters:get(Counters, ?STARTS).
crashes(Counters) -> counters:get(Counters, ?CRASHES).

start_link(Name, Counters) -> gen_server:start_link({local, Name}, ?MODULE, Counters, []).

init(Counters) ->
    counters:add(Counters, ?STARTS, 1),
    {ok, {Counters, 0}}.

handle_call({double, N}, _, {Counters, Served}) ->
    {reply, {doubled, N * 2, Served}, {Counters, Served + 1}}.

handle_cast({crash, How}, {Counters, _}) ->
    counters:add(Counters, ?CRASHES, 1),
    crash(How).

crash(exit) -> exit(told_to);
crash(error) -> erlang:error(told_to);
crash(kill) ->
    exit(self(), kill),
    receive never -> ok end;
crash(linked) ->
    spawn_link(fun() -> exit(told_to) end),
    receive never -> ok end.
