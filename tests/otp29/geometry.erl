%% A module whose native records another one makes and takes apart.
-module(geometry).
-export([point/2, secret/1, secret_of/1, moved/2]).
-export_record([point, line, empty]).
-record #point{x = 0, y = 0, name}.
-record #line{from, to, style = [solid, {width, 1 bsl 70}]}.
-record #empty{}.
-record #secret{value, hint = none}.

point(X, Y) -> #point{x = X, y = Y, name = none}.

secret(Value) -> #secret{value = Value}.

secret_of(#secret{value = Value}) -> Value;
secret_of(#_{name = Name}) -> {named, Name};
secret_of(_) -> not_secret.

moved(#point{} = P, By) -> P#point{x = P#point.x + By}.
