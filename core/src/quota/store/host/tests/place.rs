//! Folders that cannot be used, and disks that are full.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::quota::store::{StoreChoice, choice};

#[test]
fn folder_and_files_are_the_users_own() {
    let (folder, time) = (Folder::new(), Hand::new());
    let inner = folder.0.join("state/kakiyo");
    let store = HostStore::open_in(Some(&inner), TEAM, Arc::clone(&time) as Arc<dyn HostTime>).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);
    for entry in fs::read_dir(&inner).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(store.path.ends_with(format!("{}.sqlite", "07".repeat(32))));
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let (folder, time) = (Folder::new(), Hand::new());
    let file = folder.0.join("file");
    fs::write(&file, "not a folder").unwrap();
    let below = file.join("state");
    let not = HostStore::open_in(Some(&below), TEAM, time).unwrap_err();
    assert!(not.no_place && not.error.misconfigured);
    assert!(not.error.message.contains(&below.display().to_string()), "{}", not.error);
}

#[tokio::test]
async fn a_store_that_was_asked_for_does_not_fall_back() {
    let folder = Folder::new();
    let file = folder.0.join("file");
    fs::write(&file, "not a folder").unwrap();
    let choice = StoreChoice::Host { folder: Some(file.clone()) };
    assert!(choice::open(&choice, TEAM).await.unwrap_err().misconfigured);
    let choice = StoreChoice::Host { folder: Some(folder.0.clone()) };
    let store = choice::open(&choice, TEAM).await.unwrap().unwrap();
    assert_eq!(store.view().await.unwrap().place, format!("in {}", folder.file().display()));
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let (folder, time) = (Folder::new(), Hand::new());
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o500)).unwrap();
    let opened = folder.try_open(&time);
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700)).unwrap();
    match opened {
        Err(not) => assert!(not.no_place && not.error.misconfigured),
        // The super user may write everywhere.
        Ok(process) => process.call(&limited(1)),
    }
}

#[test]
fn network_file_systems_are_known() {
    assert_eq!(folder::kind(0x6969), Some("NFS"));
    assert_eq!(folder::kind(0xFF53_4D42), Some("SMB"));
    assert_eq!(folder::kind(0x6573_5546), Some("FUSE"));
    assert_eq!(folder::kind(0xEF53), None);
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let limits = Limits::custom(vec![Limit::new(LimitGroup::Team, 100_000)]);
    let ask = ask(call("things.list"), &limits);
    let first = process.admit(&ask);
    let pages = |count: i64| {
        let sql = format!("PRAGMA max_page_count = {count}");
        process.inside(|connection| connection.query_row(&sql, [], |_| Ok(())).unwrap());
    };
    // SQLite keeps as many as there are.
    pages(1);
    let mut granted = 1;
    let error = loop {
        match process.try_admit(&ask) {
            Ok(Step::Admit(_)) => granted += 1,
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
        assert!(granted < 10_000, "never full");
    };
    assert!(!error.misconfigured);
    assert!(error.message.contains("the disk is full"), "{error}");
    assert!(error.message.contains("nothing was sent"), "{error}");
    pages(1_000_000);
    let held = process.view().groups.iter().find(|group| group.name == "team").unwrap().held;
    assert_eq!(held, granted);
    process.end(&ask, &first, answered());
    process.admit(&ask);
}
