%% The process dictionary.
-module(process_dictionary).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~w~n", [X]) end,
    P(get()), P(get(a)), P(put(a, 1)), P(put(a, {2})), P(get(a)), P(put("key", [1])), P(put(1, int)), P(put(1.0, float)), P(put(1, again)),
    P(length(get())), P(length(get_keys())), P(get_keys([1])), P(erase(a)), P(erase(a)), P(get(1)), P(get(1.0)),
    P(length(erase())), P(get()),
    [put({k, I}, I * I) || I <- lists:seq(1, 5000)],
    P(length(get())), P(lists:sum([get({k, I}) || I <- lists:seq(1, 5000)])),
    [erase({k, I}) || I <- lists:seq(1, 5000, 2)], P(length(get())), P(get({k, 1})), P(get({k, 2})),
    Me = self(), spawn(fun() -> Me ! {child, get()}, put(x, y), Me ! {child, get()} end),
    P(receive {child, D1} -> D1 end), P(receive {child, D2} -> D2 end),
    P(length(element(2, process_info(self(), dictionary)))),
    count(100000), P(get(counter)).

count(0) -> ok;
count(N) -> put(counter, case get(counter) of undefined -> 1; C -> C + 1 end), count(N - 1).
