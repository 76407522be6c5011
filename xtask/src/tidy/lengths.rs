//! How long the functions are. clippy refuses those above its ceiling; this reports how many are short.

use super::rust_text::RustFile;

/// Nine in ten functions are to be shorter than this.
const SHORT_LINES: usize = 30;

/// One line about all functions of the repository.
pub fn report(files: &[RustFile]) -> String {
    let mut lengths: Vec<(usize, String)> = Vec::new();
    for file in files {
        for (name, lines) in functions(&file.code) {
            lengths.push((lines, format!("{name} in {}", file.path.display())));
        }
    }
    let short = lengths.iter().filter(|(lines, _)| *lines < SHORT_LINES).count();
    let longest = lengths
        .iter()
        .max()
        .map_or(String::new(), |(lines, place)| format!("; longest {lines} lines, {place}"));
    let percent = 100.0 * short as f64 / lengths.len().max(1) as f64;
    format!(
        "{} files, {} functions, {percent:.1} % of them under {SHORT_LINES} lines{longest}",
        files.len(),
        lengths.len()
    )
}

/// The functions with a body in blanked code, and how many lines each takes from its name to its closing brace.
fn functions(code: &str) -> Vec<(String, usize)> {
    let starts = code
        .match_indices("fn ")
        .filter(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    starts.filter_map(|(at, _)| function(&code[at + 3..])).collect()
}

fn function(rest: &str) -> Option<(String, usize)> {
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let open = end_of_signature(rest)?;
    if name.is_empty() || rest[open..].starts_with(';') {
        return None;
    }
    let mut depth = 0_usize;
    for (at, c) in rest[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some((name, 1 + rest[..open + at].matches('\n').count())),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Where the body begins, or the semicolon that stands for it. (Array types hold semicolons too.)
fn end_of_signature(rest: &str) -> Option<usize> {
    let mut depth = 0_i32;
    rest.char_indices().find_map(|(at, c)| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        (depth == 0 && matches!(c, '{' | ';')).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::functions;

    #[test]
    fn functions_are_measured_from_name_to_closing_brace() {
        let code = "fn a() { }\ntrait T { fn b(); fn c() {\n if x { y }\n}\n}\nconst fn d(\n_: [u8; 2]) {\n}\nlet often = fn_like();";
        let found = functions(code);
        let found: Vec<_> = found.iter().map(|(name, lines)| (name.as_str(), *lines)).collect();
        assert_eq!(found, [("a", 1), ("c", 3), ("d", 3)]);
    }
}
