%% A small bank, run by OTP's own supervisors and servers, that is hurt while it works and must not notice.
%%
%% The tree (restart strategy in brackets):
%%
%%     bank_sup [one_for_one, gives up after 2 restarts]
%%       branch_sup x 10 [rest_for_one]
%%         directory      gen_server: account number -> process
%%         accounts_sup [simple_one_for_one]
%%           account x 10,000, each a gen_server
%%         opener         gen_server: opens what the directory lacks
%%       gateway_sup [one_for_one, gives up after 3 restarts]
%%         gateway        gen_server
%%
%% Run it:   supervised:main(["100000"])   the argument, the number of accounts, may be left out.
%% It prints what it saw and checks it; the exit status is 1 when a check fails.
-module(supervised).
-export([main/1]).

-define(BRANCHES, 10).
-define(TELLERS, 8).

main([]) ->
    main(["100000"]);
main([Text]) ->
    hush(),
    process_flag(trap_exit, true),
    put(failed, 0),
    Accounts = list_to_integer(Text) div ?BRANCHES * ?BRANCHES,
    PerBranch = Accounts div ?BRANCHES,
    {ok, Root} = step("open the bank", fun() -> bank_sup:start_link(?BRANCHES, PerBranch) end),
    opened(Accounts),
    work(Accounts, PerBranch),
    hurt(Accounts, PerBranch),
    lose_a_directory(PerBranch),
    lose_an_opener(PerBranch),
    give_up_once(),
    give_up_for_good(Root, PerBranch),
    finish(get(failed)).

finish(0) ->
    io:format("every check passed~n");
finish(Failed) ->
    io:format("~b checks FAILED~n", [Failed]),
    halt(1).

%% Crashes are this program's subject and each one is an error report. Where OTP's logger runs (as under `erl`), it is
%% told to drop them. Where it does not (Purlin starts no applications), that call exits with noproc, and nothing is
%% reported anyway.
hush() ->
    try
        ok = logger:set_primary_config(level, none)
    catch
        exit:{noproc, _} -> ok
    end.

%% ---- what happens to the bank -------------------------------------------------------------------------------------

opened(Accounts) ->
    Counts = [supervisor:count_children(accounts_sup:name(B)) || B <- branches()],
    check("every account is open and supervised", Accounts, sum([value_of(active, C) || C <- Counts])),
    check("each has been opened once", Accounts, sum(openings())).

