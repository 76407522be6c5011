//! Any bytes as a term: what decodes can be encoded, printed, hashed and compared, and comes back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use purlin_heap::external::{DecodeOptions, EncodeOptions, FunKey, Names, decode, encode};
use purlin_heap::print::{self, Style};
use purlin_heap::{Atom, AtomTable, FunEntry, Mfa, Scratch, am, equal, hash, order};

struct NoCode {
    atoms: AtomTable,
}

impl Names for NoCode {
    fn atoms(&self) -> &AtomTable {
        &self.atoms
    }

    fn export(&self, _name: Mfa, _make: bool) -> Option<&Mfa> {
        None
    }

    fn fun(&self, _key: &FunKey) -> Option<&FunEntry> {
        None
    }

    fn node(&self) -> (Atom, u32) {
        (am::nonode_at_nohost, 0)
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (names, space) = (NoCode { atoms: AtomTable::new(10_000) }, Scratch::new());
    let Ok((term, _)) = decode(bytes, DecodeOptions::default(), &names, &space) else { return };
    let written = encode(term, &EncodeOptions::default(), &names).expect("a term of moderate size");
    let (back, _) = decode(&written, DecodeOptions::default(), &names, &space).expect("what was encoded");
    assert!(equal::exact(term, back) && order::compare(term, back, &names.atoms).is_eq());
    assert_eq!(hash::internal(term), hash::internal(back));
    print::to_string(term, Style::Pretty, 10_000, &names.atoms);
});
