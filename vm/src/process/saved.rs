//! Where a process goes on, and its live X registers, while it does not run.

use purlin_heap::word::Word;

/// So many live X registers are saved without an allocation.
const SAVED_INLINE: usize = 4;

/// See the top of the file.
pub struct Saved {
    /// The instruction to go on with.
    pub ip: *const u64,
    first: [Word; SAVED_INLINE],
    /// All live registers, when they are more than fit `first`.
    more: Option<Box<[Word]>>,
    live: u32,
}

impl Saved {
    /// Goes on at `ip` with these X registers.
    pub fn new(ip: *const u64, live: &[Word]) -> Saved {
        let mut saved = Saved { ip, first: [Word::ZERO; SAVED_INLINE], more: None, live: 0 };
        saved.save(ip, live);
        saved
    }

    /// Saves where to go on and the live X registers.
    #[inline]
    pub fn save(&mut self, ip: *const u64, live: &[Word]) {
        self.ip = ip;
        self.live = live.len() as u32;
        match self.first.get_mut(..live.len()) {
            Some(first) => first.copy_from_slice(live),
            None => self.more = Some(live.into()),
        }
    }

    /// The live X registers.
    #[inline]
    pub fn registers(&self) -> &[Word] {
        match &self.more {
            Some(more) => more,
            None => &self.first[..self.live as usize],
        }
    }

    /// As [`Saved::registers`], for a collection.
    pub fn registers_mut(&mut self) -> &mut [Word] {
        match &mut self.more {
            Some(more) => more,
            None => &mut self.first[..self.live as usize],
        }
    }

    /// Forgets the registers once they are in the machine.
    #[inline]
    pub fn clear(&mut self) {
        self.live = 0;
        self.more = None;
    }
}
