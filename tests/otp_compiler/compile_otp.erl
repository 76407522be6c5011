%% Compiles sources with OTP's own compiler, one after the other: `cargo xtask compile-otp` runs it on both machines.
%%
%% main([Out, Include..., "--", Source...]) writes the modules into Out. It prints `time File Microseconds` for each
%% source, or `failed File What`.
-module(compile_otp).
-export([main/1]).

main([Out | Rest]) ->
    {Includes, ["--" | Sources]} = lists:splitwith(fun(A) -> A =/= "--" end, Rest),
    Options = [deterministic, debug_info, return_errors, {outdir, Out} | [{i, I} || I <- Includes]],
    [compile(Source, Options) || Source <- Sources],
    ok.

compile(Source, Options) ->
    Start = erlang:monotonic_time(microsecond),
    try compile:file(Source, Options) of
        {ok, _} -> io:format("time ~s ~w~n", [name(Source), erlang:monotonic_time(microsecond) - Start]);
        Error -> io:format("failed ~s ~0p~n", [name(Source), Error])
    catch
        Class:Reason:Stack -> io:format("failed ~s ~0p~n", [name(Source), {Class, Reason, Stack}])
    end.

name(Source) -> filename:basename(Source, ".erl").
