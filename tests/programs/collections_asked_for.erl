%% Collections of another process that are asked for: of all generations, or, as a hint, of what is young.
-module(collections_asked_for).
-export([main/1]).

main(_) ->
    Main = self(),
    Pid = spawn(fun() -> Kept = lists:seq(1, 10000), Main ! ready, wait(Kept) end),
    receive ready -> settle(Pid) end,
    % Not each one has to be a minor one.
    show(minor, lists:member(more, [change(Pid, minor) || _ <- lists:seq(1, 4)])),
    show(major, [change(Pid, major) || _ <- lists:seq(1, 4)]),
    show(async, garbage_collect(Pid, [{type, minor}, {async, here}])),
    receive {garbage_collect, here, Done} -> show(done, Done) end,
    show(own, garbage_collect(self(), [{type, minor}])),
    show(wrong, try garbage_collect(Pid, [{type, middle}]) catch error:Reason -> Reason end),
    exit(Pid, kill),
    show(dead, garbage_collect(Pid, [{type, minor}])).

%% Lets it come to its `receive`.
settle(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> ok;
        _ -> erlang:yield(), settle(Pid)
    end.

%% What a collection does to the count of minor ones.
change(Pid, Type) ->
    Before = count(Pid),
    true = garbage_collect(Pid, [{type, Type}]),
    case count(Pid) of
        After when After > Before -> more;
        _ -> no_more
    end.

%% Minor collections, on Erlang/OTP since the last major one.
count(Pid) ->
    {_, Told} = process_info(Pid, garbage_collection),
    proplists:get_value(minor_gcs, Told).

wait(Kept) -> receive stop -> Kept end.

show(What, Value) -> io:format("~p: ~p~n", [What, Value]).
