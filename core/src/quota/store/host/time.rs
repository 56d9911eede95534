//! The time that all processes of a host share: it goes on while the machine sleeps and begins anew with a boot.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The clock of a host.
pub(super) trait HostTime: fmt::Debug + Send + Sync {
    /// The time since the boot, sleep included.
    fn now(&self) -> Duration;

    /// The name of this boot. Times of different boots do not compare.
    fn boot(&self) -> &str;

    /// The wall clock, for the days and months of budgets.
    fn unix_seconds(&self) -> i64;
}

/// The real one.
#[derive(Debug)]
pub(super) struct SystemHostTime {
    boot: String,
}

impl SystemHostTime {
    pub(super) fn new() -> Self {
        Self { boot: boot_id() }
    }
}

impl HostTime for SystemHostTime {
    fn now(&self) -> Duration {
        // Elsewhere than on Linux the monotone clock itself goes on in sleep, or there is no better one.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let clock = rustix::time::ClockId::Boottime;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let clock = rustix::time::ClockId::Monotonic;
        let time = rustix::time::clock_gettime(clock);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
    }

    fn boot(&self) -> &str {
        &self.boot
    }

    fn unix_seconds(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn boot_id() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    text.map(|text| text.trim().to_owned()).unwrap_or_default()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn boot_id() -> String {
    let name = if cfg!(target_os = "macos") { "kern.bootsessionuuid" } else { "kern.boottime" };
    let output = std::process::Command::new("sysctl").args(["-n", name]).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
