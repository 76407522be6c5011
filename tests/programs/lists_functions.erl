%% The lists module, one line a function.
-module(lists_functions).
-export([main/1]).

main(_) ->
    L = [5, 3, 8, 1, 9, 2],
    P = fun(Name, V) -> io:format("~w ~0p~n", [Name, V]) end,
    P(all, lists:all(fun is_integer/1, L)), P(any, lists:any(fun(X) -> X > 8 end, L)),
    P(append, lists:append([[1], [], [2, 3]])), P(concat, lists:concat([a, 1, "b", 2.5])),
    P(delete, lists:delete(8, L)), P(droplast, lists:droplast(L)), P(dropwhile, lists:dropwhile(fun(X) -> X > 1 end, L)),
    P(duplicate, lists:duplicate(3, x)), P(filter, lists:filter(fun(X) -> X rem 2 =:= 0 end, L)),
    P(filtermap, lists:filtermap(fun(X) -> X > 4 andalso {true, X * 2} end, L)),
    P(flatlength, lists:flatlength([1, [2, [3]]])), P(flatmap, lists:flatmap(fun(X) -> [X, X] end, [1, 2])),
    P(flatten, lists:flatten([1, [2, [3, []], 4], [[5]]])), P(foldl, lists:foldl(fun(X, A) -> [X | A] end, [], L)),
    P(foldr, lists:foldr(fun(X, A) -> X - A end, 0, L)), P(join, lists:join(",", ["a", "b", "c"])),
    P(keydelete, lists:keydelete(b, 1, kvs())), P(keyfind, lists:keyfind(b, 1, kvs())), P(keymap, lists:keymap(fun(X) -> X * 2 end, 2, kvs())),
    P(keymember, lists:keymember(z, 1, kvs())), P(keymerge, lists:keymerge(1, [{a, 1}, {c, 1}], [{b, 2}])),
    P(keyreplace, lists:keyreplace(a, 1, kvs(), {a, new})), P(keysearch, lists:keysearch(3, 2, kvs())),
    P(keysort, lists:keysort(2, lists:reverse(kvs()))), P(keystore, lists:keystore(d, 1, kvs(), {d, 4})), P(keytake, lists:keytake(b, 1, kvs())),
    P(last, lists:last(L)), P(map, lists:map(fun(X) -> {X} end, L)), P(mapfoldl, lists:mapfoldl(fun(X, A) -> {X * A, A + 1} end, 1, L)),
    P(mapfoldr, lists:mapfoldr(fun(X, A) -> {X * A, A + 1} end, 1, L)), P(max, lists:max(L)), P(member, lists:member(9, L)),
    P(merge, lists:merge([1, 4, 6], [2, 3, 7])), P(merge3, lists:merge3([1, 4], [2], [3, 9])), P(min, lists:min(L)), P(nth, lists:nth(3, L)),
    P(nthtail, lists:nthtail(2, L)), P(partition, lists:partition(fun(X) -> X < 4 end, L)), P(prefix, lists:prefix([5, 3], L)),
    P(reverse, lists:reverse(L, [tail])), P(search, lists:search(fun(X) -> X > 5 end, L)), P(seq, lists:seq(10, 1, -3)),
    P(sort, lists:sort(fun(A, B) -> A >= B end, L)), P(split, lists:split(2, L)), P(splitwith, lists:splitwith(fun(X) -> X =/= 1 end, L)),
    P(sublist, {lists:sublist(L, 2), lists:sublist(L, 2, 3)}), P(subtract, lists:subtract([1, 2, 1, 3], [1, 3])), P(suffix, lists:suffix([9, 2], L)),
    P(sum, lists:sum(L)), P(takewhile, lists:takewhile(fun(X) -> X > 1 end, L)), P(ukeysort, lists:ukeysort(1, kvs() ++ kvs())),
    P(umerge, lists:umerge([1, 2], [2, 3])), P(unzip, lists:unzip(kvs())), P(unzip3, lists:unzip3([{1, 2, 3}, {4, 5, 6}])),
    P(usort, lists:usort([c, a, b, a])), P(uniq, lists:uniq([1, 2, 1, 3, 2])), P(zip, lists:zip([1, 2], [a, b])), P(zipwith, lists:zipwith(fun(A, B) -> A + B end, [1, 2], [3, 4])),
    P(enumerate, lists:enumerate([a, b])), P(zip3, lists:zip3([1], [2], [3])).

kvs() -> [{a, 1}, {b, 2}, {c, 3}].
