//! Where a process goes on, and its live X registers, while it does not run.

use purlin_heap::word::Word;
use std::mem::ManuallyDrop;

/// So many live X registers are saved without an allocation.
const SAVED_INLINE: usize = 4;

/// See the top of the file.
pub struct Saved {
    /// The instruction to go on with.
    pub ip: *const u64,
    registers: Registers,
    /// How many registers are live. They are in the box if and only if they are more than [`SAVED_INLINE`].
    live: u32,
}

/// Few registers are in place, many in a box: all of them.
union Registers {
    few: [Word; SAVED_INLINE],
    many: ManuallyDrop<Box<[Word]>>,
}

const NONE: Registers = Registers { few: [Word::ZERO; SAVED_INLINE] };

impl Saved {
    /// Goes on at `ip` with these X registers.
    pub fn new(ip: *const u64, live: &[Word]) -> Saved {
        let mut saved = Saved { ip, registers: NONE, live: 0 };
        saved.save(ip, live);
        saved
    }

    /// Saves where to go on and the live X registers.
    #[inline]
    pub fn save(&mut self, ip: *const u64, live: &[Word]) {
        self.clear();
        self.ip = ip;
        if live.len() <= SAVED_INLINE {
            // SAFETY: no box is there, as the registers have been forgotten.
            unsafe { self.registers.few[..live.len()].copy_from_slice(live) };
        } else {
            self.registers = Registers { many: ManuallyDrop::new(live.into()) };
        }
        self.live = live.len() as u32;
    }

    /// The live X registers.
    #[inline]
    pub fn registers(&self) -> &[Word] {
        let live = self.live as usize;
        // SAFETY: the number tells where they are.
        unsafe { if live <= SAVED_INLINE { &self.registers.few[..live] } else { &self.registers.many } }
    }

    /// As [`Saved::registers`], for a collection.
    pub fn registers_mut(&mut self) -> &mut [Word] {
        let live = self.live as usize;
        // SAFETY: the number tells where they are.
        unsafe {
            if live <= SAVED_INLINE { &mut self.registers.few[..live] } else { &mut self.registers.many }
        }
    }

    /// Forgets the registers once they are in the machine.
    #[inline]
    pub fn clear(&mut self) {
        if self.live as usize > SAVED_INLINE {
            self.free();
        }
        self.live = 0;
    }

    #[cold]
    fn free(&mut self) {
        // SAFETY: so many registers are in the box, which is not looked at any more.
        unsafe { ManuallyDrop::drop(&mut self.registers.many) };
        self.registers = NONE;
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Saved;
    use purlin_heap::word::Word;

    #[test]
    fn any_number_of_registers_is_saved_again_and_again() {
        let words: Vec<Word> = (0..20).map(Word::small).collect();
        let mut saved = Saved::new(std::ptr::null(), &words[..3]);
        for count in [0, 4, 5, 20, 20, 1, 6, 0, 4] {
            saved.save(std::ptr::null(), &words[..count]);
            assert_eq!(saved.registers(), &words[..count]);
            assert_eq!(saved.registers_mut(), &words[..count]);
        }
        saved.save(std::ptr::null(), &words);
        saved.clear();
        assert!(saved.registers().is_empty());
    }
}
