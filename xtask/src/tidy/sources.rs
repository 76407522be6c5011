//! Checks on each Rust source: its header, its length, words that must not stand in it, and where `unsafe` and the
//! heap's words may appear.

use super::Problem;
use super::rust_text::RustFile;
use std::path::Path;

/// A file of more lines than this is more than one room.
const LINES_MAX: usize = 700;

/// The crates that may hold `unsafe`. The crate root of every other one forbids it.
const UNSAFE_ROOMS: [&str; 3] = ["heap", "vm", "regex"];

/// Where a word of the heap may be seen as bits: lowering writes constants into code as words.
const WORD_PLACES: [&str; 3] = ["heap", "vm", "loader/src/lower"];

/// Marks of work put off. Split in two, so that this file may hold them.
const PUT_OFF: [(&str, &str); 4] = [("TO", "DO"), ("FIX", "ME"), ("to", "do!"), ("unimpl", "emented!")];

/// Checks one file.
pub fn check(file: &RustFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !file.text.starts_with("//!") {
        problems.push(Problem::new(&file.path, 1, "a file begins with `//!` and says what it is for"));
    }
    let lines = file.text.lines().count();
    if lines > LINES_MAX {
        let message = format!("{lines} lines: split it, {LINES_MAX} is the ceiling");
        problems.push(Problem::new(&file.path, 0, message));
    }
    for (number, (text, code)) in (1..).zip(file.text.lines().zip(file.code.lines())) {
        let found = check_line(file, text, code);
        problems.extend(found.map(|message| Problem::new(&file.path, number, message)));
    }
    problems
}

fn check_line(file: &RustFile, text: &str, code: &str) -> Option<String> {
    for (head, tail) in PUT_OFF {
        let mark = format!("{head}{tail}");
        if contains_word(text, &mark) {
            return Some(format!("{mark}: finish it or say in the docs what is missing"));
        }
    }
    if !UNSAFE_ROOMS.contains(&file.room()) && contains_word(code, "unsafe") {
        return Some(format!("unsafe belongs into {} only", UNSAFE_ROOMS.join(", ")));
    }
    let sees_words = WORD_PLACES.iter().any(|place| file.path.starts_with(place));
    if !sees_words && contains_word(code, "purlin_heap::word") {
        return Some("words are bits only inside heap, vm and lowering: go through `Term`".into());
    }
    None
}

fn contains_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let after = &line[at + word.len()..];
        !line[..at].ends_with(is_part) && (!word.ends_with(is_part) || !after.starts_with(is_part))
    })
}

/// Every crate root outside `UNSAFE_ROOMS` forbids unsafe code, so that the compiler sees to it.
pub fn check_forbidden(files: &[RustFile]) -> Vec<Problem> {
    let roots = files.iter().filter(|file| is_crate_root(&file.path) && !UNSAFE_ROOMS.contains(&file.room()));
    let open = roots.filter(|root| !root.code.contains("#![forbid(unsafe_code)]"));
    open.map(|root| Problem::new(&root.path, 1, "a crate that needs no unsafe says #![forbid(unsafe_code)]"))
        .collect()
}

fn is_crate_root(path: &Path) -> bool {
    let in_source = path.parent().is_some_and(|parent| parent.ends_with("src"));
    in_source && (path.ends_with("lib.rs") || path.ends_with("main.rs"))
}

#[cfg(test)]
mod tests {
    use super::super::rust_text::{RustFile, code_only};
    use super::{LINES_MAX, check, check_forbidden};

    fn messages(path: &str, text: &str) -> Vec<String> {
        let file = RustFile { path: path.into(), code: code_only(text), text: text.into() };
        check(&file).into_iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
    }

    #[test]
    fn a_file_needs_its_header_and_stays_short() {
        assert!(messages("isa/src/x.rs", "//! Says.\nfn f() {}\n").is_empty());
        assert!(messages("isa/src/x.rs", "fn f() {}\n")[0].starts_with("1: a file begins"));
        let long = "//! Says.\n".to_owned() + &"\n".repeat(LINES_MAX);
        assert!(messages("isa/src/x.rs", &long)[0].starts_with("0: 701 lines"));
    }

    #[test]
    fn marks_and_unsafe_are_found_where_they_count() {
        let mark = ["TO", "DO"].concat();
        assert!(messages("isa/src/x.rs", &format!("//! {mark}: later\n"))[0].starts_with("1: "));
        assert!(messages("isa/src/x.rs", &format!("//! MAS{mark}\n")).is_empty());
        assert!(
            messages("isa/src/x.rs", "//! The word unsafe.\nunsafe fn f() {}\n")[0].starts_with("2: unsafe")
        );
        assert!(messages("vm/src/x.rs", "//! Says.\nunsafe fn f() {}\n").is_empty());
        assert!(
            messages("stdlib/src/x.rs", "//! Says.\nuse purlin_heap::word::Word;\n")[0]
                .starts_with("2: words")
        );
    }

    #[test]
    fn crate_roots_forbid_unsafe() {
        let root =
            |path: &str, text: &str| RustFile { path: path.into(), code: text.into(), text: text.into() };
        let files = [root("isa/src/lib.rs", ""), root("vm/src/lib.rs", ""), root("isa/src/a/lib.rs", "")];
        assert_eq!(check_forbidden(&files).len(), 1);
        assert!(check_forbidden(&[root("isa/src/lib.rs", "#![forbid(unsafe_code)]")]).is_empty());
    }
}
