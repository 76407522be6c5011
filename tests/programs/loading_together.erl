%% Modules that are prepared and then published, many at the same moment.
-module(loading_together).
-export([main/1]).

main(_) ->
    logger:set_primary_config(level, none),
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P(prepared()),
    P(refused()),
    P(deciding()),
    P(by_code()),
    P(by_name()),
    P(no_mixture()).

%% Nothing is to be seen of what is prepared; a module can be published once.
prepared() ->
    [A, B] = Both = [prepare(lt_a, 1), prepare(lt_b, 1)],
    Before = [is_reference(A), erlang:module_loaded(lt_a), catch_reason(fun() -> lt_b:version() end),
              erlang:function_exported(lt_a, version, 0), erlang:has_prepared_code_on_load(A)],
    erlang:garbage_collect(),
    Done = [erlang:finish_loading(Both), lt_a:version(), lt_b:version(), erlang:function_exported(lt_a, version, 0)],
    Again = [catch_reason(fun() -> erlang:finish_loading([X]) end) || X <- Both] ++
        [catch_reason(fun() -> erlang:has_prepared_code_on_load(B) end)],
    %% What is given up is gone.
    [prepare(lt_c, 1) || _ <- lists:seq(1, 100)],
    erlang:garbage_collect(),
    {Before, Done, Again, erlang:module_loaded(lt_c), erlang:finish_loading([])}.

%% All or nothing.
refused() ->
    ok = erlang:finish_loading([prepare(lt_a, 2)]),
    [A, B] = Both = [prepare(lt_a, 3), prepare(lt_b, 3)],
    ok = erlang:finish_loading([prepare(lt_f, 1)]),
    ok = erlang:finish_loading([prepare(lt_f, 2)]),
    NotPurged = [erlang:finish_loading(Both), erlang:finish_loading([prepare(lt_f, 3) | Both]), lt_a:version(), lt_b:version()],
    Duplicated = erlang:finish_loading([A, B, B]),
    true = erlang:purge_module(lt_a),
    %% They can still be published.
    Later = [erlang:finish_loading(Both), lt_a:version(), lt_b:version()],
    Bad = [catch_reason(fun() -> erlang:finish_loading(X) end) || X <- [x, [x | y], [x], [<<>>], [make_ref()], [prepare(lt_c, 1) | x]]],
    purge([lt_a, lt_b]),
    {NotPurged, Duplicated, Later, Bad,
     [erlang:prepare_loading(lt_c, X) || X <- [<<>>, <<"FOR1">>, code(lt_a, 1), zlib:gzip(<<1>>)]],
     is_reference(erlang:prepare_loading(lt_a, zlib:gzip(code(lt_a, 4)))),
     [catch_reason(fun() -> erlang:prepare_loading(X, Y) end) || {X, Y} <- [{"a", <<>>}, {a, "b"}, {a, <<1:3>>}]]}.

%% Modules with an on_load function are published one by one, and whoever publishes them runs it.
deciding() ->
    [A, B] = [erlang:prepare_loading(M, on_load(M, "ok")) || M <- [lt_d, lt_e]],
    Plain = prepare(lt_c, 1),
    Many = [catch_reason(fun() -> erlang:finish_loading(L) end) || L <- [[A, B], [A, Plain], [Plain, B]]],
    One = [erlang:has_prepared_code_on_load(A), erlang:finish_loading([A]), erlang:call_on_load_function(lt_d),
           erlang:finish_after_on_load(lt_d, true), lt_d:version()],
    Refused = [erlang:finish_loading([B]), erlang:call_on_load_function(lt_e), erlang:finish_after_on_load(lt_e, false),
               erlang:function_exported(lt_e, version, 0)],
    Bad = [catch_reason(fun() -> erlang:finish_after_on_load(M, X) end) || {M, X} <- [{lt_d, true}, {lt_none, true}, {lt_d, maybe_so}, {7, true}]],
    Bad1 = [catch_reason(fun() -> erlang:call_on_load_function(M) end) || M <- [lt_none, 7]],
    {Many, One, Refused, Bad, Bad1}.

