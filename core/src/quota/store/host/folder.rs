//! The folder of the records: the user's state folder, private to the user, on a disk of this machine.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::trouble::Trouble;
use crate::quota::store::StoreError;

/// The folder that was given; else that of `KAKIYO_STATE_DIR`; else the one that the platform has for the state of programs.
pub(super) fn choose(given: Option<&Path>) -> Result<PathBuf, Trouble> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = match given {
        Some(folder) => Some(folder.to_owned()),
        None => variable("KAKIYO_STATE_DIR").or_else(|| standard(variable)),
    };
    let folder = folder.ok_or_else(|| {
        Trouble::Told(StoreError::misconfigured(
            "no folder for the record of quota and credits: neither KAKIYO_STATE_DIR nor HOME is set",
        ))
    })?;
    Ok(std::path::absolute(folder)?)
}

fn standard(variable: impl Fn(&'static str) -> Option<PathBuf>) -> Option<PathBuf> {
    let home = || variable("HOME").filter(|home| home.is_absolute());
    if cfg!(target_os = "macos") {
        return home().map(|home| home.join("Library/Application Support/kakiyo"));
    }
    // The specification of these folders: a relative one is to be ignored.
    let state = variable("XDG_STATE_HOME").filter(|folder| folder.is_absolute());
    state.or_else(|| home().map(|home| home.join(".local/state"))).map(|state| state.join("kakiyo"))
}

/// Makes the folder if need be, and looks what it lies on.
pub(super) fn prepare(folder: &Path) -> Result<(), Trouble> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    match remote(folder)? {
        Some(kind) => Err(Trouble::Told(StoreError::misconfigured(format!(
            "the folder {} lies on a file system ({kind}) whose locks cannot be relied on: choose one on a disk of this machine with KAKIYO_STATE_DIR, or a Redis server",
            folder.display()
        )))),
        None => Ok(()),
    }
}

/// The kind of a file system that other machines may use at the same time.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn remote(folder: &Path) -> Result<Option<&'static str>, Trouble> {
    // The number is of another type on each machine, and negative on some.
    let magic = i128::from(rustix::fs::statfs(folder)?.f_type) & 0xFFFF_FFFF;
    Ok(kind(u32::try_from(magic).unwrap_or(0)))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn kind(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0000_6969 => "NFS",
        0x0000_517B | 0xFF53_4D42 | 0xFE53_4D42 => "SMB",
        0x0102_1997 => "9p",
        0x6573_5546 => "FUSE",
        0x5346_414F | 0x6B41_4653 => "AFS",
        0x00C3_6400 => "Ceph",
        0x7375_7245 => "Coda",
        0x0BD0_0BD0 => "Lustre",
        0x0116_1970 => "GFS2",
        0x7461_636F => "OCFS2",
        0x4750_4653 => "GPFS",
        0x1983_0326 => "BeeGFS",
        _ => return None,
    })
}

#[cfg(target_os = "macos")]
fn remote(folder: &Path) -> Result<Option<&'static str>, Trouble> {
    /// `MNT_LOCAL`
    const LOCAL: u32 = 0x1000;
    let local = rustix::fs::statfs(folder)?.f_flags & LOCAL != 0;
    Ok((!local).then_some("a network file system"))
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn remote(_: &Path) -> Result<Option<&'static str>, Trouble> {
    Ok(None)
}
