//! How long a step takes. Not part of the tests: `cargo test -p kakiyo --release -- --ignored --nocapture host::tests::speed`.

use std::time::Instant;

use super::*;
use crate::credits::Per;

#[test]
#[ignore = "a measurement"]
fn how_long_an_admission_takes() {
    measure("no money, 60 a minute", &limited(60), 60);
    measure("money, 60 a minute", &paid(&limited(60), &[]), 60);
    measure("money, 300 a minute", &paid(&limited(300), &[]), 300);
    measure("money, 1,000 a minute", &paid(&limited(1_000), &[]), 1_000);
    measure("auto, money", &paid(&ask(call("things.list"), &Limits::auto()), &[]), 14);
    measure("with a cap, on the disk", &paid(&limited(60), &[Budget::new(1_000_000).per(Per::Day)]), 60);
}

fn measure(name: &str, ask: &Arc<Ask>, limit: u32) {
    const ROUNDS: usize = 3_000;
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let (mut admits, mut ends) = (Vec::new(), Vec::new());
    let pause = HOLD / limit;
    for _ in 0..ROUNDS {
        time.pass(pause);
        let since = Instant::now();
        let grant = process.admit(ask);
        admits.push(since.elapsed());
        let since = Instant::now();
        process.end(ask, &grant, answered());
        ends.push(since.elapsed());
    }
    for (what, times) in [("admit", &mut admits), ("end", &mut ends)] {
        times.sort_unstable();
        let at = |share: usize| times[times.len() * share / 1_000];
        println!("{name:<26} {what:<6} p50 {:>9.1?} p99 {:>9.1?} max {:>9.1?}", at(500), at(990), at(999));
    }
}
