%% A histogram of nanoseconds that allocates nothing when a value is added: buckets of three per cent in atomics.
%% One process adds.
-module(histogram).
-export([new/0, add/2, report/2]).

-define(BUCKETS, 1400).
%% The first place holds the largest value, the buckets follow.
-define(LARGEST, 1).
-define(FIRST, 2).

new() -> atomics:new(?BUCKETS + 1, []).

add(Histogram, Value) ->
    case Value > atomics:get(Histogram, ?LARGEST) of
        true -> atomics:put(Histogram, ?LARGEST, Value);
        false -> ok
    end,
    atomics:add(Histogram, ?FIRST + bucket(Value, 0), 1).

%% Values below 64 have a bucket each, and then 32 buckets lie between a power of two and the next.
bucket(Value, Shift) when Value < 64 -> Shift * 32 + Value;
bucket(Value, Shift) -> bucket(Value bsr 1, Shift + 1).

%% The largest value of a bucket.
highest(Bucket) when Bucket < 64 -> Bucket;
highest(Bucket) ->
    Shift = Bucket div 32 - 1,
    (((Bucket - Shift * 32) + 1) bsl Shift) - 1.

%% Prints quantiles in microseconds, and how many values lie above powers of ten.
report(Name, Histogram) ->
    Counts = [{highest(B), atomics:get(Histogram, ?FIRST + B)} || B <- lists:seq(0, ?BUCKETS - 1)],
    Total = lists:sum([Count || {_, Count} <- Counts]),
    print(Name, "samples", Total, "values"),
    [print(Name, Key, quantile(Counts, Total, Part) / 1000, "us")
        || {Key, Part} <- [{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}]],
    print(Name, "max", atomics:get(Histogram, ?LARGEST) / 1000, "us"),
    [print(Name, "above_" ++ Key, lists:sum([Count || {Value, Count} <- Counts, Value > Limit]), "values")
        || {Key, Limit} <- [{"100us", 100000}, {"1ms", 1000000}, {"10ms", 10000000}, {"100ms", 100000000}]].

print(Name, Key, Value, Unit) -> io:format("~s_~s ~w ~s~n", [Name, Key, Value, Unit]).

quantile(Counts, Total, Part) -> quantile(Counts, ceil(Total * Part)).

quantile([{Value, Count} | _], Left) when Count >= Left -> Value;
quantile([{_, Count} | Counts], Left) -> quantile(Counts, Left - Count).
