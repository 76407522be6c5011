//! Any bytes as a Code chunk's instructions: what decodes is encoded to something that decodes to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use purlin_isa::Code;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(code) = Code::decode(bytes) {
        let again = Code::decode(&code.encode()).expect("what was encoded decodes");
        assert_eq!(again.encode(), code.encode());
    }
});
