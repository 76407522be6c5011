%% One account: a server that keeps a balance, and that can be broken on request.
-module(account).
-behaviour(gen_server).
-export([start_link/2, deposit/2, deposit_later/2, balance/1, break/2]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Branch, Id) ->
    gen_server:start_link(?MODULE, {Branch, Id}, []).

%% Returns the new balance.
deposit(Account, Amount) ->
    gen_server:call(Account, {deposit, Amount}).

deposit_later(Account, Amount) ->
    gen_server:cast(Account, {deposit, Amount}).

balance(Account) ->
    gen_server:call(Account, balance).

%% Ends the account: by an error, by an answer that is none, by an orderly exit, or from outside.
break(Account, killed) ->
    exit(Account, kill);
break(Account, How) ->
    gen_server:cast(Account, {break, How}).

init({Branch, Id}) ->
    ok = directory:enter(Branch, Id, self()),
    {ok, 0}.

handle_call({deposit, Amount}, _From, Balance) ->
    {reply, Balance + Amount, Balance + Amount};
handle_call(balance, _From, Balance) ->
    {reply, Balance, Balance}.

handle_cast({deposit, Amount}, Balance) ->
    {noreply, Balance + Amount};
handle_cast({break, badarith}, Balance) ->
    {noreply, Balance / 0};
handle_cast({break, bad_reply}, _Balance) ->
    throw(not_a_reply);
handle_cast({break, shutdown}, Balance) ->
    {stop, {shutdown, on_request}, Balance}.
