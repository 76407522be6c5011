%% Supervised servers are called while they crash in several ways. Each call is answered rightly, or ends because its
%% server crashed; each crash is seen by a monitor and followed by just one start.
-module(soak_crashes).
-export([run/1]).

-define(WORKERS, 100).
-define(CLIENTS, 20).
%% One in so many requests is a crash.
-define(CRASH_EVERY, 25).
-define(RESTART_LIMIT, 30000).

run(Scale) ->
    process_flag(trap_exit, true),
    Names = [list_to_atom("soak_worker_" ++ integer_to_list(I)) || I <- lists:seq(1, ?WORKERS)],
    Counters = soak_worker:counters(),
    {ok, Supervisor} = soak_sup:start_link(Names, Counters),
    Requests = Scale * 20,
    Clients = [soak:start(fun() -> client(Requests, Seed, list_to_tuple(Names), {0, 0, 0}) end)
        || Seed <- lists:seq(1, ?CLIENTS)],
    {Answered, Failed, Seen} = lists:unzip3(soak:results(Clients)),
    settled(Names, ?RESTART_LIMIT),
    Crashes = soak_worker:crashes(Counters),
    Starts = soak_worker:starts(Counters),
    Starts =:= Crashes + ?WORKERS orelse exit({starts, Starts, crashes, Crashes, workers, ?WORKERS}),
    ended(Supervisor),
    [{calls, lists:sum(Answered)}, {calls_that_failed, lists:sum(Failed)}, {crashes, Crashes},
     {crashes_seen, lists:sum(Seen)}].

client(0, _, _, Counts) -> Counts;
client(N, Random, Names, {Answered, Failed, Seen}) ->
    Next = Random * 48271 rem 2147483647,
    Name = element(Next rem tuple_size(Names) + 1, Names),
    Counts = case N rem ?CRASH_EVERY of
        0 -> {Answered, Failed, Seen + gone(Name, how(Next div 1024 rem 4))};
        _ ->
            case called(Name, N) of
                true -> {Answered + 1, Failed, Seen};
                false -> {Answered, Failed + 1, Seen}
            end
    end,
    client(N - 1, Next, Names, Counts).

called(Name, N) ->
    Expected = N * 2,
    try gen_server:call(Name, {double, N}, infinity) of
        {doubled, Expected, _} -> true
    catch
        exit:{Reason, {gen_server, call, _}} -> allowed(Reason, false)
    end.

%% Crashes a worker, if it is there, and waits until it is gone: how many it were.
gone(Name, How) ->
    Monitor = monitor(process, Name),
    gen_server:cast(Name, {crash, How}),
    receive
        {'DOWN', Monitor, process, _, noproc} -> 0;
        {'DOWN', Monitor, process, _, Reason} -> allowed(Reason, 1)
    end.

how(0) -> exit;
how(1) -> error;
how(2) -> kill;
how(3) -> linked.

allowed(noproc, Result) -> Result;
allowed(told_to, Result) -> Result;
allowed(killed, Result) -> Result;
allowed({told_to, [_ | _]}, Result) -> Result;
allowed(Other, _) -> exit({unexpected_reason, Other}).

%% All workers answer, so no crash is under way or waits in a mailbox.
settled(Names, Left) when Left < 0 -> exit({not_restarted, [Name || Name <- Names, whereis(Name) =:= undefined]});
settled(Names, Left) ->
    case lists:all(fun(Name) -> called(Name, 1) end, Names) of
        true -> ok;
        false ->
            receive after 20 -> settled(Names, Left - 20) end
    end.

ended(Supervisor) ->
    Monitor = monitor(process, Supervisor),
    exit(Supervisor, shutdown),
    receive {'DOWN', Monitor, process, _, shutdown} -> ok end,
    receive {'EXIT', Supervisor, shutdown} -> ok end.
