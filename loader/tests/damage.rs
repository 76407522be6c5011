//! Damaged `.beam` files and images: each is refused with a reason or accepted, none makes the loader panic.
//!
//! `PURLIN_DAMAGED=100000 cargo test --release -p purlin-loader --test damage` runs as many of each.

mod common;

use std::collections::BTreeMap;

use purlin_loader::damage::{Damage, judge};
use purlin_loader::{image, load};

/// Files up to this size are damaged, so that many are tried in little time.
const SIZE_MAX: usize = 12_000;

const SEED: u64 = 0x5075_726c_696e;

fn count() -> usize {
    let told = std::env::var("PURLIN_DAMAGED").ok().and_then(|count| count.parse().ok());
    told.unwrap_or(1000)
}

fn files() -> Vec<Vec<u8>> {
    let files = common::beam_files().into_iter().filter_map(|path| std::fs::read(path).ok());
    files.filter(|file| file.len() <= SIZE_MAX).collect()
}

#[test]
fn damaged_files_do_no_harm() {
    let files = files();
    let mut damage = Damage::new(SEED);
    let mut judged: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files.iter().cycle().take(count()) {
        *judged.entry(judge(&damage.beam(file))).or_default() += 1;
    }
    println!("damaged files: {judged:?}");
    if !files.is_empty() {
        assert!(judged.len() == 3, "damage of each sort was tried: {judged:?}");
    }
}

#[test]
fn damaged_images_do_no_harm() {
    let modules = files().iter().step_by(3).map(|file| load(file).expect("accepted")).collect::<Vec<_>>();
    let mut damage = Damage::new(SEED);
    let (mut accepted, mut refused) = (0, 0);
    for verified in modules.iter().cycle().take(count()) {
        match image::load(&damage.image(verified)) {
            Ok(_) => accepted += 1,
            Err(_) => refused += 1,
        }
    }
    println!("damaged images: {accepted} accepted, {refused} refused");
    assert!(modules.is_empty() || refused > accepted);
}