by_code() ->
    Item = fun(M, V) -> {M, atom_to_list(M) ++ ".beam", code(M, V)} end,
    One = [code:atomic_load([Item(lt_a, 10), Item(lt_b, 10)]), lt_a:version(), lt_b:version(), code:which(lt_a), code:is_loaded(lt_b)],
    {ok, Prepared} = code:prepare_loading([Item(lt_a, 11), Item(lt_b, 11)]),
    Two = [lt_a:version(), sorted(code:finish_loading(Prepared)), purge([lt_a, lt_b]), code:finish_loading(Prepared), lt_a:version(), lt_b:version()],
    Full = sorted(code:atomic_load([Item(lt_a, 12), Item(lt_c, 12)])),
    purge([lt_a, lt_b]),
    Errors = [sorted(code:atomic_load(L)) ||
                 L <- [[Item(lt_a, 13), Item(lt_a, 14), Item(lt_b, 13)], [{lt_a, "lt_a.beam", <<1, 2>>}, {lt_b, "lt_b", code(lt_a, 1)}, Item(lt_c, 13)],
                       [nowhere_1, nowhere_2, Item(lt_c, 13)], [{lt_d, "lt_d.beam", on_load(lt_d, "ok")}, Item(lt_c, 13)],
                       [{lists, "lists.beam", code(lists, 1)}]]],
    Bad = [catch_class(fun() -> code:F(X) end) || F <- [atomic_load, prepare_loading, finish_loading], X <- [x, [7], [{a, b}], [{lt_a, x, <<>>}], [lt_a | b]]],
    {One, Two, Full, Errors, Bad, [lt_a:version(), lt_b:version(), erlang:module_loaded(lt_c)]}.

by_name() ->
    Names = [calendar, queue, gb_trees, orddict],
    {ok, Prepared} = code:prepare_loading([base64, digraph]),
    {code:ensure_modules_loaded(Names), [erlang:module_loaded(M) || M <- Names], code:ensure_modules_loaded([]),
     sorted(code:ensure_modules_loaded([nowhere_2, queue, nowhere_1])),
     [catch_class(fun() -> code:ensure_modules_loaded(X) end) || X <- [x, [7], [lists | x]]],
     [code:unstick_mod(M) || M <- [base64, digraph]],
     is_list(element(2, Prepared))}.

%% Whoever has called a new version of one module does not find an old one of another, nor that a function is missing.
no_mixture() ->
    Last = 26,
    purge([lt_a, lt_b]),
    Codes = [{V, [{M, code(M, V)} || M <- [lt_a, lt_b]]} || V <- lists:seq(20, Last)],
    load(hd(Codes)),
    Callers = [spawn_monitor(fun() -> exit(call(I, 0, Last)) end) || I <- lists:seq(1, 4)],
    [begin purge([lt_a, lt_b]), load(Code), receive after 1 -> ok end end || Code <- tl(Codes)],
    [receive {'DOWN', Ref, process, Pid, Reason} -> Reason end || {Pid, Ref} <- Callers].

call(_, Last, Last) -> done;
call(I, Least, Last) ->
    case I rem 2 of
        0 -> A = lt_a:version(), B = lt_b:version();
        1 -> A = apply(lt_b, version, []), F = fun lt_a:version/0, B = F()
    end,
    case A >= Least andalso B >= A andalso erlang:function_exported(lt_b, version, 0) andalso erlang:module_loaded(lt_a) of
        true -> call(I, B, Last);
        false -> {mixture, Least, A, B}
    end.

load({_, Codes}) -> ok = erlang:finish_loading([erlang:prepare_loading(M, Code) || {M, Code} <- Codes]).

purge(Modules) -> [code:purge(M) || M <- Modules].

prepare(Name, Version) -> erlang:prepare_loading(Name, code(Name, Version)).

sorted({error, Errors}) -> {error, lists:sort(Errors)};
sorted(Other) -> Other.

catch_reason(F) -> try F() catch C:R -> {C, R} end.
catch_class(F) -> try F() catch C:R when is_atom(R) -> {C, R}; C:_ -> C end.

on_load(Name, Body) ->
    compiled(Name, ["-on_load(l/0).", "l() -> " ++ Body ++ ".", "version() -> loaded."]).

%% Each is compiled once.
code(Name, Version) ->
    case get({Name, Version}) of
        undefined ->
            Code = compiled(Name, ["version() -> " ++ integer_to_list(Version) ++ "."]),
            put({Name, Version}, Code),
            Code;
        Code -> Code
    end.

compiled(Name, Lines) ->
    All = ["-module(" ++ atom_to_list(Name) ++ ").", "-export([version/0])." | Lines],
    {ok, Name, Binary} = compile:forms([form(Line) || Line <- All], []),
    Binary.

form(Line) ->
    {ok, Tokens, _} = erl_scan:string(Line),
    {ok, Form} = erl_parse:parse_form(Tokens),
    Form.
