%% Native records, which only OTP 29 compiles.
-module(native_records).
-export([main/1]).
-record #point{x = 0, y = 0}.

main(_) ->
    #point{y = Y} = #point{y = 2},
    io:format("~w~n", [Y]).
