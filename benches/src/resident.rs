//! What of a process is in memory.

use std::fs;

use crate::Failure;

/// Resident memory now, and the most there ever was, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Resident {
    pub(crate) now: u64,
    pub(crate) peak: u64,
}

pub(crate) fn resident() -> Result<Resident, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| -> Result<u64, Failure> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such field")?;
        Ok(line.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
    };
    Ok(Resident { now: field("VmRSS")?, peak: field("VmHWM")? })
}

/// Makes the system forget what it has read of files. False if it does not allow that.
pub(crate) fn drop_page_cache() -> bool {
    let synced = std::process::Command::new("sync").status().is_ok_and(|status| status.success());
    synced && fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
}
