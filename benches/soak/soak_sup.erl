%% A supervisor of supervisors of workers.
-module(soak_sup).
-behaviour(supervisor).
-export([start_link/2, init/1]).

-define(BRANCH, 20).

start_link(Names, Counters) -> supervisor:start_link(?MODULE, {branches, Names, Counters}).

init({branches, Names, Counters}) ->
    {ok, {flags(), branches(Names, Counters)}};
init({workers, Names, Counters}) ->
    {ok, {flags(), [#{id => Name, start => {soak_worker, start_link, [Name, Counters]}} || Name <- Names]}}.

%% As many restarts as crashes will ask for.
flags() -> #{strategy => one_for_one, intensity => 1000000, period => 1}.

branches([], _) -> [];
branches(Names, Counters) ->
    {Some, Others} = lists:split(min(?BRANCH, length(Names)), Names),
    Start = {supervisor, start_link, [?MODULE, {workers, Some, Counters}]},
    [#{id => hd(Some), start => Start, type => supervisor} | branches(Others, Counters)].
