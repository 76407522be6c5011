%% What can be done to processes of other nodes, or of an earlier life of this one, when there are no other nodes.
-module(foreign_processes).
-export([main/1]).

main(_) ->
    process_flag(trap_exit, true),
    Foreign = foreign(),
    Earlier = earlier(),
    [begin
         io:format("~s~n", [Label]),
         try_all(Pid)
     end || {Label, Pid} <- [{"another node", Foreign}, {"an earlier life", Earlier}]],
    by_name(),
    trapping(Foreign, Earlier).

%% NEW_PID_EXT of a node that is not there.
foreign() -> binary_to_term(<<131, 88, 119, 3, "a@b", 77:32, 0:32, 4711:32>>).

%% A pid of this node with another creation.
earlier() ->
    Node = atom_to_binary(node()),
    binary_to_term(<<131, 88, 119, (byte_size(Node)), Node/binary, 77:32, 0:32, 4711:32>>).

try_all(Pid) ->
    show(send, fun() -> Pid ! hello end, Pid),
    show(send, fun() -> erlang:send(Pid, hello, [noconnect]) end, Pid),
    show(exit, fun() -> exit(Pid, bye) end, Pid),
    show(link, fun() -> link(Pid) end, Pid),
    show(unlink, fun() -> unlink(Pid) end, Pid),
    show(alive, fun() -> is_process_alive(Pid) end, Pid),
    show(info, fun() -> process_info(Pid) end, Pid),
    show(group_leader, fun() -> group_leader(self(), Pid) end, Pid),
    show(suspend, fun() -> erlang:suspend_process(Pid) end, Pid),
    show(resume, fun() -> erlang:resume_process(Pid) end, Pid),
    show(register, fun() -> register(foreign, Pid) end, Pid),
    show(collect, fun() -> garbage_collect(Pid) end, Pid),
    monitor_it(process, Pid, [], Pid),
    monitor_it(process, Pid, [{tag, gone}], Pid),
    monitor_it(process, Pid, [{alias, explicit_unalias}], Pid),
    show(spawned, fun() -> {_, Ref} = spawn_monitor(fun() -> link(Pid), ok end), receive {'DOWN', Ref, _, _, R} -> class(R) end end, Pid).

class({Reason, Trace}) when is_list(Trace) -> Reason;
class(Reason) -> Reason.

show(Label, Fun, Pid) ->
    Result = try Fun() of Pid -> the_pid; hello -> hello; Value -> Value
             catch Class:Reason -> {Class, Reason} end,
    io:format("  ~p: ~p ~p~n", [Label, Result, messages(Pid)]).

messages(Pid) ->
    receive {'EXIT', Pid, Reason} -> [{exit, Reason} | messages(Pid)] after 0 -> [] end.

monitor_it(Type, What, Options, Pid) ->
    try erlang:monitor(Type, What, Options) of
        Ref ->
            receive
                {Tag, Ref, process, Object, Reason} ->
                    io:format("  monitor ~p: ~p ~p ~p~n", [Options, Tag, Object =:= Pid orelse Object, Reason])
            after 500 -> io:format("  monitor ~p: nothing~n", [Options])
            end,
            io:format("  demonitor: ~p~n", [demonitor(Ref, [info])])
    catch Class:Reason -> io:format("  monitor ~p: ~p ~p~n", [Options, Class, Reason])
    end.

by_name() ->
    io:format("by name~n"),
    monitor_it(process, nobody, [], {nobody, node()}),
    monitor_it(process, {nobody, node()}, [], {nobody, node()}),
    monitor_it(process, {nobody, 'a@b'}, [], {nobody, 'a@b'}),
    monitor_it(process, {nobody, 'a@b'}, [{tag, t}, {alias, demonitor}], {nobody, 'a@b'}),
    show(send, fun() -> {nobody, 'a@b'} ! hello end, none),
    show(send, fun() -> erlang:send({nobody, 'a@b'}, hello, [noconnect]) end, none),
    show(send, fun() -> erlang:send({nobody, 'a@b'}, hello, [nosuspend]) end, none),
    show(spawn, fun() -> P = spawn('a@b', fun() -> ok end), node(P) end, none),
    show(spawn_link, fun() ->
        {_, Ref} = spawn_monitor(fun() -> spawn_link('a@b', fun() -> ok end), receive after 1000 -> ok end end),
        receive {'DOWN', Ref, _, _, R} -> R end end, none),
    show(spawn_request, fun() ->
        Ref = spawn_request('a@b', fun() -> ok end, [monitor, {reply_tag, tag}]),
        receive {tag, Ref, error, R} -> R end end, none).

trapping(Foreign, Earlier) ->
    io:format("trapping~n"),
    process_flag(trap_exit, true),
    [show(link, fun() -> link(Pid) end, Pid) || Pid <- [Foreign, Earlier]].
