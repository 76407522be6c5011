%% What programs see of ports that do not exist.
-module(ports).
-export([main/1]).

main(_) ->
    Gone = list_to_port("#Port<0.7777777>"),
    io:format("~p ~p ~p~n", [is_port(Gone), Gone, erlang:port_to_list(Gone)]),
    [io:format("~w: ~0p~n", [Name, tried(F, Gone)]) || {Name, F} <- calls()],
    ok.

tried(F, Port) ->
    try F(Port)
    catch C:R:S ->
        {M, Function, Args, _} = hd(S),
        {C, R, M, Function, Args}
    end.

calls() ->
    [{info, fun(P) -> erlang:port_info(P) end},
     {info_item, fun(P) -> erlang:port_info(P, name) end},
     {info_links, fun(P) -> erlang:port_info(P, links) end},
     {info_bad_item, fun(P) -> erlang:port_info(P, no_such_item) end},
     {info_of_name, fun(_) -> erlang:port_info(no_such_name) end},
     {info_of_number, fun(_) -> erlang:port_info(17) end},
     {info_item_of_number, fun(_) -> erlang:port_info(17, name) end},
     {command, fun(P) -> port_command(P, "x") end},
     {command_options, fun(P) -> port_command(P, "x", [nosuspend]) end},
     {command_bad_options, fun(P) -> port_command(P, "x", [other]) end},
     {command_name, fun(_) -> port_command(no_such_name, "x") end},
     {command_number, fun(_) -> port_command(17, "x") end},
     {command_no_data, fun(P) -> port_command(P, x) end},
     {close, fun(P) -> port_close(P) end},
     {close_name, fun(_) -> port_close(no_such_name) end},
     {close_number, fun(_) -> port_close(17) end},
     {connect, fun(P) -> try port_connect(P, self()) catch error:badarg -> badarg end end},
     {connect_no_pid, fun(P) -> port_connect(P, x) end},
     {control, fun(P) -> port_control(P, 1, "x") end},
     {control_bad, fun(P) -> port_control(P, x, "x") end},
     {call, fun(P) -> erlang:port_call(P, 1, x) end},
     {get_data, fun(P) -> erlang:port_get_data(P) end},
     {set_data, fun(P) -> erlang:port_set_data(P, x) end},
     {send, fun(P) -> P ! {P, close} end},
     {send_command, fun(P) -> P ! {P, {command, "x"}} end},
     {send_nonsense, fun(P) -> P ! nonsense end},
     {send3, fun(P) -> erlang:send(P, {self(), close}, []) end},
     {unlink, fun(P) -> unlink(P) end},
     {link, fun(P) -> process_flag(trap_exit, true), R = link(P), {R, receive {'EXIT', P, Why} -> Why after 1000 -> nothing end} end},
     {monitor, fun(P) -> R = monitor(port, P), receive {'DOWN', R, port, P, Why} -> Why after 1000 -> nothing end end},
     {monitor_name, fun(_) -> R = monitor(port, no_such_name), receive {'DOWN', R, port, {N, _}, Why} -> {N, Why} after 1000 -> nothing end end},
     {exit, fun(P) -> exit(P, normal) end},
     {exit_kill, fun(P) -> exit(P, kill) end},
     {node, fun(P) -> node(P) end},
     {register, fun(P) -> register(a_name, P) end},
     {open_bad_name, fun(_) -> open_port({other, "x"}, []) end},
     {open_bad_command, fun(_) -> open_port({spawn, x, y}, []) end},
     {open_bad_options, fun(_) -> open_port({spawn, "cat"}, x) end},
     {open_bad_option, fun(_) -> open_port({spawn, "cat"}, [no_such_option]) end},
     {open_fd_bad, fun(_) -> open_port({fd, a, b}, []) end},
     {list_to_port, fun(_) -> list_to_port("17") end},
     {list_to_port_x, fun(_) -> list_to_port(x) end},
     {port_to_list, fun(_) -> erlang:port_to_list(x) end}].
