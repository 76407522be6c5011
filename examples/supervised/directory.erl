%% Knows which process each account of one branch is now, and how often accounts were opened.
-module(directory).
-behaviour(gen_server).
-export([start_link/1, name/1, enter/3, where/2, all/1, openings/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Branch) ->
    gen_server:start_link({local, name(Branch)}, ?MODULE, [], []).

name(Branch) ->
    list_to_atom("directory_" ++ integer_to_list(Branch)).

enter(Branch, Id, Pid) ->
    gen_server:call(name(Branch), {enter, Id, Pid}).

%% The account's process, or undefined.
where(Branch, Id) ->
    gen_server:call(name(Branch), {where, Id}).

all(Branch) ->
    gen_server:call(name(Branch), all).

openings(Branch) ->
    gen_server:call(name(Branch), openings).

init([]) ->
    {ok, {#{}, 0}}.

handle_call({enter, Id, Pid}, _From, {Accounts, Openings}) ->
    {reply, ok, {Accounts#{Id => Pid}, Openings + 1}};
handle_call({where, Id}, _From, {Accounts, _} = State) ->
    {reply, maps:get(Id, Accounts, undefined), State};
handle_call(all, _From, {Accounts, _} = State) ->
    {reply, Accounts, State};
handle_call(openings, _From, {_, Openings} = State) ->
    {reply, Openings, State}.

handle_cast(_Message, State) ->
    {noreply, State}.
