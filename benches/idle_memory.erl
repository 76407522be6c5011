%% kind: concurrent
%% size: 1000000
%% quick: 20000
%% Bytes of a process that only waits: of the first thousand, of a million, and what the machine itself says of one.
-module(idle_memory).
-export([main/1]).

-define(FEW, 1000).

main(Args) ->
    N = bench:size(Args),
    %% What the first processes bring along (code, tables) is not theirs.
    ready(start(100)),
    between(?FEW, 0),
    bench:report(idle_memory_told, memory_of(start(1)), 'B'),
    between(N, ?FEW).

%% The memory of those that bring the count of processes from From to To. Nothing of them is kept here.
between(To, From) ->
    Name = "idle_memory_" ++ integer_to_list(To),
    bench:mark_memory(Name, From),
    ready(start(To - From)),
    bench:mark_memory(Name, To).

start(1) -> spawn(fun idle/0);
start(N) ->
    spawn(fun idle/0),
    start(N - 1).

%% The last one answers: by then all have run into their receive, or soon will have.
ready(Last) ->
    Last ! {hello, self()},
    receive hello -> Last end.

idle() ->
    receive {hello, From} -> From ! hello, idle() end.

memory_of(Pid) ->
    {memory, Bytes} = process_info(ready(Pid), memory),
    Bytes.
