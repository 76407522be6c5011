//! Every page of `docs/` is linked from `docs/architecture.md`, and no page links to a file that is not there.

use super::Problem;
use crate::{Result, repository};
use std::path::{Path, PathBuf};

const ENTRANCE: &str = "docs/architecture.md";

/// Checks all pages.
pub fn check() -> Result<Vec<Problem>> {
    let pages = repository::files("md")?;
    let mut problems = Vec::new();
    let mut reached = Vec::new();
    for page in &pages {
        let text = std::fs::read_to_string(repository::root().join(page))?;
        for (line, target) in links(&text) {
            let path = page.parent().unwrap_or(Path::new("")).join(target);
            if !repository::root().join(&path).exists() {
                problems.push(Problem::new(page, line, format!("the link to {target} leads nowhere")));
            } else if page == Path::new(ENTRANCE) {
                reached.push(path);
            }
        }
    }
    let is_hidden = |page: &&PathBuf| {
        page.starts_with("docs") && **page != Path::new(ENTRANCE) && !reached.contains(page)
    };
    let hidden = pages.iter().filter(is_hidden);
    problems.extend(hidden.map(|page| Problem::new(page, 0, format!("no link from {ENTRANCE} leads here"))));
    Ok(problems)
}

/// The relative targets of a page's links, without their anchors, and the lines they stand in.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).flat_map(|(number, line)| {
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
        let local = targets.filter(|target| !target.is_empty() && !target.contains("://"));
        local.map(move |target| (number, target))
    })
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn links_are_found_with_their_lines() {
        let text = "[a](a.md) and [b](../b.md#part)\n[web](https://example.org)\n[c](#here) [d](d.md)";
        assert_eq!(links(text).collect::<Vec<_>>(), [(1, "a.md"), (1, "../b.md"), (3, "d.md")]);
    }
}
