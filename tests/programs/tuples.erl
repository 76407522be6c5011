%% Tuples and records.
-module(tuples).
-export([main/1]).
-record(person, {name = "none", age = 0 :: integer(), friends = []}).

main(_) ->
    T = {a, b, c},
    io:format("~w~n", [[tuple_size(T), element(2, T), setelement(3, T, x), tuple_to_list(T), list_to_tuple([1, 2]), erlang:append_element(T, d),
                        erlang:make_tuple(3, z), erlang:make_tuple(4, 0, [{2, two}, {4, four}]), erlang:insert_element(1, T, new), erlang:delete_element(2, T)]]),
    P = #person{name = "Ann", age = 30},
    Q = P#person{age = 31, friends = [P]},
    io:format("~0p ~0p~n", [P, Q]),
    io:format("~w~n", [[is_record(P, person), is_record(P, person, 4), is_record({person}, person), Q#person.age, #person.friends, record_info(size, person), record_info(fields, person)]]),
    #person{name = Name, friends = [#person{age = Age}]} = Q,
    io:format("~s ~w~n", [Name, Age]),
    io:format("~0p~n", [lists:keyfind("Bob", #person.name, [P, #person{name = "Bob"}])]),
    io:format("~w~n", [[catch_it(fun() -> (id({not_person}))#person.age end), catch_it(fun() -> element(4, id(T)) end), catch_it(fun() -> setelement(0, id(T), x) end),
                        catch_it(fun() -> erlang:make_tuple(-1, x) end), catch_it(fun() -> list_to_tuple(id([a | b])) end)]]),
    Big = list_to_tuple(lists:seq(1, 100000)),
    io:format("~w~n", [[tuple_size(Big), element(77777, Big), lists:sum(tuple_to_list(setelement(5, Big, 0)))]]),
    io:format("~w~n", [update(10, {0, 0, 0})]),
    io:format("~0p~n", [lists:foldl(fun(I, R) -> R#person{age = R#person.age + I, friends = [I | R#person.friends]} end, P, [1, 2, 3])]).

update(0, T) -> T;
update(N, T) -> update(N - 1, setelement(N rem 3 + 1, T, element(N rem 3 + 1, T) + N)).

id(X) -> X.
catch_it(F) -> try F() catch C:R -> {C, R} end.
