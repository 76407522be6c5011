//! A hierarchical hashed timer wheel: setting and cancelling take the same short time however many timers there are.
//!
//! Time is a count of ticks. Eleven levels of 64 slots cover all 64 bits of it: a timer lies at the level of the
//! highest group of six bits in which its deadline differs from `elapsed`, in the slot that this group names. When
//! `elapsed` enters a slot above level 0, the slot's timers move to lower levels; at level 0 they are due. So a timer
//! is moved ten times at the most, and rarely more than twice.

/// A link to nothing.
const NONE: u32 = u32::MAX;
const SLOT_BITS: u32 = 6;
const SLOTS: usize = 1 << SLOT_BITS;
const LEVELS: usize = u64::BITS.div_ceil(SLOT_BITS) as usize;
/// The list of those that are due, beside the lists of the slots.
const DUE: u16 = (LEVELS * SLOTS) as u16;
/// The `home` of an entry that is free.
const FREE: u16 = u16::MAX;
/// An empty wheel with more entries than this gives their memory back.
const KEPT_ENTRIES_MAX: usize = 1024;

/// Names a timer for ever: an entry that is used again has another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

struct Entry<X> {
    deadline: u64,
    /// Neighbours in a ring: the head's `previous` is the tail. In a free entry `next` leads to the next free one.
    previous: u32,
    next: u32,
    generation: u32,
    /// The list that it is in.
    home: u16,
    payload: Option<X>,
}

/// See the head of this file.
pub(crate) struct Wheel<X> {
    /// All ticks up to this one have been dealt with, but for the slot in `moving`.
    elapsed: u64,
    /// A slot that `elapsed` has entered and that still holds timers to move.
    moving: Option<u16>,
    heads: Box<[u32]>,
    /// For each level a bit for each slot that holds something.
    occupied: [u64; LEVELS],
    entries: Vec<Entry<X>>,
    free: u32,
    live: usize,
    /// What a new entry starts with: above all generations of entries that were given back.
    first_generation: u32,
}

impl<X> Wheel<X> {
    pub(crate) fn new(elapsed: u64) -> Self {
        Self {
            elapsed,
            moving: None,
            heads: vec![NONE; LEVELS * SLOTS + 1].into(),
            occupied: [0; LEVELS],
            entries: Vec::new(),
            free: NONE,
            live: 0,
            first_generation: 0,
        }
    }

