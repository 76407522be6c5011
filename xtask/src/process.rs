//! What the system tells of a program that runs. Where it tells nothing, figures are not numbers.

use std::fs;

/// The memory that a program holds now. `status` would lag behind by some pages for each thread.
pub fn resident_bytes(pid: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_program_has_memory() {
        let pid = std::process::id();
        assert!(super::resident_bytes(pid) > 1e5);
        assert!(super::resident_bytes(u32::MAX).is_nan());
    }
}
