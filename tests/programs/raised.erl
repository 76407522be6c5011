%% Who asks a process of lower priority is answered, though others in between never wait.
-module(raised).
-export([main/1]).

main(_) ->
    Leader = group_leader(), Init = whereis(init),
    process_flag(priority, max),
    Asked = [spawn_opt(fun() -> receive after infinity -> ok end end, [{priority, P}]) || P <- [low, normal, normal, low, high]],
    Busy = [spawn_opt(fun() -> count(0) end, [{priority, P}]) || P <- [low, normal]],
    Spinners = [spawn_opt(fun() -> count(0) end, [{priority, high}]) || _ <- lists:seq(1, 2 * erlang:system_info(schedulers))],
    receive after 50 -> ok end,
    Answers = [begin
                   %% Whoever sleeps is queued by these; the question comes when it is there.
                   demonitor(monitor(process, P)),
                   [is_process_alive(P), group_leader(Init, P), process_info(P, group_leader) =:= {group_leader, Init},
                    group_leader(Leader, P), process_info(P, [priority, group_leader]) =:= [process_info(P, priority), {group_leader, Leader}]]
               end || _ <- [1, 2, 3], P <- Asked ++ Busy],
    %% An end is seen through, too.
    Ends = [begin
                M = monitor(process, P), exit(P, bang),
                Said = try group_leader(Init, P) catch error:badarg -> badarg end,
                {Said, receive {'DOWN', M, process, P, Why} -> Why end, is_process_alive(P)}
            end || P <- Asked ++ Busy],
    [exit(S, kill) || S <- Spinners],
    io:format("~p~n~p~n", [Answers, Ends]).

count(N) -> count(N + 1).
