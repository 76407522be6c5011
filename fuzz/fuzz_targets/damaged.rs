//! Valid `.beam` files (the corpus) with damage that the fuzzer chooses: reaches deep into the verifier.
#![no_main]

use libfuzzer_sys::fuzz_target;
use purlin_loader::damage::{Damage, judge};

fuzz_target!(|input: (u64, &[u8])| {
    let (seed, file) = input;
    if let Ok(verified) = purlin_loader::load(file) {
        let mut damage = Damage::new(seed);
        let _ = judge(&damage.beam(file));
        let _ = purlin_loader::image::load(&damage.image(&verified));
    }
});
