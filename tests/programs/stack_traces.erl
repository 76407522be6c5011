%% Stack traces: functions, arities or arguments, files and lines.
-module(stack_traces).
-export([main/1]).

main(_) ->
    [show(N, F) || {N, F} <- cases()],
    io:format("~0p~n", [try error(x, [1, 2]) catch _:_:S -> hd(S) end]),
    io:format("~0p~n", [try erlang:raise(error, mine, [{m, f, 2, [{file, "f.erl"}, {line, 7}]}, {m, g, [a], []}]) catch C:R:S2 -> {C, R, S2} end]),
    io:format("~0p~n", [try erlang:raise(error, mine, not_a_trace) catch C3:R3 -> {C3, R3} end]),
    io:format("~0p~n", [case catch error(deep) of {'EXIT', {deep, [Top | _]}} -> Top end]),
    io:format("~0p~n", [length(mine(element(2, traced(fun() -> deep(100) end))))]),
    {_, Pid} = {ok, spawn_monitor(fun() -> level(3, fun() -> error(in_process) end) end)},
    receive {'DOWN', _, process, P, {Reason, Trace}} when {P, P} =/= Pid -> io:format("~0p ~0p~n", [Reason, mine(Trace)]) end.

cases() ->
    [{error, fun() -> error(e) end}, {in_function, fun() -> direct(1) end}, {non_tail, fun() -> {level(3, fun() -> error(e) end)} end},
     {bif, fun() -> {atom_to_list(id(1))} end}, {guard_bif, fun() -> {hd(id([]))} end}, {arith, fun() -> {id(1) + id(a)} end},
     {function_clause, fun() -> {clause(id(c), [1, 2])} end}, {undef, fun() -> {undefined_module:f(1, b)} end}, {undef_local, fun() -> {?MODULE:not_here(1)} end},
     {fun_clause, fun() -> {(fun(a) -> ok end)(id(b))} end}, {library, fun() -> {lists:nth(id(5), [1])} end}, {throw, fun() -> {throw(id(t))} end},
     {exit, fun() -> {exit(id(x))} end}, {map, fun() -> {maps:get(id(k), #{})} end}, {map_fun, fun() -> [lists:map(fun(X) -> X / id(0) end, [1])] end},
     {comprehension, fun() -> [Y + id(a) || Y <- [1, 2]] end}, {binary, fun() -> {<<(id(a)):8>>} end}, {badmatch, fun() -> {x, _} = id(y) end}].

show(Name, Fun) ->
    {Reason, Trace} = traced(Fun),
    io:format("~w: ~0p~n", [Name, Reason]),
    [io:format("    ~0p~n", [E]) || E <- mine(Trace)].

traced(Fun) ->
    try Fun() catch _:{badarity, _}:S -> {badarity, S}; _:R:S -> {R, S} end.

%% Up to main; what called main differs.
mine(Trace) ->
    [case E of {M, F, A, L} -> {M, F, case A of _ when is_list(A) -> A; _ -> A end, [X || {K, _} = X <- L, K =/= error_info]} end
     || E <- lists:takewhile(fun({M, F, A, _}) -> {M, F, A} =/= {?MODULE, main, 1} end, Trace)].

direct(X) -> error({direct, X}).

level(0, F) -> F();
level(N, F) ->
    R = level(N - 1, F),
    {N, R}.

deep(0) -> error(bottom);
deep(N) -> {deep(N - 1)}.

clause(a, _) -> a;
clause(b, _) -> b.

id(X) -> X.
