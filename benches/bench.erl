%% What every program here shares: taking the size from the command line, timing, and printing `name value unit`.
%%
%% The runner (`cargo xtask versus`) reads directives from the first lines of each program:
%%     %% kind: sequential | concurrent     whether it counts in the geometric mean of sequential code
%%     %% size: N                           the argument of main/1
%%     %% quick: N                          the argument under --quick
%%     %% schedulers: 1 2                   runs it once for each number of schedulers (all cores otherwise)
%%     %% rounds: 1                         not more rounds than this, where one takes minutes
-module(bench).
-export([size/1, timed/2, report/3, mark_memory/2]).

size([Text]) ->
    list_to_integer(Text).

%% Runs Fun, prints how long it took, returns its result.
timed(Name, Fun) ->
    Start = erlang:monotonic_time(),
    Result = Fun(),
    Stop = erlang:monotonic_time(),
    report(Name, erlang:convert_time_unit(Stop - Start, native, microsecond) / 1000, ms),
    Result.

report(Name, Value, Unit) ->
    io:format("~s ~.3f ~s~n", [Name, float(Value), Unit]).

%% Asks the runner to note the memory that the whole machine holds now. From two marks of one name it prints the
%% difference divided by the difference of the counts.
mark_memory(Name, Count) ->
    rest(),
    io:format("memory ~s ~b~n", [Name, Count]),
    rest().

%% What has been started is given time to come to rest, and the runner to look.
rest() -> receive after 200 -> ok end.
