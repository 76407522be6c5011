%% Lua scripts run by luerl, a Lua interpreter in Erlang.
%% package: erlang-luerl
-module(package_luerl).
-export([main/1]).
main(_) ->
    Run = fun(S) -> R = (catch luerl:do(S)), case R of {V, _} -> io:format("~p~n", [V]); O -> io:format("~p~n", [element(1, O)]) end end,
    Run("return 1 + 2, 'a' .. 'b', #{1,2,3}"),
    Run("local function fib(n) if n < 2 then return n else return fib(n-1) + fib(n-2) end end return fib(20)"),
    Run("local t = {} for i = 1, 100 do t[i] = i * i end local s = 0 for k, v in pairs(t) do s = s + v end return s, t[50]"),
    Run("return string.format('%5.2f|%d|%s|%q', 3.14159, 42, 'x', 'y'), string.rep('ab', 3), string.upper('abc'), string.byte('A'), #'hello'"),
    Run("return string.find('hello world', 'o w'), string.gsub('hello', 'l', 'L'), string.match('key=val', '(%w+)=(%w+)')"),
    Run("local mt = {__add = function(a, b) return a.v + b.v end} local a = setmetatable({v=1}, mt) local b = setmetatable({v=2}, mt) return a + b"),
    Run("local ok, e = pcall(function() error('boom') end) return ok, e"),
    Run("return math.floor(3.7), math.max(1, 5, 3), 7 // 2, 7 % 3, 2^10, 1e15, 10/2"),
    Run("local s = '' for w in string.gmatch('one two three', '%a+') do s = s .. w .. ',' end return s"),
    Run("local t = {5,2,8,1} table.sort(t) return table.concat(t, ',')"),
    Run("return x.y.z"), Run("this is not lua").
