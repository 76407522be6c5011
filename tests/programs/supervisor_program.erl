%% OTP's supervisor: strategies, restart types, intensity, children added, ended and deleted.
-module(supervisor_program).
-behaviour(supervisor).
-export([main/1, init/1, start_child/2]).

main(_) ->
    process_flag(trap_exit, true),
    P = fun(X) -> io:format("~0p~n", [X]) end,
    [P({S, strategy(S)}) || S <- [one_for_one, one_for_all, rest_for_one]],
    [P({R, E, restart_type(R, E)}) || R <- [permanent, transient, temporary], E <- [normal, shutdown, {shutdown, x}, crash]],
    P(simple()), P(intensity()), P(dynamic()), P(start_errors()), P(shutdown_order()).

init({Flags, Children}) -> {ok, {Flags, Children}}.

start_child(Name, To) -> {ok, proc_lib:spawn_link(fun() -> register(Name, self()), process_flag(trap_exit, true), To ! {up, Name}, child(Name, To) end)}.

child(Name, To) ->
    receive
        {die, R} -> exit(R);
        {'EXIT', _, R} -> To ! {down, Name, R}, exit(R)
    end.

spec(Name) -> spec(Name, permanent).
spec(Name, Restart) -> #{id => Name, start => {?MODULE, start_child, [Name, self()]}, restart => Restart}.

start(Flags, Children) ->
    {ok, Sup} = supervisor:start_link(?MODULE, {Flags, Children}),
    [receive {up, Id} -> ok end || #{id := Id} <- Children],
    Sup.

stop(Sup) ->
    unlink(Sup), Ref = monitor(process, Sup), exit(Sup, shutdown), receive {'DOWN', Ref, _, _, R} -> R end, flush().

strategy(S) ->
    Sup = start(#{strategy => S, intensity => 5, period => 10}, [spec(a), spec(b), spec(c)]),
    Before = [whereis(N) || N <- [a, b, c]],
    b ! {die, crash},
    receive {up, b} -> ok end, settle(),
    After = [whereis(N) || N <- [a, b, c]],
    Counts = lists:sort(supervisor:count_children(Sup)),
    Ids = [Id || {Id, _, worker, _} <- supervisor:which_children(Sup)],
    stop(Sup),
    {[X =:= Y || {X, Y} <- lists:zip(Before, After)], Counts, Ids}.

restart_type(R, Reason) ->
    Sup = start(#{}, [spec(a, R)]),
    a ! {die, Reason},
    settle(), timer:sleep(2),
    Left = [{Id, is_pid(Pid)} || {Id, Pid, _, _} <- supervisor:which_children(Sup)],
    stop(Sup), Left.

simple() ->
    {ok, S} = supervisor:start_link(?MODULE, {#{strategy => simple_one_for_one}, [#{id => w, start => {?MODULE, start_child, []}, restart => temporary}]}),
    Names = [list_to_atom("w" ++ integer_to_list(I)) || I <- lists:seq(1, 50)],
    Pids = [element(2, supervisor:start_child(S, [N, self()])) || N <- Names],
    settle(), hd(Names) ! {die, x}, timer:sleep(5),
    Count = lists:sort(supervisor:count_children(S)),
    ok = supervisor:terminate_child(S, lists:nth(2, Pids)),
    Count2 = proplists:get_value(active, supervisor:count_children(S)),
    {stop(S) =/= x, Count, Count2, [is_process_alive(Pid) || Pid <- Pids, is_process_alive(Pid)]}.

intensity() ->
    Sup = start(#{intensity => 2, period => 10}, [spec(a), spec(b)]),
    [begin a ! {die, crash}, receive {up, a} -> ok end end || _ <- [1, 2]],
    a ! {die, crash},
    Reason = receive {'EXIT', Sup, R} -> R end,
    settle(),
    {Reason, whereis(a), whereis(b), flush()}.

dynamic() ->
    Sup = start(#{}, []),
    {ok, _} = supervisor:start_child(Sup, spec(d)),
    Again = case supervisor:start_child(Sup, spec(d)) of {error, {already_started, Pid}} when is_pid(Pid) -> already_started end,
    R = [supervisor:terminate_child(Sup, d), whereis(d), supervisor:start_child(Sup, spec(d)), element(1, supervisor:restart_child(Sup, d)), supervisor:delete_child(Sup, d),
         supervisor:terminate_child(Sup, d), supervisor:delete_child(Sup, d), supervisor:restart_child(Sup, nope), supervisor:terminate_child(Sup, nope), supervisor:which_children(Sup),
         case supervisor:get_childspec(Sup, nope) of E -> E end],
    stop(Sup), {Again, R}.

start_errors() ->
    [case supervisor:start_link(?MODULE, X) of {error, E} -> short(E); ignore -> ignore end
     || X <- [{#{strategy => nonsense}, []}, {#{}, [#{id => x}]}, {#{}, [spec(x), spec(x)]}, {#{}, [#{id => x, start => {?MODULE, no_function, []}}]}, bad]].

short({E, {F, _}}) when is_atom(F) -> {E, F};
short({shutdown, {failed_to_start_child, Id, {'EXIT', {R, _}}}}) -> {failed, Id, R};
short({E, _}) -> E.

shutdown_order() ->
    Sup = start(#{}, [spec(first), spec(second), spec(third)]),
    unlink(Sup), exit(Sup, shutdown),
    [receive {down, N, R} -> {N, R} end || _ <- [1, 2, 3]].

settle() -> timer:sleep(5).
flush() -> receive {up, _} -> flush(); {down, _, _} -> flush(); {'EXIT', _, R} -> [R | flush()] after 0 -> [] end.
