//! Any bytes as the contents of an image, its header made right.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|contents: &[u8]| {
    let _ = purlin_loader::image::load(&purlin_loader::image::seal(contents));
});
