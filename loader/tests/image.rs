//! Images: what is packed loads again with the same facts, and whatever is wrong with one is told.

mod common;

use purlin_loader::image::{self, ImageError};
use purlin_loader::{Verified, load};

/// Every so many modules of the libraries, so that the test is quick.
const STEP: usize = 40;

fn modules() -> Vec<Verified> {
    let files = common::beam_files().into_iter().step_by(STEP);
    files
        .map(|path| load(&std::fs::read(path).expect("an installed file can be read")).expect("accepted"))
        .collect()
}

#[test]
fn an_image_holds_what_was_verified() {
    let modules = modules();
    let bytes = image::pack(&modules);
    let loaded = image::load(&bytes).expect("what was packed loads");
    assert_eq!(modules.len(), loaded.len());
    for (before, after) in modules.iter().zip(&loaded) {
        assert!(before.module().code() == after.module().code(), "{}", before.module().name());
        assert_eq!(before.stats(), after.stats());
        assert_eq!(before.module().exports(), after.module().exports());
        for index in 0..before.module().literal_count() as u32 {
            assert_eq!(before.module().literal(index), after.module().literal(index));
        }
    }
    assert!(image::pack(&loaded) == bytes, "an image packed again is the same");
}

#[test]
fn a_wrong_image_is_refused_with_the_reason() {
    let bytes = image::pack(&modules()[..1]);
    assert!(matches!(image::load(b"FOR1 and so on"), Err(ImageError::Foreign)));
    assert!(matches!(image::load(&[]), Err(ImageError::Foreign)));
    let mut old = bytes.clone();
    old[8] = 0;
    assert!(matches!(image::load(&old), Err(ImageError::Version(0))));
    for length in [8, 12, 20, 52, 60, bytes.len() - 1] {
        let error = image::load(&bytes[..length]).expect_err("a cut image is refused");
        assert!(matches!(error, ImageError::Cut { .. } | ImageError::Foreign), "{length}: {error}");
    }
    let mut damaged = bytes.clone();
    *damaged.last_mut().expect("an image has bytes") ^= 1;
    assert!(matches!(image::load(&damaged), Err(ImageError::Damaged)));
}
