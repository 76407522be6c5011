//! What the system tells of a program that runs. Where it tells nothing, figures are not numbers.

use std::fs;

/// The memory that a program holds now. `status` would lag behind by some pages for each thread.
pub fn resident_bytes(pid: u32) -> f64 {
    kilobytes(&format!("/proc/{pid}/smaps_rollup"), "Rss:") * 1024.0
}

/// The processor time that the threads of a program have used since it started.
pub fn processor_seconds(pid: u32) -> f64 {
    let nanoseconds = fs::read_dir(format!("/proc/{pid}/task")).map(|tasks| {
        let used = tasks.flatten().filter_map(|task| {
            let statistics = fs::read_to_string(task.path().join("schedstat")).ok()?;
            statistics.split(' ').next()?.parse::<f64>().ok()
        });
        used.sum::<f64>()
    });
    nanoseconds.map_or(f64::NAN, |nanoseconds| nanoseconds / 1e9)
}

/// The most memory that a program has held so far.
pub fn resident_bytes_max(pid: u32) -> f64 {
    kilobytes(&format!("/proc/{pid}/status"), "VmHWM:") * 1024.0
}

fn kilobytes(path: &str, key: &str) -> f64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_program_has_memory_and_has_run() {
        let pid = std::process::id();
        assert!(super::resident_bytes(pid) > 1e5);
        assert!(super::resident_bytes_max(pid) > 1e5);
        assert!(super::processor_seconds(pid) > 0.0);
        assert!(super::resident_bytes(u32::MAX).is_nan());
    }
}
