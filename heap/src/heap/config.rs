//! What a new heap is told about itself.

use super::rare::Rare;

/// Settings of a new heap.
#[derive(Clone, Debug)]
pub struct HeapConfig {
    /// The least size of the block in words.
    pub words_min: u32,
    /// So many minor collections between two major ones at most (`fullsweep_after`).
    pub minors_max: u16,
    /// How many words the heap may hold after a collection; 0 is no limit.
    pub limit_words: usize,
    /// The instruction that a frame returns to when the frames below are frozen; it calls
    /// [`crate::Heap::underflow`].
    pub underflow: *const u64,
    /// Collect at every opportunity: see [`crate::Heap::set_zeal`].
    pub zeal: bool,
}

// SAFETY: the address is only stored.
unsafe impl Send for HeapConfig {}
// SAFETY: as above.
unsafe impl Sync for HeapConfig {}

impl Default for HeapConfig {
    fn default() -> HeapConfig {
        let underflow = std::ptr::null();
        HeapConfig { words_min: 40, minors_max: u16::MAX, limit_words: 0, underflow, zeal: false }
    }
}

impl HeapConfig {
    /// The side block that the settings need from the start, if they do.
    pub(super) fn rare(&self) -> Option<Box<Rare>> {
        (self.limit_words != 0).then(|| {
            let mut rare = Box::<Rare>::default();
            rare.limit = self.limit_words;
            rare
        })
    }
}