%% Every account is called once and cast to once, by several tellers at a time.
work(Accounts, PerBranch) ->
    Seen = step("a call and a cast to every account", fun() ->
        tellers(fun(Branch, Id) ->
            Pid = directory:where(Branch, Id),
            1 = account:deposit(Pid, 1),
            account:deposit_later(Pid, 2),
            answered
        end, PerBranch)
    end),
    check("every call was answered", #{answered => Accounts}, Seen),
    check("no deposit was lost", Accounts * 3, total(PerBranch)).

%% One account in fifty is broken, in four ways, by the teller that is about to call it. That call ends with the
%% account's exit reason, and the teller asks the directory again until the restarted one answers.
hurt(Accounts, PerBranch) ->
    Broken = length([Id || Id <- lists:seq(1, PerBranch), is_victim(Id)]) * ?BRANCHES,
    Before = sum(openings()),
    Seen = step("the same while accounts crash", fun() ->
        tellers(fun(Branch, Id) ->
            Pid = directory:where(Branch, Id),
            is_victim(Id) andalso account:break(Pid, way_to_break(Id)),
            persist(Pid, Branch, Id, answered)
        end, PerBranch)
    end),
    check("the calls to broken accounts were repeated", #{answered => Accounts - Broken, repeated => Broken}, Seen),
    check("each broken account was restarted once, and no other", Broken, sum(openings()) - Before),
    %% The restarted ones remember nothing but this call; the others have 3 from before too.
    check("no other account lost its money", Broken + (Accounts - Broken) * 4, total(PerBranch)).

is_victim(Id) ->
    Id rem 50 =:= 7.

way_to_break(Id) ->
    lists:nth(Id div 50 rem 4 + 1, [badarith, bad_reply, shutdown, killed]).

persist(Pid, Branch, Id, Outcome) ->
    try account:deposit(Pid, 1) of
        _Balance -> Outcome
    catch
        exit:{_Reason, {gen_server, call, _}} ->
            timer:sleep(1),
            persist(directory:where(Branch, Id), Branch, Id, repeated)
    end.

%% The first child of a rest_for_one supervisor dies: those started after it go down and come back with it. The other
%% branches do not notice.
lose_a_directory(PerBranch) ->
    Mine = pids(3, PerBranch),
    Others = [pids(B, PerBranch) || B <- branches(), B =/= 3],
    Sup = whereis(branch_sup:name(3)),
    Opener = whereis(opener:name(3)),
    step("a branch loses its directory", fun() ->
        exit(whereis(directory:name(3)), kill),
        opener:await(wait_for(fun() -> whereis_other_than(Opener, opener:name(3)) end))
    end),
    check("its accounts were all opened again", PerBranch,
          length(pids(3, PerBranch) -- Mine)),
    check("the old ones are gone", [], [P || P <- Mine, is_process_alive(P)]),
    check("its supervisor stayed", Sup, whereis(branch_sup:name(3))),
    check("the other branches stayed", true, Others =:= [pids(B, PerBranch) || B <- branches(), B =/= 3]).

%% The last child of a rest_for_one supervisor dies: it alone is restarted.
lose_an_opener(PerBranch) ->
    Before = pids(4, PerBranch),
    Old = whereis(opener:name(4)),
    step("a branch loses its opener", fun() ->
        exit(Old, kill),
        opener:await(wait_for(fun() -> whereis_other_than(Old, opener:name(4)) end))
    end),
    check("the accounts stayed", true, Before =:= pids(4, PerBranch)).

%% The gateway may be restarted three times; the fourth crash makes its supervisor give up, and the bank's supervisor
%% starts both anew.
give_up_once() ->
    Sup = whereis(gateway_sup),
    Branches = [whereis(branch_sup:name(B)) || B <- branches()],
    step("the gateway crashes three times", fun() -> [crash_gateway() || _ <- [1, 2, 3]] end),
    check("its supervisor restarted it each time", Sup, whereis(gateway_sup)),
    step("and once more", fun() ->
        crash_gateway(),
        wait_for(fun() -> whereis_other_than(Sup, gateway_sup) end)
    end),
    check("its supervisor gave up and was replaced", false, is_process_alive(Sup)),
    check("the gateway serves again", pong, gateway:ping()),
    check("no branch noticed", Branches, [whereis(branch_sup:name(B)) || B <- branches()]).

%% The bank's supervisor has one restart left. When that is spent too, it takes the whole tree down.
give_up_for_good(Root, PerBranch) ->
    Everyone = lists:append([pids(B, PerBranch) || B <- branches()]),
    Reason = step("the gateway crashes until the bank gives up", fun() -> crash_until_down(Root) end),
    check("the bank's supervisor ended in order", shutdown, Reason),
    check("nobody was left behind", 0, length([P || P <- Everyone, is_process_alive(P)])),
    check("no name was left behind", [], [N || B <- branches(),
                                               N <- [directory:name(B), accounts_sup:name(B), opener:name(B)],
                                               whereis(N) =/= undefined]).

crash_until_down(Root) ->
    receive
        {'EXIT', Root, Reason} -> Reason
    after 0 ->
        case whereis(gateway) of
            undefined -> timer:sleep(1);
            _ -> crash_gateway()
        end,
        crash_until_down(Root)
    end.

%% Returns when the crashed gateway is gone and another has taken its name, or its supervisor has gone too.
crash_gateway() ->
    Old = whereis(gateway),
    Sup = whereis(gateway_sup),
    gateway:crash(),
    wait_for(fun() ->
        case whereis(gateway) of
            New when is_pid(New), New =/= Old -> New;
            _ when Sup =:= undefined -> gone;
            _ -> case is_process_alive(Sup) of true -> undefined; false -> gone end
        end
    end).

%% ---- tellers ------------------------------------------------------------------------------------------------------

%% Runs Act(Branch, Id) for every account, by several processes at once, and counts what it returned.
tellers(Act, PerBranch) ->
    Refs = [spawn_monitor(fun() -> exit({seen, teller(T, Act, PerBranch)}) end) || T <- lists:seq(1, ?TELLERS)],
    lists:foldl(fun(Ref, Sum) -> merge(join(Ref), Sum) end, #{}, Refs).

teller(Teller, Act, PerBranch) ->
    lists:foldl(fun({Branch, Id}, Seen) -> count(Act(Branch, Id), 1, Seen) end, #{},
                [{Branch, Id} || Id <- lists:seq(Teller, PerBranch, ?TELLERS), Branch <- branches()]).

join({Pid, Ref}) ->
    receive
        {'DOWN', Ref, process, Pid, {seen, Seen}} -> Seen;
        {'DOWN', Ref, process, Pid, normal} -> #{};
        {'DOWN', Ref, process, Pid, Reason} -> #{{died, Reason} => 1}
    end.

merge(Seen, Sum) ->
    maps:fold(fun count/3, Sum, Seen).

count(Key, N, Counts) ->
    maps:update_with(Key, fun(M) -> M + N end, N, Counts).

%% ---- what can be seen of the bank ---------------------------------------------------------------------------------

branches() ->
    lists:seq(1, ?BRANCHES).

openings() ->
    [directory:openings(B) || B <- branches()].

pids(Branch, PerBranch) ->
    All = directory:all(Branch),
    [maps:get(Id, All) || Id <- lists:seq(1, PerBranch)].

total(PerBranch) ->
    sum([account:balance(P) || B <- branches(), P <- pids(B, PerBranch)]).

whereis_other_than(Old, Name) ->
    case whereis(Name) of
        Old -> undefined;
        New -> New
    end.

sum(Numbers) ->
    lists:sum(Numbers).

value_of(Key, List) ->
    {Key, Value} = lists:keyfind(Key, 1, List),
    Value.

%% ---- steps and checks ---------------------------------------------------------------------------------------------

step(What, Fun) ->
    {Time, Result} = timer:tc(Fun),
    io:format("~-44s ~8.1f ms~n", [What, Time / 1000]),
    Result.

check(What, Expected, Expected) ->
    io:format("   ok     ~s~n", [What]);
check(What, Expected, Actual) ->
    put(failed, get(failed) + 1),
    io:format("   FAILED ~s: expected ~0P, saw ~0P~n", [What, Expected, 12, Actual, 12]).

wait_for(Ask) ->
    case Ask() of
        undefined -> timer:sleep(1), wait_for(Ask);
        Found -> Found
    end.
