//! A file that is damaged, removed, replaced, of another version or of another program.

use std::fs;

use rusqlite::Connection;

use super::*;
use crate::credits::{Per, Refusal};

fn spoil(folder: &Folder) {
    for ending in ["", "-wal"] {
        let file = PathBuf::from(format!("{}{ending}", folder.file().display()));
        if let Ok(content) = fs::read(&file) {
            fs::write(&file, vec![0xA5; content.len().max(8_192)]).unwrap();
        }
    }
}

fn damaged(folder: &Folder) -> usize {
    let aside = folder.files();
    aside
        .iter()
        .filter(|name| name.contains(".damaged-") && !name.ends_with("-wal") && !name.ends_with("-shm"))
        .count()
}

/// What the file has to say to users.
fn word(process: &Process) -> Option<String> {
    process.store.word.lock().unwrap().clone()
}

#[test]
fn a_damaged_file_is_set_aside_and_nothing_is_granted_for_a_while() {
    let (folder, time) = (Folder::new(), Hand::new());
    let ask = limited(5);
    folder.open(&time).call(&ask);
    spoil(&folder);
    let process = folder.open(&time);
    assert_eq!(damaged(&folder), 1);
    assert!(word(&process).unwrap().contains("damaged"));
    let until = LEASE + HOLD;
    assert_eq!(process.wait(&ask), (until, Why::Recovering));
    assert_eq!(word(&process), None, "told once");

    time.pass(seconds(50));
    let other = folder.open(&time);
    assert_eq!(other.wait(&ask), (until - seconds(50), Why::Recovering));
    assert_eq!(word(&other), None);
    time.pass(until - seconds(50));
    other.admit(&ask);
    process.admit(&ask);
}

#[test]
fn a_damage_that_a_step_meets_is_handled_by_all() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = limited(5);
    one.call(&ask);
    other.call(&ask);
    // The table is gone: no library has written that.
    Connection::open(folder.file()).unwrap().execute_batch("DROP TABLE calls").unwrap();
    assert_eq!(one.wait(&ask).1, Why::Recovering);
    assert_eq!(other.wait(&ask).1, Why::Recovering);
    assert_eq!(damaged(&folder), 1);
    time.pass(LEASE + HOLD);
    let grant = one.admit(&ask);
    assert_eq!(other.admit(&ask).left, Some(3));
    one.end(&ask, &grant, answered());
}

#[test]
fn what_was_spent_is_read_from_the_damaged_file_where_that_is_possible() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = paid(&limited(5), &[Budget::new(2).per(Per::Day)]);
    process.call(&ask);
    process.admit(&ask);
    Connection::open(folder.file()).unwrap().execute_batch("DROP TABLE records").unwrap();
    let refused = process.try_admit(&ask).unwrap();
    assert!(matches!(refused, Step::Refuse(Refusal::Budget { reserved: 1, .. })), "{refused:?}");
}

#[test]
fn without_what_was_spent_calls_with_a_budget_wait_for_a_word() {
    let (folder, time) = (Folder::new(), Hand::new());
    let ask = limited(5);
    let capped = paid(&ask, &[Budget::new(9).per(Per::Day)]);
    folder.open(&time).call(&capped);
    spoil(&folder);
    let process = folder.open(&time);
    time.pass(LEASE + HOLD);
    for process in [&process, &folder.open(&time)] {
        let error = process.try_admit(&capped).unwrap_err();
        assert!(error.misconfigured);
        assert!(error.message.contains("is not known"), "{error}");
    }
    process.call(&ask);
    process.change(Change::Resume).unwrap();
    process.call(&capped);
}

#[test]
fn a_crash_between_setting_aside_and_beginning_anew_is_no_fresh_start() {
    let (folder, time) = (Folder::new(), Hand::new());
    let ask = limited(5);
    folder.open(&time).call(&ask);
    {
        let mut lock = file::Lock::take(&folder.file()).unwrap();
        lock.set_replacing(true).unwrap();
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{ending}", folder.file().display()));
        }
    }
    assert_eq!(folder.open(&time).wait(&ask).1, Why::Recovering);
    time.pass(LEASE + HOLD);
    folder.open(&time).admit(&ask);
}

#[test]
fn a_file_that_is_removed_under_way_is_begun_anew_with_what_was_spent() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = paid(&limited(5), &[Budget::new(2).per(Per::Ever)]);
    one.call(&ask);
    let grant = other.admit(&ask);
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{}{ending}", folder.file().display())).unwrap();
    }
    time.pass(seconds(1));
    assert!(matches!(one.try_admit(&ask).unwrap(), Step::Refuse(Refusal::Budget { .. })));
    // The end of a call that the new file does not know changes nothing.
    other.end(&ask, &grant, answered());
    assert_eq!(other.wait(&limited(5)).1, Why::Recovering);
    assert_eq!(damaged(&folder), 0);
}

#[test]
fn a_file_that_is_replaced_by_a_fresh_one_is_quarantined_by_who_knew_the_old_one() {
    let (folder, time) = (Folder::new(), Hand::new());
    let old = folder.open(&time);
    let ask = limited(1);
    old.call(&ask);
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{}{ending}", folder.file().display())).unwrap();
    }
    time.pass(seconds(1));
    let fresh = folder.open(&time);
    assert_eq!(old.wait(&ask).1, Why::Recovering);
    assert_eq!(fresh.wait(&ask).1, Why::Recovering);
    time.pass(LEASE + HOLD);
    fresh.admit(&ask);
    assert_eq!(old.wait(&ask).0, HOLD);
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let (folder, time) = (Folder::new(), Hand::new());
    folder.open(&time).call(&limited(5));
    Connection::open(folder.file()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(folder.file()).unwrap();
    let not = folder.try_open(&time).err().unwrap();
    assert!(not.error.misconfigured && !not.no_place);
    assert!(not.error.message.contains("newer version"), "{}", not.error);
    assert!(not.error.message.contains(&folder.file().display().to_string()));
    assert_eq!(fs::read(folder.file()).unwrap(), before);
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    let (folder, time) = (Folder::new(), Hand::new());
    Connection::open(folder.file()).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    let before = fs::read(folder.file()).unwrap();
    let not = folder.try_open(&time).err().unwrap();
    assert!(not.error.misconfigured && !not.no_place);
    assert!(not.error.message.contains("another program"), "{}", not.error);
    assert_eq!(fs::read(folder.file()).unwrap(), before);
}
