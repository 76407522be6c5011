%% Runs random programs and prints what each call gave, in a form that does not depend on what may differ between
%% machines. docs/random-programs.md tells the rest.
-module(random_run).
-export([main/1, serve/0]).
-export([id/1, lim/1, small/1, trace/2, caught/2, mapless/1, sorted/1]).

-define(OPERATORS, ['+', '-', '*', '/', 'div', 'rem', 'band', 'bor', 'bxor', 'bnot', 'bsl', 'bsr', 'not', 'and', 'or', 'xor']).
%% A call that takes longer is stopped.
-define(LIMIT_MS, 60000).
%% A longer text is cut, and its hash shown.
-define(SHOWN_CHARACTERS, 3000).
%% A term of more nodes than this is taken for a large one by lim/1.
-define(NODES, 200).

%% Runs the programs whose names are given, on the machine that calls this.
main(Names) ->
    [run(list_to_atom(Name), fun io:put_chars/1) || Name <- Names].

%% Serves one that compiles and runs on Erlang/OTP: a line asks for the work, a line answers.
serve() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            [Command, Directory | Names] = string:lexemes(Line, " \n"),
            command(Command, Directory, Names),
            io:put_chars("done\n"),
            serve()
    end.

command("compile", Directory, Names) ->
    Parts = split(Names, erlang:system_info(schedulers_online)),
    Workers = [spawn_monitor(fun() -> compile(Directory, Part) end) || Part <- Parts],
    [receive {'DOWN', Monitor, process, _, _} -> ok end || {_, Monitor} <- Workers];
command("run", Directory, Names) ->
    {ok, File} = file:open(filename:join(Directory, "expected"), [write, raw, delayed_write]),
    Print = fun(Text) -> ok = file:write(File, unicode:characters_to_binary(Text)) end,
    [begin
         case code:load_abs(filename:join(Directory, Name)) of
             {module, Module} ->
                 run(Module, Print),
                 code:purge(Module), code:delete(Module), code:purge(Module);
             _ -> Print(["== ", Name, "\nnot loaded\n"])
         end
     end || Name <- Names],
    ok = file:close(File).

split(Names, Count) ->
    Numbered = lists:zip(lists:seq(1, length(Names)), Names),
    [[Name || {N, Name} <- Numbered, N rem Count =:= Part] || Part <- lists:seq(0, Count - 1)].

%% What does not compile leaves its errors in a file; what the compiler did wrong, so that it is not loaded, nothing.
compile(Directory, Names) ->
    [begin
         Base = filename:join(Directory, Name),
         case catch compile:file(Base, [{outdir, Directory}, return_errors]) of
             {ok, Module} ->
                 case code:load_abs(Base) of
                     {module, Module} -> ok;
                     _ -> file:delete(Base ++ ".beam")
                 end;
             Other -> file:write_file(Base ++ ".refused", io_lib:format("~p~n", [Other]))
         end
     end || Name <- Names].

%% Prints a line for each call of a program: what it gave, or the exception. Each call has a process of its own.
run(Module, Print) ->
    Print(["== ", atom_to_list(Module), $\n]),
    Tests = try Module:tests() catch _:Reason -> Print(["no tests: ", shown(Reason), $\n]), [] end,
    [Print([atom_to_list(Function), " ", integer_to_list(N), ": ", outcome(Module, Function, Arguments), $\n])
     || {Function, Lists} <- Tests,
        {N, Arguments} <- lists:zip(lists:seq(1, length(Lists)), Lists)].

outcome(Module, Function, Arguments) ->
    {Pid, Monitor} = spawn_monitor(fun() -> exit({random_run, call(Module, Function, Arguments)}) end),
    receive
        {'DOWN', Monitor, process, Pid, {random_run, Text}} -> Text;
        {'DOWN', Monitor, process, Pid, Reason} -> ["died of ", shown(Reason)]
    after ?LIMIT_MS ->
        exit(Pid, kill),
        receive {'DOWN', Monitor, process, Pid, _} -> "stopped" end
    end.

call(Module, Function, Arguments) ->
    try apply(Module, Function, Arguments) of
        Value -> shown(Value)
    catch
        Class:Reason:Stack -> [atom_to_list(Class), " ", shown(Reason), " at ", shown(trace(Module, Stack))]
    end.

%% The calls of a stack trace that lie in a module, with their lines, and on top the native that failed, and what
%% error_info says of the cause. OTP 25 does not name operators always, and looks at segments in another order.
trace(Module, Stack) ->
    trace(Module, Stack, erlang:function_exported(Module, newest, 0)).

trace(Module, [{erlang, Function, _, _} | Calls], false) ->
    case lists:member(Function, ?OPERATORS) of
        true -> trace(Module, Calls, false);
        false -> own(Module, Calls, false)
    end;
trace(Module, [{Other, Function, Arguments, Info} | Calls], Newest) when Other =/= Module ->
    [{Other, Function, Arguments, cause(Info)} | own(Module, Calls, Newest)];
trace(Module, Calls, Newest) ->
    own(Module, Calls, Newest).

