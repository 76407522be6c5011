%% A handler that no control comes to at the very end of a module, where the compiler puts funs.
-module(unreached_end).
-compile(no_ssa_opt).
-export([main/1]).

main(_) ->
    %% Nothing is raised within the try.
    Last = fun(Term) ->
        try
            case Term of
                <<First:8, _/bits>> -> is_map(First);
                _ -> none
            end
        catch
            Class:Reason -> {Class, Reason}
        end
    end,
    io:format("~p~n", [{Last(<<1, 2>>), Last(<<>>), Last(none)}]).
