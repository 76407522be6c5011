%% Funs, exceptions and receive without a library.
-module(first_control).
-export([main/1, double/1]).

main(_) ->
    N = 10,
    Add = fun(X) -> X + N end,
    show(Add(1)),
    show((fun ?MODULE:double/1)(4)),
    show(apply(?MODULE, double, [5])),
    show(map(fun(X) -> Add(X) * 2 end, [1, 2, 3])),
    show(catch_it(fun() -> throw(ball) end)),
    show(catch_it(fun() -> exit(out) end)),
    show(catch_it(fun() -> error(broken) end)),
    show(catch_it(fun() -> double(not_a_number) end)),
    show(catch_it(fun() -> hd(id([])) end)),
    show(catch_it(fun() -> {a} = id({b}) end)),
    show(catch_it(fun() -> case id(1) of 2 -> ok end end)),
    show(catch_it(fun() -> if N > 100, N < 200 -> ok end end)),
    show(catch_it(fun() -> nowhere:to_be_found(1) end)),
    show(catch_it(fun() -> fine end)),
    show(try id(1) of 1 -> one after show(cleaned) end),
    self() ! second, self() ! first,
    show(receive first -> first end),
    show(receive X -> X end),
    show(receive never -> never after 1 -> timeout end),
    Me = self(),
    Child = spawn(fun() -> receive {From, Q} -> From ! {self(), Q * 2} end end),
    Child ! {Me, 21},
    show(receive {Child, A} -> A end).

show(X) -> erlang:display(X).
double(X) -> X * 2.
id(X) -> X.

map(F, [H | T]) -> [F(H) | map(F, T)];
map(_, []) -> [].

catch_it(F) ->
    try F() of
        Value -> {value, Value}
    catch
        Class:Reason -> {Class, Reason}
    end.