own(Module, Calls, Newest) ->
    [{Function, Arguments, proplists:get_value(line, Info), case Newest of true -> cause(Info); false -> none end}
     || {M, Function, Arguments, Info} <- Calls, M =:= Module].

cause(Info) ->
    case proplists:get_value(error_info, Info) of
        #{cause := Cause} -> Cause;
        _ -> none
    end.

%% A value of which compilers know nothing.
id(X) -> X.

%% A value that goes around a loop: large ones become their hash, so that no loop makes a giant.
lim(X) when is_integer(X), abs(X) < 1 bsl 600 -> X;
lim(X) when is_integer(X) -> X rem ((1 bsl 521) - 1);
lim(X) when is_bitstring(X), bit_size(X) < 4000 -> X;
lim(X) when is_bitstring(X) -> <<Part:3999/bits, _/bits>> = X, Part;
lim(X) ->
    case room([X], ?NODES) of
        Left when Left > 0 -> X;
        _ -> {large, erlang:phash2(X)}
    end.

room(_, 0) -> 0;
room([], Left) -> Left;
room([[H | T] | Rest], Left) -> room([H, T | Rest], Left - 1);
room([X | Rest], Left) when is_tuple(X) -> room(tuple_to_list(X) ++ Rest, Left - 1);
room([X | Rest], Left) when is_map(X) -> room(maps:to_list(X) ++ Rest, Left - 1);
room([X | Rest], Left) when is_integer(X), abs(X) > 1 bsl 2000 -> room(Rest, max(Left - 50, 0));
room([X | Rest], Left) when is_bitstring(X), bit_size(X) > 8000 -> room(Rest, max(Left - 50, 0));
room([_ | Rest], Left) -> room(Rest, Left - 1).

%% A size or count that is no giant; what is none stays as it is.
small(X) when is_integer(X) -> X rem 100;
small(X) -> X.

%% What catch gave, with the stack trace as trace/2 shows it.
caught(Module, {'EXIT', {Reason, [Call | _] = Stack}} = Value) when is_tuple(Call), tuple_size(Call) =:= 4 ->
    try {'EXIT', {Reason, trace(Module, Stack)}} catch error:_ -> Value end;
caught(_, Value) -> Value.

%% A term without maps, whose keys are printed in an order of each machine's own.
mapless(X) when is_map(X) -> {map, map_size(X)};
mapless(X) when is_tuple(X) -> list_to_tuple(mapless(tuple_to_list(X)));
mapless([H | T]) -> [mapless(H) | mapless(T)];
mapless(X) -> X.

%% A list in an order in which nothing that differs is equal: 1 stands beside 1.0, the same everywhere.
sorted(L) -> [X || {_, X} <- lists:sort([{text(X), X} || X <- L])].

shown(Term) ->
    Text = unicode:characters_to_list(text(Term)),
    case length(Text) > ?SHOWN_CHARACTERS of
        true -> [lists:sublist(Text, ?SHOWN_CHARACTERS), "... ", integer_to_list(erlang:phash2(Text))];
        false -> Text
    end.

text(X) when is_map(X) ->
    Pairs = lists:sort([{lists:flatten(text(Key)), text(Value)} || {Key, Value} <- maps:to_list(X)]),
    ["#{", lists:join(",", [[Key, "=>", Value] || {Key, Value} <- Pairs]), "}"];
text(X) when is_tuple(X) -> ["{", lists:join(",", [text(E) || E <- tuple_to_list(X)]), "}"];
text([]) -> "[]";
text(X) when is_list(X) -> ["[", elements(X), "]"];
text(X) when is_float(X) -> float_to_list(X, [short]);
text(X) when is_integer(X), abs(X) < 1 bsl 4000 -> integer_to_list(X);
text(X) when is_integer(X) -> ["integer ", integer_to_list(X rem ((1 bsl 127) - 1)), " ", integer_to_list(erlang:phash2(X))];
text(X) when is_function(X) ->
    {arity, Arity} = erlang:fun_info(X, arity),
    case erlang:fun_info(X, type) of
        {type, external} -> io_lib:format("~w", [X]);
        _ -> ["fun/", integer_to_list(Arity)]
    end;
text(X) when is_pid(X) -> "pid";
text(X) when is_reference(X) -> "reference";
text(X) when is_port(X) -> "port";
text(X) when is_binary(X) -> ["<<", hex(X), ">>"];
text(X) when is_bitstring(X) ->
    Whole = bit_size(X) div 8,
    Rest = bit_size(X) rem 8,
    <<Bytes:Whole/binary, Last:Rest>> = X,
    ["<<", hex(Bytes), " ", integer_to_list(Last), ":", integer_to_list(Rest), ">>"];
text(X) -> io_lib:format("~tw", [X]).

elements([X]) -> text(X);
elements([X | Rest]) when is_list(Rest) -> [text(X), "," | elements(Rest)];
elements([X | Rest]) -> [text(X), "|", text(Rest)].

hex(Bytes) -> [element(Nibble + 1, {$0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $a, $b, $c, $d, $e, $f}) || <<Nibble:4>> <= Bytes].
