//! Medians, ratios and means, printed as they come.

use super::program::Program;
use crate::Result;
use crate::machine::Measurement;

/// What one round of a program gave on one machine.
type Round = Result<Vec<Measurement>>;

/// The table of a comparison of two machines.
pub struct Table {
    /// The ratios of each sequential program.
    sequential: Vec<Vec<f64>>,
    failures: usize,
}

impl Table {
    /// Prints the head.
    pub fn new(machines: [String; 2]) -> Self {
        println!("{:<34} {:>14} {:>14} {:>8}", "median (lower is better)", machines[0], machines[1], "ratio");
        Self { sequential: Vec::new(), failures: 0 }
    }

    /// Prints the rows of one program: one for each value that it measured.
    pub fn add(&mut self, program: &Program, schedulers: Option<u32>, rounds: [Vec<Round>; 2]) {
        let label =
            |name: &str| schedulers.map_or(name.into(), |n| format!("{name}, {n} scheduler{}", plural(n)));
        let [first, second] = rounds.map(|rounds| rounds.into_iter().collect::<Result<Vec<_>>>());
        for error in [first.as_ref().err(), second.as_ref().err()].into_iter().flatten() {
            println!("{:<34} {error}", label(&program.name));
            self.failures += 1;
        }
        let (first, second) = (first.unwrap_or_default(), second.unwrap_or_default());
        let mut ratios = Vec::new();
        for (name, unit) in measured(&first, &second) {
            let medians = (median_of(&first, name), median_of(&second, name));
            ratios.extend(row(&label(name), unit, medians));
        }
        if program.sequential && !ratios.is_empty() {
            self.sequential.push(ratios);
        }
    }

    /// Prints the geometric means of the sequential programs: of all rows, and with each program counting once.
    pub fn print_means(&self) {
        let print = |name: &str, ratios: &[f64]| {
            if let Some(mean) = geometric_mean(ratios) {
                println!("{name:<34} {:>14} {:>14} {mean:>8.2}", "", "");
            }
        };
        print("geometric mean of rows, sequential", &self.sequential.concat());
        let programs: Vec<f64> = self.sequential.iter().filter_map(|ratios| geometric_mean(ratios)).collect();
        print("of programs, sequential", &programs);
    }

    /// An error if a program could not be run.
    pub fn outcome(&self) -> Result {
        if self.failures == 0 { Ok(()) } else { Err(format!("{} runs failed", self.failures).into()) }
    }
}

/// Prints one row, and gives the ratio.
fn row(label: &str, unit: &str, medians: (Option<f64>, Option<f64>)) -> Option<f64> {
    let shown = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.1} {unit}"));
    let ratio = medians.0.zip(medians.1).map(|(first, second)| first / second);
    println!(
        "{label:<34} {:>14} {:>14} {:>8}",
        shown(medians.0),
        shown(medians.1),
        ratio.map_or("-".into(), |ratio| format!("{ratio:.2}"))
    );
    ratio
}

fn plural(n: u32) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// The names and units that any round printed, in their order.
fn measured<'a>(first: &'a [Vec<Measurement>], second: &'a [Vec<Measurement>]) -> Vec<(&'a str, &'a str)> {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for measurement in first.iter().chain(second).flatten() {
        if !names.iter().any(|(name, _)| *name == measurement.name) {
            names.push((&measurement.name, &measurement.unit));
        }
    }
    names
}

fn median_of(rounds: &[Vec<Measurement>], name: &str) -> Option<f64> {
    let values =
        rounds.iter().flatten().filter(|measurement| measurement.name == name).map(|found| found.value);
    median(values.collect())
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (sum / ratios.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::{geometric_mean, median};

    #[test]
    fn medians_and_means() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert!((geometric_mean(&[0.5, 2.0]).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), None);
    }
}
