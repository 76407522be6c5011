//! Any bytes as a `.beam` file: container, chunks, verifier.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = purlin_loader::load(bytes);
});
