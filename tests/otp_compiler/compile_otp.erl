%% Compiles sources with OTP's own compiler, one after the other: `cargo xtask compile-otp` runs it on both machines.
%%
%% main([Out, Include..., "--", Source...]) writes the modules into Out. It prints `time File Microseconds` for each
%% source, or `failed File What`.
-module(compile_otp).
-export([main/1, compare/1]).

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

%% compare([One, Other]) tells of each module in One how that in Other differs: `identical Module`, `atoms Module` when only
%% the form of atoms in chunks that hold terms is another (OTP 26 changed it), or `differs Module Chunks`.
compare([One, Other]) ->
    {ok, Files} = file:list_dir(One),
    [io:format("~s ~s~s~n", compared(filename:rootname(F), filename:join(One, F), filename:join(Other, F)))
     || F <- lists:sort(Files)].

compared(Name, One, Other) ->
    {ok, A} = file:read_file(One),
    case file:read_file(Other) of
        {ok, A} -> ["identical", Name, ""];
        {ok, B} ->
            case differing(A, B) of
                [] -> ["atoms", Name, ""];
                Chunks -> ["differs", Name, [[" ", C] || C <- Chunks]]
            end;
        _ -> ["differs", Name, " missing"]
    end.

differing(A, B) ->
    {ok, _, ChunksA} = beam_lib:all_chunks(A),
    {ok, _, ChunksB} = beam_lib:all_chunks(B),
    Different = [Id || {Id, Chunk} <- ChunksA, meaning(Id, Chunk) =/= meaning(Id, proplists:get_value(Id, ChunksB))],
    Different ++ [Id || {Id, _} <- ChunksB, not lists:keymember(Id, 1, ChunksA)].

meaning(_, undefined) -> undefined;
meaning(Id, Chunk) when Id =:= "Attr"; Id =:= "CInf"; Id =:= "Meta"; Id =:= "Dbgi"; Id =:= "Docs" ->
    %% The hash of the module that is among its attributes is one of these bytes.
    without_vsn(binary_to_term(Chunk));
meaning("FunT", <<Count:32, Entries/binary>>) ->
    %% The last word of each is of the same hash.
    {Count, [Entry || <<Entry:20/binary, _:32>> <= Entries]};
meaning(_, Chunk) ->
    Chunk.

without_vsn(Attributes) when is_list(Attributes) -> lists:keydelete(vsn, 1, Attributes);
without_vsn(Term) -> Term.
