%% What can be asked of a process.
-module(process_information).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    Me = self(),
    W = spawn(fun() -> put(k, v), register(worker, self()), receive stop -> ok end end), settle(),
    P([process_info(W, I) || I <- [status, message_queue_len, messages, links, monitors, trap_exit, registered_name, dictionary, priority, current_function, initial_call]]),
    W ! a, W ! {b, 1}, settle(), P(process_info(W, messages)), P(process_info(W, [message_queue_len, status])),
    R = monitor(process, W), link(W), P(process_info(W, links) =:= {links, [Me]}), P(process_info(W, monitored_by) =:= {monitored_by, [Me]}), P(process_info(Me, monitors) =:= {monitors, [{process, W}]}),
    P([is_integer(element(2, process_info(W, I))) || I <- [memory, heap_size, total_heap_size, stack_size, reductions, min_heap_size]]),
    unlink(W), W ! stop, receive {'DOWN', R, _, _, X} -> P(X) end,
    P(process_info(W)), P(process_info(W, status)), P(is_process_alive(W)), P(is_process_alive(Me)),
    P(lists:member(Me, processes())), P(try process_info(Me, nonsense) catch C:E -> {C, E} end), P(try process_info(x) catch C2:E2 -> {C2, E2} end),
    P(process_flag(trap_exit, true)), P(process_info(Me, trap_exit)), P(process_flag(trap_exit, false)), P(process_flag(min_heap_size, 1000) > 0),
    P(element(2, process_info(Me, current_function))), P(is_list(process_info(Me))), P(erlang:garbage_collect()), P(erlang:garbage_collect(spawn(fun() -> receive after 100 -> ok end end))),
    S = spawn(fun() -> sleeper(3) end), settle(), {current_stacktrace, T} = process_info(S, current_stacktrace), P([{M, F, A} || {M, F, A, _} <- T, M =:= ?MODULE]), exit(S, kill),
    H = spawn(fun() -> erlang:hibernate(?MODULE, main, [x]) end), settle(), P(process_info(H, current_function)), exit(H, kill),
    spawn(fun() ->
              B = binary:copy(<<1>>, 100), erlang:garbage_collect(), {binary, L} = process_info(self(), binary),
              Me ! {binaries, [{Size, Count} || {Id, Size, Count} <- L, is_integer(Id)], byte_size(B)}
          end),
    P(receive {binaries, _, _} = Binaries -> Binaries end),
    %% Work that others interrupt counts, too.
    Big = binary:copy(<<0>>, 4000 * 1024), {reductions, Before} = process_info(Me, reductions), Copy = <<1, Big/binary>>, {reductions, After} = process_info(Me, reductions),
    P({byte_size(Copy), After - Before >= 2000}),
    P([erlang:system_info(I) || I <- [wordsize, otp_release]] =/= []), P(is_integer(erlang:system_info(schedulers))), P(node()), P(nodes()), P(is_list(pid_to_list(Me))).

sleeper(0) -> receive never -> ok end;
sleeper(N) -> sleeper(N - 1), ok.

settle() -> receive after 10 -> ok end.
