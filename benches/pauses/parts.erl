%% What the process with the large heap is made of: a map from numbers to parts of a kilobyte or two, which are lists,
%% maps, tuples or binaries; and the steps in which it changes. A step takes a few microseconds, so that a stop shows.
-module(parts).
-export([count/1, all/1, random/1, step/3]).

-define(KINDS, 4).
%% What a part takes in the map that holds it, nodes included.
-define(SLOT_WORDS, 3).

%% As many parts have this size altogether.
count(Bytes) ->
    Sizes = [bytes(new(Kind, 1)) || Kind <- lists:seq(0, ?KINDS - 1)],
    max(Bytes * ?KINDS div lists:sum(Sizes), 1).

bytes(Part) ->
    Words = erts_debug:flat_size(Part) + ?SLOT_WORDS,
    Words * erlang:system_info(wordsize) + shared_bytes(Part).

%% Large binaries lie outside of heaps.
shared_bytes([Large | _]) when byte_size(Large) > 64 -> byte_size(Large);
shared_bytes(_) -> 0.

all(Count) -> all(Count, #{}).

all(0, Parts) -> Parts;
all(Number, Parts) -> all(Number - 1, Parts#{Number => new(Number)}).

%% The next of a sequence of numbers below 2^31 in which the low bits are as good as the others.
random(Last) -> Last * 48271 rem 2147483647.

%% Three in four steps replace a part by a new one, the others change a part, swap two, or build what nobody keeps.
step(Parts, Count, Random) ->
    Number = Random rem Count + 1,
    case Random div 16 rem 16 of
        0 -> swap(Number, random(Random) rem Count + 1, Parts);
        1 -> dropped(new(Random), Parts);
        Change when Change < 4 -> Parts#{Number := changed(maps:get(Number, Parts), Random)};
        _ -> Parts#{Number := new(Random)}
    end.

swap(One, Other, Parts) ->
    #{One := First, Other := Second} = Parts,
    Parts#{One := Second, Other := First}.

dropped(_, Parts) -> Parts.

%% Most of what a changed part has it shares with what it was.
changed([{_, _} = Pair | Pairs], Random) -> [setelement(2, Pair, Random) | Pairs];
changed([Large | Small], Random) -> [<<Random:32, (binary:part(Large, 4, byte_size(Large) - 4))/binary>> | Small];
changed(#{} = Map, Random) -> Map#{changed => Random};
changed(Tuple, Random) -> setelement(1, Tuple, {changed, Random}).

%% Which number is replaced is told by other bits, so that a part's kind changes.
new(Random) -> new(Random div 256 rem ?KINDS, Random).

new(0, Random) -> pairs(40, Random);
new(1, Random) -> map(24, Random, #{changed => never});
new(2, Random) -> {Random, tree(4, Random), tree(4, Random + 1)};
new(3, Random) -> [binary:copy(<<Random:64>>, 64 + Random rem 64) | binaries(16, Random)].

pairs(0, _) -> [];
pairs(N, Random) -> [{N, Random + N} | pairs(N - 1, Random)].

map(0, _, Map) ->
    Map;
map(N, Random, Map) ->
    More = Map#{
        N => [Random], N - 1 => {N, Random}, N - 2 => #{number => Random, to => N}, N - 3 => [N, Random, N],
        N - 4 => {Random}, N - 5 => <<Random:128>>, N - 6 => N, N - 7 => {N, [Random], <<N>>}
    },
    map(N - 8, Random, More).

tree(0, Random) -> {Random};
tree(Depth, Random) -> {tree(Depth - 1, Random), Depth, tree(Depth - 1, Random + 1)}.

binaries(0, _) -> [];
binaries(N, Random) -> [<<N:16, Random:256>> | binaries(N - 1, Random)].
