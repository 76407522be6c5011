%% Every way to start a process.
-module(spawn_forms).
-export([main/1, child/2, child/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    process_flag(trap_exit, true),
    Me = self(),
    spawn(fun() -> Me ! {1, is_pid(self())} end), P(receive {1, X} -> X end),
    spawn(?MODULE, child, [Me, 2]), P(from_child()),
    L = spawn_link(?MODULE, child, [Me, 3]), P(from_child()), P(exit_of(L)),
    {M, Ref} = spawn_monitor(?MODULE, child, [Me, 4]), P(from_child()), P(down(Ref)),
    O = spawn_opt(fun() -> Me ! {prio, process_info(self(), priority)} end, [{priority, high}, link]), P(receive {prio, Z} -> Z end), P(exit_of(O)),
    {O2, Ref2} = spawn_opt(?MODULE, child, [Me, 5], [monitor, {min_heap_size, 5000}, {fullsweep_after, 3}]), P(from_child()), P(down(Ref2)),
    B = spawn(no_module, no_function, [a]), RB = monitor(process, B), P(receive {'DOWN', RB, _, _, {undef, [{no_module, no_function, [a], []}]}} -> undef; {'DOWN', RB, _, _, noproc} -> undef end),
    {_, RC} = spawn_monitor(?MODULE, child, [no_such_arity, 1, 2]), P(receive {'DOWN', RC, _, _, {W, [{?MODULE, child, Args, []}]}} -> {W, Args} end),
    P([try F() catch C:E -> {C, E} end || F <- [fun() -> spawn(id(no_fun)) end, fun() -> spawn(m, f, id(no_list)) end, fun() -> spawn(id("m"), f, []) end, fun() -> spawn_opt(fun main/1, id([bad])) end]]),
    P(group_leader() =:= begin spawn(fun() -> Me ! {gl, group_leader()} end), receive {gl, G} -> G end end),
    spawn(fun() -> Me ! {parent, case process_info(self(), parent) of {parent, Q} -> Q =:= Me; undefined -> true end} end), P(receive {parent, T} -> T end),
    RR = spawn_request(?MODULE, child, [Me, 6], [monitor]), P(receive {spawn_reply, RR, ok, SP} -> is_pid(SP) end), P(from_child()), P(down(RR)),
    Tree = spawn(fun() -> tree(6, Me) end), P(is_pid(Tree)), P(lists:sum([receive leaf -> 1 end || _ <- lists:seq(1, 64)])),
    P(length(lists:usort([spawn(fun() -> ok end) || _ <- lists:seq(1, 1000)]))).

from_child() -> receive {child, X} -> X end.
exit_of(Pid) -> receive {'EXIT', Pid, R} -> R end.
down(Ref) -> receive {'DOWN', Ref, _, _, R} -> R end.

child(To, X) -> To ! {child, X}, exit({done, X}).
child(X) -> X.

tree(0, To) -> To ! leaf;
tree(N, To) -> spawn(fun() -> tree(N - 1, To) end), spawn(fun() -> tree(N - 1, To) end).

id(X) -> X.
