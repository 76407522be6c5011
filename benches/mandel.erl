%% kind: sequential
%% size: 1000
%% quick: 120
%% Mandelbrot's set, escape times up to 100: float arithmetic in a loop.
-module(mandel).
-export([main/1]).

main(Args) ->
    N = bench:size(Args),
    bench:timed(mandel, fun() -> rows(0, N, 0) end).

rows(N, N, Sum) -> Sum;
rows(Y, N, Sum) -> rows(Y + 1, N, columns(0, Y, N, Sum)).

columns(N, _, N, Sum) -> Sum;
columns(X, Y, N, Sum) ->
    Cr = 3.0 * X / N - 2.0,
    Ci = 2.0 * Y / N - 1.0,
    columns(X + 1, Y, N, Sum + escape(0.0, 0.0, Cr, Ci, 0)).

escape(_, _, _, _, 100) -> 100;
escape(Zr, Zi, Cr, Ci, I) ->
    R2 = Zr * Zr,
    I2 = Zi * Zi,
    case R2 + I2 > 4.0 of
        true -> I;
        false -> escape(R2 - I2 + Cr, 2.0 * Zr * Zi + Ci, Cr, Ci, I + 1)
    end.
