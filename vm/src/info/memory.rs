//! Memory and collections, as `process_info/2` tells of them.

use super::Teller;
use crate::process::{ControlBlock, MaxHeapSize, Rare, Settings};
use purlin_heap::bits::Shared;
use purlin_heap::word::Word;
use purlin_heap::{Atom, Build, Map, Term, am};

const WORD_BYTES: usize = size_of::<Word>();

impl<'b, B: Build> Teller<'_, 'b, B> {
    pub(super) fn memory_value(&self, item: Atom) -> Term<'b> {
        let heap = &self.process.heap;
        let words = |words: usize| self.b.unsigned(words as u64);
        match item {
            am::heap_size => words(heap.block_words()),
            am::total_heap_size => words(heap.total_words()),
            am::stack_size => words(heap.stack_words()),
            am::memory => words(size_of::<ControlBlock>() + heap.total_words() * WORD_BYTES),
            am::garbage_collection => self.garbage_collection(),
            am::garbage_collection_info => self.garbage_collection_info(),
            am::min_heap_size => self.b.unsigned(self.min_heap_size()),
            am::min_bin_vheap_size => self.b.unsigned(self.min_bin_vheap_size()),
            am::fullsweep_after => self.b.unsigned(self.fullsweep_after()),
            am::max_heap_size => max_heap_size(self.b, self.vm.atoms(), &self.process.max_heap_size()),
            _ => match self.vm.atoms().name(item) {
                "catchlevel" => Term::small(heap.stack().filter(|word| word.is_catch()).count() as i64),
                "sequential_trace_token" | "magic_ref" => Term::NIL,
                "trace" => Term::small(0),
                "priority_messages" => Term::boolean(self.process.rare().is_some_and(Rare::takes_priority)),
                _ => Term::atom(am::undefined),
            },
        }
    }

    /// `{Id, Bytes, References}` for each reference to shared bytes.
    pub(super) fn binaries(&self) -> Term<'b> {
        let told = |bytes: Shared| {
            // The one that is held here does not count.
            let (size, references) = (bytes.committed() as u64, bytes.references() as u64 - 1);
            let fields = [bytes.address(), size, references];
            self.b.tuple(&fields.map(|field| self.b.unsigned(field)))
        };
        let list: Vec<Term<'b>> = self.process.heap.shared_bytes().map(told).collect();
        self.b.list(&list)
    }

    fn settings(&self) -> Settings {
        self.process.settings()
    }

    fn min_heap_size(&self) -> u64 {
        self.settings().min_heap_size.unwrap_or(self.vm.config().heap_words_min.into())
    }

    fn min_bin_vheap_size(&self) -> u64 {
        self.settings().min_bin_vheap_size.unwrap_or(MIN_BIN_VHEAP_SIZE)
    }

    fn fullsweep_after(&self) -> u64 {
        self.settings().fullsweep_after.unwrap_or(self.vm.config().minors_max.into())
    }

    fn garbage_collection(&self) -> Term<'b> {
        let atoms = self.vm.atoms();
        let minors = self.process.heap.minors_since_major();
        let named = |name: &str, value| match atoms.intern(name) {
            Ok(atom) => self.b.tuple(&[Term::atom(atom), value]),
            Err(_) => Term::NIL,
        };
        let pair = |item: Atom, value: u64| self.b.tuple(&[Term::atom(item), self.b.unsigned(value)]);
        let limit = max_heap_size(self.b, atoms, &self.process.max_heap_size());
        self.b.list(&[
            self.b.tuple(&[Term::atom(am::max_heap_size), limit]),
            pair(am::min_bin_vheap_size, self.min_bin_vheap_size()),
            pair(am::min_heap_size, self.min_heap_size()),
            pair(am::fullsweep_after, self.fullsweep_after()),
            named("minor_gcs", Term::small(minors.into())),
        ])
    }

    fn garbage_collection_info(&self) -> Term<'b> {
        let heap = &self.process.heap;
        let atoms = self.vm.atoms();
        let (block, old_block) = (heap.block_words(), heap.old_capacity_words());
        let entries = [
            ("old_heap_block_size", old_block),
            ("heap_block_size", block),
            ("mbuf_size", heap.total_words() - block - old_block),
            ("recent_size", 0),
            ("stack_size", heap.stack_words()),
            ("old_heap_size", heap.old_words()),
            ("heap_size", heap.young_words()),
            ("bin_vheap_size", 0),
            ("bin_vheap_block_size", 0),
            ("bin_old_vheap_size", 0),
            ("bin_old_vheap_block_size", 0),
        ];
        let pairs = entries.iter().filter_map(|&(name, words)| {
            let name = atoms.intern(name).ok()?;
            Some(self.b.tuple(&[Term::atom(name), self.b.unsigned(words as u64)]))
        });
        self.b.list(&pairs.collect::<Vec<_>>())
    }
}

/// What OTP has as `min_bin_vheap_size` by default. Here it is only told.
pub const MIN_BIN_VHEAP_SIZE: u64 = 46422;

/// The map that tells of a heap's limit.
pub(crate) fn max_heap_size<'b, B: Build>(
    b: &'b B,
    atoms: &purlin_heap::AtomTable,
    limit: &MaxHeapSize,
) -> Term<'b> {
    let pairs = [
        (Term::atom(am::error_logger), Term::boolean(limit.log)),
        (Term::atom(am::include_shared_binaries), Term::boolean(limit.shared_binaries)),
        (Term::atom(am::kill), Term::boolean(limit.kill)),
        (Term::atom(am::size), b.unsigned(limit.words)),
    ];
    Map::from_pairs(&pairs, atoms, b).as_term()
}
