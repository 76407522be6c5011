//! The definitions of native records: what a module says, and what is refused.

use purlin_loader::{LoadError, Module, ParseFault, load};

fn geometry() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/otp29/geometry.beam");
    std::fs::read(path).expect("a fixture of OTP 29")
}

/// Where the contents of the chunk stand in the file.
fn chunk(file: &[u8]) -> std::ops::Range<usize> {
    let at = file.windows(4).position(|id| id == b"Recs").expect("a module with records") + 8;
    let size = u32::from_be_bytes(file[at - 4..at].try_into().expect("four bytes"));
    at..at + size as usize
}

fn fault(file: &[u8]) -> ParseFault {
    match load(file) {
        Err(LoadError::Parse(error)) => {
            assert_eq!(&error.chunk, b"Recs");
            error.fault
        }
        other => panic!("{:?}", other.map(|_| "it was accepted")),
    }
}

#[test]
fn a_module_tells_its_records() {
    let module = Module::parse(&geometry()).expect("accepted");
    let told: Vec<_> = module
        .records()
        .iter()
        .map(|record| {
            let fields: Vec<_> = record
                .fields
                .iter()
                .map(|field| (module.atom(field.name), field.default.is_some()))
                .collect();
            (module.atom(record.name), record.is_exported, fields)
        })
        .collect();
    let point = vec![("x", true), ("y", true), ("name", false)];
    let line = vec![("from", false), ("to", false), ("style", true)];
    let secret = vec![("value", false), ("hint", true)];
    let expected =
        [("point", true, point), ("line", true, line), ("empty", true, vec![]), ("secret", false, secret)];
    assert_eq!(told, expected);
}

#[test]
fn counts_and_versions_that_lie_are_refused() {
    let file = geometry();
    let at = chunk(&file).start;
    let with = |place: usize, byte: u8| {
        let mut file = file.clone();
        file[at + place] = byte;
        fault(&file)
    };
    assert_eq!(with(3, 1), ParseFault::Version(1));
    assert_eq!(with(4, 255), ParseFault::Count);
    assert_eq!(with(11, 1), ParseFault::Count);
    // One definition less is told than stands there; one more.
    assert!(matches!(with(7, 3), ParseFault::Code(_)));
    assert!(matches!(with(7, 5), ParseFault::Code(_)));
}

#[test]
fn any_other_byte_does_no_harm() {
    let file = geometry();
    let (mut refused, mut accepted) = (0, 0);
    for at in chunk(&file) {
        for change in 1..=255 {
            let mut file = file.clone();
            file[at] ^= change;
            match load(&file) {
                Ok(_) => accepted += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > accepted && accepted > 0, "{refused} refused, {accepted} accepted");
}
