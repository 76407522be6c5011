%% kind: sequential
%% size: 400000
%% quick: 10000
%% The planets' orbits: floats in tuples and lists.
-module(nbody).
-export([main/1]).

-define(SOLAR_MASS, 39.47841760435743).
-define(DAYS, 365.24).

main(Args) ->
    N = bench:size(Args),
    Bodies = at_rest(bodies()),
    bench:timed(nbody, fun() -> run(N, Bodies, 0.01) end).

%% {X, Y, Z, Vx, Vy, Vz, Mass}
bodies() ->
    [{0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ?SOLAR_MASS},
     {4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694 * ?DAYS, 0.00769901118419740425 * ?DAYS, -0.0000690460016972063023 * ?DAYS,
      0.000954791938424326609 * ?SOLAR_MASS},
     {8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411577 * ?DAYS, 0.00499852801234917238 * ?DAYS, 0.0000230417297573763929 * ?DAYS,
      0.000285885980666130812 * ?SOLAR_MASS},
     {12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618 * ?DAYS, 0.00237847173959480950 * ?DAYS, -0.0000296589568540237556 * ?DAYS,
      0.0000436624404335156298 * ?SOLAR_MASS},
     {15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322 * ?DAYS, 0.00162824170038242295 * ?DAYS, -0.0000951592254519715870 * ?DAYS,
      0.0000515138902046611451 * ?SOLAR_MASS}].

%% Gives the sun the momentum that brings the whole system to rest.
at_rest([{X, Y, Z, _, _, _, M} | Planets]) ->
    {Px, Py, Pz} = lists:foldl(fun({_, _, _, Vx, Vy, Vz, W}, {A, B, C}) -> {A + Vx * W, B + Vy * W, C + Vz * W} end,
                               {0.0, 0.0, 0.0}, Planets),
    [{X, Y, Z, -Px / M, -Py / M, -Pz / M, M} | Planets].

run(0, Bodies, _) -> Bodies;
run(N, Bodies, Dt) -> run(N - 1, [move(B, Dt) || B <- attract(Bodies, Dt)], Dt).

attract([], _) -> [];
attract([Body | Rest], Dt) ->
    {NewBody, NewRest} = pull(Body, Rest, Dt, []),
    [NewBody | attract(NewRest, Dt)].

pull(Body, [], _, Done) -> {Body, lists:reverse(Done)};
pull({X1, Y1, Z1, Vx1, Vy1, Vz1, M1}, [{X2, Y2, Z2, Vx2, Vy2, Vz2, M2} | Rest], Dt, Done) ->
    Dx = X1 - X2,
    Dy = Y1 - Y2,
    Dz = Z1 - Z2,
    Square = Dx * Dx + Dy * Dy + Dz * Dz,
    Mag = Dt / (Square * math:sqrt(Square)),
    A = M2 * Mag,
    B = M1 * Mag,
    pull({X1, Y1, Z1, Vx1 - Dx * A, Vy1 - Dy * A, Vz1 - Dz * A, M1}, Rest, Dt,
         [{X2, Y2, Z2, Vx2 + Dx * B, Vy2 + Dy * B, Vz2 + Dz * B, M2} | Done]).

move({X, Y, Z, Vx, Vy, Vz, M}, Dt) ->
    {X + Dt * Vx, Y + Dt * Vy, Z + Dt * Vz, Vx, Vy, Vz, M}.
