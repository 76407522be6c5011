//! Patterns and matches through the crate's own face.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use purlin_regex::{Failure, Flag, Limits, MatchFlags, Newline, Options, Pattern, Subject};

fn pattern(source: &str) -> Pattern {
    Pattern::compile(source.as_bytes(), Options::default()).unwrap()
}

/// Start and end of the match and its groups.
type Places = Vec<Option<(usize, usize)>>;

/// Where the match and its groups are.
fn places(pattern: &Pattern, subject: &[u8], limits: Limits) -> Result<Option<Places>, Failure> {
    let found = pattern.run(Subject::Bytes(subject), 0, MatchFlags::default(), limits, &mut |_| ())?;
    Ok(found.map(|found| (0..found.count()).map(|group| found.place(group)).collect()))
}

#[test]
fn groups_that_are_not_found_have_no_place() {
    let found = places(&pattern("(a)(x)?(b)(y)?"), b"--ab", Limits::default()).unwrap().unwrap();
    assert_eq!(found, [Some((2, 4)), Some((2, 3)), None, Some((3, 4))]);
}

#[test]
fn short_and_long_subjects_have_the_same_answer() {
    for source in ["(\\w+)@(\\w+)", "(?:a|b|ab)*?c", "^x|(y+)z", "(?<=q)r", "a++b", "(*COMMIT)c|d", "\\Gd|e"]
    {
        let pattern = pattern(source);
        for end in ["me@there", "abababc", "yyyyz", "qr", "aaab", "d", ""] {
            let short = format!("{}{end}", "-".repeat(100));
            let long = format!("{}{end}", "-".repeat(100_000));
            let shift = long.len() - short.len();
            let short = places(&pattern, short.as_bytes(), Limits::default()).unwrap();
            let long = places(&pattern, long.as_bytes(), Limits::default()).unwrap();
            let shifted = short.map(|places| {
                places
                    .into_iter()
                    .map(|place| place.map(|(start, end)| (start + shift, end + shift)))
                    .collect()
            });
            assert_eq!(long, shifted, "{source} {end}");
        }
    }
}

#[test]
fn limits_hold_with_and_without_callouts() {
    let endless = pattern("(?:a+)+b|c");
    for length in [30, 3000] {
        let subject = format!("{}cb", "a".repeat(length));
        let few = |matches| places(&endless, subject.as_bytes(), Limits { matches, ..Limits::default() });
        for matches in [1, 100, 10_000] {
            assert_eq!(few(matches).unwrap_err(), Failure::MatchLimit, "{length} {matches}");
        }
        let deep = Limits { depth: 2, ..Limits::default() };
        assert_eq!(places(&endless, subject.as_bytes(), deep).unwrap_err(), Failure::DepthLimit);
    }
    let deep = places(
        &pattern("(?:a|b)*"),
        &[b'a'; 1_000_000],
        Limits { memory_bytes: 1 << 20, ..Limits::default() },
    );
    assert_eq!(deep.unwrap_err(), Failure::MatchLimit);
}

#[test]
fn long_matches_tell_of_their_steps() {
    let mut told = Vec::new();
    let subject = "a".repeat(5000);
    let limits = Limits { matches: 1_000_000, ..Limits::default() };
    let endless = pattern("(?:a+)+[bc]|[de]");
    let subject = Subject::Bytes(subject.as_bytes());
    let found = endless.run(subject, 0, MatchFlags::default(), limits, &mut |steps| told.push(steps));
    assert_eq!(found.err(), Some(Failure::MatchLimit));
    assert!(told.len() > 1000, "{} times", told.len());
    assert!(told.iter().all(|&steps| steps < 4096), "{:?}", told.iter().max());
}

#[test]
fn a_match_can_be_unwound() {
    let endless = pattern("(?:a+)+[bc]|[de]");
    let subject = "a".repeat(5000);
    let mut left = 3;
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let mut charge = |_| {
            left -= 1;
            if left == 0 {
                std::panic::resume_unwind(Box::new("enough"));
            }
        };
        let subject = Subject::Bytes(subject.as_bytes());
        endless.run(subject, 0, MatchFlags::default(), Limits::default(), &mut charge).err()
    }));
    assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"enough"));
    // Nothing of it is left behind.
    assert_eq!(places(&endless, b"xd", Limits::default()).unwrap().unwrap(), [Some((1, 2))]);
}

#[test]
fn text_is_checked_from_where_the_search_begins() {
    let mut options = Options::default();
    options.add(Flag::Utf);
    let dot = Pattern::compile(".".as_bytes(), options).unwrap();
    let run = |subject, start| {
        let found = dot.run(subject, start, MatchFlags::default(), Limits::default(), &mut |_| ());
        found.map(|found| found.and_then(|found| found.place(0)))
    };
    assert_eq!(run(Subject::Text("aä"), 1), Ok(Some((1, 3))));
    assert_eq!(run(Subject::Text("aä"), 2), Err(Failure::Start));
    assert_eq!(run(Subject::Bytes(b"\xffa"), 1), Ok(Some((1, 2))));
    assert_eq!(run(Subject::Bytes(b"\xffa"), 0), Err(Failure::Text));
    assert_eq!(run(Subject::Bytes(b"a"), 2), Err(Failure::Start));
    assert_eq!(run(Subject::Bytes(b""), 0), Ok(None));
}

#[test]
fn errors_tell_where() {
    let error = Pattern::compile(b"a(b", Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "missing closing parenthesis at 3");
    assert!(Pattern::compile(&vec![b'a'; 2 << 20], Options::default()).is_err());
}

#[test]
fn names_are_in_order() {
    let pattern = pattern("(?<year>\\d+)-(x)-(?<day>\\d+)");
    assert_eq!(pattern.names().collect::<Vec<_>>(), [(&b"day"[..], 3), (&b"year"[..], 1)]);
    assert_eq!(pattern.group_count(), 3);
}

#[test]
fn options_survive_as_numbers() {
    let mut options = Options::default();
    options.add(Flag::Utf);
    options.add(Flag::Anchored);
    options.newline = Newline::Any;
    assert_eq!(Options::from_number(options.to_number()), Some(options));
    assert_eq!(Options::from_number(u64::MAX), None);
}

/// The stack of a fiber is twice as large as this one.
const STACK_BYTES: usize = 1 << 20;

#[test]
fn deep_patterns_take_a_bounded_stack() {
    let compile = || {
        for open in ["(", "(?:", "(?=", "(?>", "(?|x|", "(a|", "(?(?=a)", "(?<!"] {
            for depth in [1000, 1001, 100_000] {
                let source = format!("{}{}", open.repeat(depth), ")".repeat(depth));
                let result = Pattern::compile(source.as_bytes(), Options::default());
                assert!(depth <= 1000 || result.is_err(), "{open}");
                if let Ok(pattern) = result {
                    let _ = places(&pattern, &[b'a'; 2000], Limits { matches: 100_000, ..Limits::default() });
                }
            }
        }
    };
    thread::Builder::new().stack_size(STACK_BYTES).spawn(compile).unwrap().join().unwrap();
}
