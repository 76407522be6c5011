%% Timers that fire and timers that are cancelled: each does just one of the two, and none fires early.
-module(soak_timers).
-export([run/1]).

-define(OWNERS, 100).
%% Deadlines lie within this.
-define(SPAN, 2000).
%% One that is later than this by so much is lost.
-define(LATE_LIMIT, 60000).

run(Scale) ->
    Each = Scale * 10,
    Owners = [soak:start(fun() -> owner(Each, Seed) end) || Seed <- lists:seq(1, ?OWNERS)],
    {Fired, Late} = lists:unzip(soak:results(Owners)),
    [{set, Each * ?OWNERS}, {fired, lists:sum(Fired)}, {late_max_ms, lists:max(Late)}].

owner(Count, Seed) ->
    Now = erlang:monotonic_time(millisecond),
    Timers = [set(Now + I * 7919 * Seed rem ?SPAN) || I <- lists:seq(1, Count)],
    %% Half of them are cancelled while the others fire, some of them too late.
    receive after ?SPAN div 3 -> ok end,
    {Cancelled, Kept} = lists:partition(fun({_, Due}) -> Due rem 2 =:= 0 end, Timers),
    Left = [Timer || {Ref, _} = Timer <- Cancelled, erlang:cancel_timer(Ref) =:= false],
    fired(maps:from_list(Left ++ Kept), erlang:monotonic_time(millisecond), 0, 0).

set(Due) -> {erlang:start_timer(Due, self(), Due, [{abs, true}]), Due}.

%% How many fire, and by how much the latest was late, counted from when its owner could have read it.
fired(Timers, _, Count, Late) when map_size(Timers) =:= 0 ->
    receive
        {timeout, _, _} = Message -> exit({fired_twice_or_cancelled, Message})
    after ?SPAN -> {Count, Late}
    end;
fired(Timers, Awake, Count, Late) ->
    receive
        {timeout, Ref, Due} when map_get(Ref, Timers) =:= Due ->
            Now = erlang:monotonic_time(millisecond),
            Now >= Due orelse exit({early, Due, Now}),
            fired(maps:remove(Ref, Timers), Awake, Count + 1, max(Late, Now - max(Due, Awake)));
        Message ->
            exit({fired_twice_or_cancelled, Message})
    after ?LATE_LIMIT ->
        exit({timers_lost, map_size(Timers)})
    end.