    /// How many timers are set.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.live
    }

    /// Sets a timer; one whose deadline has passed is due at once.
    pub(crate) fn insert(&mut self, deadline: u64, payload: X) -> Key {
        let index = self.take_entry(deadline, payload);
        self.place(index);
        self.live += 1;
        Key { index, generation: self.entries[index as usize].generation }
    }

    /// Moves time on to `now` if nothing happens before. Timers set after a quiet time would else lie at high levels,
    /// and be moved needlessly.
    pub(crate) fn catch_up(&mut self, now: u64) {
        if self.next_event().is_none_or(|next| next > now) {
            self.elapsed = self.elapsed.max(now);
        }
    }

    /// When a timer is due, if it is still set.
    pub(crate) fn deadline(&self, key: Key) -> Option<u64> {
        self.find(key).map(|entry| entry.deadline)
    }

    /// Takes a timer out before it fires: its deadline and its payload.
    pub(crate) fn remove(&mut self, key: Key) -> Option<(u64, X)> {
        let deadline = self.find(key)?.deadline;
        Some((deadline, self.take_out(key.index)))
    }

    /// Moves time on to `now` and takes out one timer that is due. Stops early after `moves_left` moves between slots,
    /// so that no call takes long; then [`next_event`](Self::next_event) lies in the past.
    pub(crate) fn expire(&mut self, now: u64, moves_left: &mut u32) -> Option<X> {
        loop {
            let due = self.heads[DUE as usize];
            if due != NONE {
                return Some(self.take_out(due));
            }
            let Some((slot, start)) = self.next_slot().filter(|&(_, start)| start <= now) else {
                self.elapsed = self.elapsed.max(now);
                return None;
            };
            self.elapsed = self.elapsed.max(start);
            if !self.empty_slot(slot, moves_left) {
                return None;
            }
        }
    }

    /// The tick at which [`expire`](Self::expire) has to be called next; no timer is due before it.
    pub(crate) fn next_event(&self) -> Option<u64> {
        if self.heads[DUE as usize] != NONE {
            return Some(self.elapsed);
        }
        self.next_slot().map(|(_, start)| start.max(self.elapsed))
    }

    fn find(&self, key: Key) -> Option<&Entry<X>> {
        let entry = self.entries.get(key.index as usize)?;
        (entry.generation == key.generation && entry.home != FREE).then_some(entry)
    }

    /// The slot that comes next, and the tick at which it begins.
    fn next_slot(&self) -> Option<(u16, u64)> {
        if let Some(slot) = self.moving {
            return Some((slot, self.elapsed));
        }
        // A lower level ends before the next slot of a higher one begins.
        (0..LEVELS).find(|&level| self.occupied[level] != 0).map(|level| {
            let slot = self.occupied[level].trailing_zeros() as u64;
            let shift = level as u32 * SLOT_BITS;
            let above = self.elapsed.checked_shr(shift + SLOT_BITS).unwrap_or(0);
            let start = above.checked_shl(shift + SLOT_BITS).unwrap_or(0) | slot << shift;
            ((level * SLOTS) as u16 + slot as u16, start)
        })
    }

    /// Moves the timers of a slot that `elapsed` has entered; false if it stopped early.
    fn empty_slot(&mut self, slot: u16, moves_left: &mut u32) -> bool {
        while self.heads[slot as usize] != NONE {
            if *moves_left == 0 {
                self.moving = Some(slot);
                return false;
            }
            *moves_left -= 1;
            let index = self.heads[slot as usize];
            self.unlink(index);
            self.place(index);
        }
        self.moving = None;
        true
    }

    /// Links an entry into the list where it belongs.
    fn place(&mut self, index: u32) {
        let deadline = self.entries[index as usize].deadline;
        if deadline <= self.elapsed {
            return self.link(index, DUE);
        }
        let level = (deadline ^ self.elapsed).ilog2() / SLOT_BITS;
        let slot = (deadline >> (level * SLOT_BITS)) as usize % SLOTS;
        self.occupied[level as usize] |= 1 << slot;
        self.link(index, (level as usize * SLOTS + slot) as u16);
    }

    fn link(&mut self, index: u32, home: u16) {
        let head = self.heads[home as usize];
        let (previous, next) = if head == NONE {
            self.heads[home as usize] = index;
            (index, index)
        } else {
            let tail = std::mem::replace(&mut self.entries[head as usize].previous, index);
            self.entries[tail as usize].next = index;
            (tail, head)
        };
        let entry = &mut self.entries[index as usize];
        (entry.previous, entry.next, entry.home) = (previous, next, home);
    }

    fn unlink(&mut self, index: u32) {
        let &Entry { previous, next, home, .. } = &self.entries[index as usize];
        if next == index {
            self.heads[home as usize] = NONE;
            if home != DUE {
                self.occupied[home as usize / SLOTS] &= !(1 << (home as usize % SLOTS));
            }
            return;
        }
        self.entries[previous as usize].next = next;
        self.entries[next as usize].previous = previous;
        if self.heads[home as usize] == index {
            self.heads[home as usize] = next;
        }
    }

    fn take_entry(&mut self, deadline: u64, payload: X) -> u32 {
        if self.free != NONE {
            let index = self.free;
            let entry = &mut self.entries[index as usize];
            self.free = entry.next;
            entry.deadline = deadline;
            entry.payload = Some(payload);
            return index;
        }
        let index = u32::try_from(self.entries.len()).ok().filter(|&index| index != NONE);
        let index = index.expect("four billion timers need more memory than there is");
        let generation = self.first_generation;
        let (previous, next) = (NONE, NONE);
        self.entries.push(Entry { deadline, previous, next, generation, home: FREE, payload: Some(payload) });
        index
    }

    /// Unlinks and frees a live entry.
    fn take_out(&mut self, index: u32) -> X {
        self.unlink(index);
        let entry = &mut self.entries[index as usize];
        let payload = entry.payload.take().expect("a live entry has its payload");
        entry.home = FREE;
        // An entry whose generations are used up is never used again.
        if let Some(generation) = entry.generation.checked_add(1) {
            entry.generation = generation;
            entry.next = self.free;
            self.free = index;
        }
        self.live -= 1;
        if self.live == 0 && self.entries.len() > KEPT_ENTRIES_MAX {
            self.give_back();
        }
        payload
    }

    fn give_back(&mut self) {
        let highest = self.entries.iter().map(|entry| entry.generation).max().unwrap_or(0);
        // With the generations used up the entries stay, for else a stale key could name a new timer.
        if let Some(above) = highest.checked_add(1) {
            self.first_generation = above;
            self.entries = Vec::new();
            self.free = NONE;
        }
    }
}

#[cfg(test)]
#[path = "wheel_tests.rs"]
mod tests;
