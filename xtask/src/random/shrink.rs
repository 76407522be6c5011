//! Makes a program that differs shorter, by leaving out choices or taking simpler ones: whatever remains is a program.

use super::choices::Choices;
use super::program;
use super::trial::{Trial, Verdict};
use crate::Result;

/// How many shorter programs are tried at once.
const AT_ONCE: usize = 24;

/// Prints the shortest program found that still differs, beginning with that of a seed.
pub fn run(trial: &mut Trial, seed: u64, newest: bool) -> Result {
    let mut best = made(Choices::from_seed(seed), newest).1;
    let mut seen = String::new();
    let mut size = best.len() / 2;
    while size > 0 {
        let candidates = candidates(&best, size, newest);
        let mut shorter = None;
        for group in candidates.chunks(AT_ONCE) {
            shorter = first_that_differs(trial, group, newest)?;
            if shorter.is_some() {
                break;
            }
        }
        match shorter {
            Some((choices, difference)) => {
                best = choices;
                seen = difference;
                size = size.min(best.len());
            }
            None => size /= 2,
        }
    }
    println!("the shortest program found that differs:\n{}\n{seen}", made(Choices::given(best), newest).0);
    Ok(())
}

/// A program and the choices that make it.
fn made(mut choices: Choices, newest: bool) -> (String, Vec<u32>) {
    let text = program::source("random_short", &mut choices, newest);
    (text, choices.into_made())
}

/// Simpler lists of choices: a piece left out, or the first alternative taken throughout a piece.
fn candidates(choices: &[u32], size: usize, newest: bool) -> Vec<Vec<u32>> {
    let mut candidates = Vec::new();
    for start in (0..choices.len()).step_by(size) {
        let end = (start + size).min(choices.len());
        candidates.push([&choices[..start], &choices[end..]].concat());
        candidates.push([&choices[..start], &vec![0; end - start], &choices[end..]].concat());
    }
    // What a list makes in fact may have other choices at its end, and must be simpler all the same.
    let made = candidates.into_iter().map(|choices| made(Choices::given(choices), newest).1);
    made.filter(|made| weight(made) < weight(choices)).collect()
}

/// The simpler a program, the smaller; so that the search ends.
fn weight(choices: &[u32]) -> (usize, u64) {
    (choices.len(), choices.iter().map(|&choice| u64::from(choice)).sum())
}

/// The first of some lists of choices whose program differs, and how.
fn first_that_differs(
    trial: &mut Trial,
    candidates: &[Vec<u32>],
    newest: bool,
) -> Result<Option<(Vec<u32>, String)>> {
    let programs: Vec<(String, String)> = candidates
        .iter()
        .enumerate()
        .map(|(at, choices)| {
            let name = format!("random_short{at}");
            let text = program::source(&name, &mut Choices::given(choices.clone()), newest);
            (name, text)
        })
        .collect();
    let verdicts = trial.judge(&programs)?;
    Ok(verdicts.into_iter().zip(candidates).find_map(|(verdict, choices)| match verdict {
        Verdict::Different(difference) => Some((choices.clone(), difference)),
        _ => None,
    }))
}
