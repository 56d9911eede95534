//! Every model: exact sequences, and what it promises against calls at random.

use super::*;

const WINDOW: Duration = Duration::from_secs(60);

fn at(micros: i64) -> Moment {
    Moment::from_micros(micros)
}

/// A whole number of minutes since the epoch, so that fixed windows begin there.
const START: i64 = 1_767_225_600_000_000;

/// What a bucket answers to calls at these milliseconds: what is left, or the wait in milliseconds, negative.
fn played(model: LimitModel, limit: u32, calls: &[i64]) -> Vec<i64> {
    let mut buckets = Buckets::default();
    let answer = |&millis: &i64| {
        let now = at(START + millis * 1_000);
        let admitted = buckets.admit("b", model, now, limit, WINDOW);
        match admitted {
            Ok(room) => i64::from(room.remaining),
            Err(wait) => {
                assert_eq!(wait.as_micros() % 1_000, 0, "{wait:?}");
                -i64::try_from(wait.as_millis()).unwrap()
            }
        }
    };
    calls.iter().map(answer).collect()
}

#[test]
fn fixed_windows_start_over_at_their_phase() {
    let fixed = |phase| LimitModel::Fixed { phase: Duration::from_secs(phase) };
    let calls = [50_000, 59_999, 59_999, 60_000, 60_000, 60_001];
    assert_eq!(played(fixed(0), 2, &calls), [1, 0, -1, 1, 0, -59_999]);
    // The windows begin at 10 s, so all of these lie in one.
    assert_eq!(played(fixed(10), 2, &calls), [1, 0, -10_001, -10_000, -10_000, -9_999]);
    // A phase beyond the window is the same as what is left of it.
    assert_eq!(played(fixed(70), 2, &calls), played(fixed(10), 2, &calls));
}

#[test]
fn a_window_opened_by_its_first_call_starts_over_as_a_whole() {
    let calls = [5, 59_000, 59_000, 60_004, 60_005, 60_006, 60_007];
    assert_eq!(played(LimitModel::FirstHit, 2, &calls), [1, 0, -1_005, -1, 1, 0, -59_998]);
}

#[test]
fn a_log_is_open_at_its_start_and_closed_at_its_end() {
    let mut log = SlidingLog::default();
    assert!(log.admit(at(0), 2, WINDOW).is_ok());
    assert!(log.admit(at(10), 2, WINDOW).is_ok());
    // One microsecond before the first call leaves the window.
    assert_eq!(log.admit(at(59_999_999), 2, WINDOW), Err(Duration::from_micros(1)));
    // Exactly a window later it has left.
    assert!(log.admit(at(60_000_000), 2, WINDOW).is_ok());
    assert_eq!(log.admit(at(60_000_000), 2, WINDOW), Err(Duration::from_micros(10)));
}

#[test]
fn a_lowered_limit_waits_for_enough_calls_to_leave() {
    let mut log = SlidingLog::default();
    for micros in [0, 5, 9] {
        assert!(log.admit(at(micros), 3, WINDOW).is_ok());
    }
    assert_eq!(log.admit(at(10), 1, WINDOW), Err(WINDOW - Duration::from_micros(1)));
}

#[test]
fn only_one_of_the_logs_counts_refused_calls() {
    let calls = [0, 30_000, 59_000, 60_000, 89_000, 120_000];
    assert_eq!(played(LimitModel::SlidingLog, 1, &calls), [0, -30_000, -1_000, 0, -31_000, 0]);
    let counting = played(LimitModel::SlidingLogCountingRejects, 1, &calls);
    assert_eq!(counting, [0, -60_000, -60_000, -60_000, -60_000, -60_000]);
    // Who waits as told is let in; who does not waits from the last refusal on.
    assert_eq!(
        played(LimitModel::SlidingLogCountingRejects, 2, &[0, 1_000, 2_000, 61_000, 61_999]),
        [1, 0, -59_000, 0, -59_001]
    );
}

#[test]
fn two_counters_remember_the_window_before() {
    // All four at the end of the first minute; a quarter of it passes for each further call.
    let calls =
        [59_000, 59_000, 59_000, 59_000, 59_500, 60_000, 75_000, 75_000, 90_000, 119_999, 120_000, 120_000];
    assert_eq!(
        played(LimitModel::SlidingCounter, 4, &calls),
        [3, 2, 1, 0, -15_500, -15_000, 0, -15_000, 0, 0, 0, -20_000]
    );
    // After a whole window without calls nothing is remembered.
    assert_eq!(played(LimitModel::SlidingCounter, 2, &[0, 0, 120_000, 120_000]), [1, 0, 1, 0]);
    // A limit of one needs the whole next window to pass.
    assert_eq!(
        played(LimitModel::SlidingCounter, 1, &[20_000, 20_000, 119_999, 120_000]),
        [0, -100_000, -1, 0]
    );
}

#[test]
fn a_bucket_is_full_at_first_and_then_gives_at_its_rate() {
    let full = LimitModel::TokenBucket { size: None };
    let calls = [0, 0, 0, 0, 20_000, 20_000, 200_000, 200_000, 200_000, 200_000];
    assert_eq!(played(full, 3, &calls), [2, 1, 0, -20_000, 0, -20_000, 2, 1, 0, -20_000]);
    let small = LimitModel::TokenBucket { size: Some(2) };
    let calls = [0, 0, 0, 19_999, 20_000, 30_000, 60_000, 60_000, 60_000];
    assert_eq!(played(small, 3, &calls), [1, 0, -20_000, -1, 0, -10_000, 1, 0, -20_000]);
}

#[test]
fn a_leaky_bucket_wants_even_steps() {
    let calls = [0, 1, 19_999, 20_000, 45_000, 60_000, 65_000];
    assert_eq!(played(LimitModel::Leaky, 3, &calls), [0, -19_999, -1, 0, 0, -5_000, 0]);
}

#[test]
fn a_bucket_keeps_its_share_under_another_window() {
    let mut bucket = TokenBucket::new(None);
    assert!(bucket.admit(at(0), 2, WINDOW).is_ok());
    assert!(bucket.admit(at(0), 2, WINDOW).is_ok());
    assert_eq!(bucket.admit(at(0), 2, WINDOW / 10), Err(WINDOW / 20));
    assert_eq!(bucket.admit(at(0), 1, WINDOW), Err(WINDOW));
}

#[test]
fn another_model_starts_over() {
    let mut buckets = Buckets::default();
    let mut admit = |model: &str| buckets.admit("b", model.parse().unwrap(), at(START), 1, WINDOW).is_ok();
    assert!(admit("leaky") && !admit("leaky"));
    assert!(admit("token_bucket:1") && !admit("token_bucket:1"));
    assert!(admit("fixed:1") && admit("fixed:2") && !admit("fixed:2"));
}

#[test]
fn no_limit_and_no_window_are_no_trouble() {
    let mut buckets = Buckets::default();
    for (place, model) in LimitModel::ALL.into_iter().enumerate() {
        let mut admit = |limit, window| {
            (0..3)
                .filter(|_| buckets.admit(&place.to_string(), model, at(START), limit, window).is_ok())
                .count()
        };
        assert_eq!(admit(0, WINDOW), 0, "{model}");
        assert_eq!(admit(1, Duration::ZERO), 3, "{model}");
        assert_eq!(admit(u32::MAX, Duration::MAX), if model == LimitModel::Leaky { 1 } else { 3 }, "{model}");
    }
}

/// Whether a model may accept a call, worked out from the list of all calls and nothing else.
fn allowed(model: LimitModel, calls: &[(i64, bool)], now: i64, limit: u32, window: i64) -> bool {
    let accepted = || calls.iter().filter(|(_, accepted)| *accepted).map(|(time, _)| *time);
    let limit = i64::from(limit);
    let most = |count: usize| i64::try_from(count).unwrap() < limit;
    match model {
        LimitModel::Fixed { phase } => {
            let phase = i64::try_from(phase.as_micros()).unwrap();
            let number = |time: i64| (time - phase).div_euclid(window);
            most(accepted().filter(|&time| number(time) == number(now)).count())
        }
        LimitModel::FirstHit => {
            let mut opened = i64::MIN;
            let mut inside = 0;
            for time in accepted() {
                if opened == i64::MIN || time - opened >= window {
                    (opened, inside) = (time, 0);
                }
                inside += 1;
            }
            opened == i64::MIN || now - opened >= window || inside < limit
        }
        LimitModel::SlidingLog => most(accepted().filter(|time| now - time < window).count()),
        LimitModel::SlidingLogCountingRejects => {
            most(calls.iter().filter(|(time, _)| now - time < window).count())
        }
        LimitModel::SlidingCounter => {
            let of = |number| accepted().filter(|time| time.div_euclid(window) == number).count() as i64;
            let number = now.div_euclid(window);
            let share = window - now.rem_euclid(window);
            of(number - 1) * share + (of(number) + 1) * window <= limit * window
        }
        LimitModel::TokenBucket { .. } | LimitModel::Leaky => {
            let size = match model {
                LimitModel::TokenBucket { size } => size.map_or(limit, i64::from),
                _ => 1,
            };
            // In parts of a call: for no earlier moment may more have been taken than fitted and flowed since.
            let times: Vec<i64> = accepted().chain([now]).collect();
            times.iter().enumerate().all(|(from, since)| {
                let taken = (times.len() - from) as i64;
                taken * window <= size * window + (now - since) * limit
            })
        }
    }
}

#[test]
fn every_model_keeps_to_its_definition_and_names_the_true_wait() {
    let mut random = fastrand::Rng::with_seed(60);
    let phase = Duration::from_micros(137);
    for model in LimitModel::ALL.into_iter().chain([LimitModel::Fixed { phase }]) {
        for round in 0..40 {
            let (limit, window) = (random.u32(1..=12), random.i64(1..=600));
            let span = Duration::from_micros(window.unsigned_abs());
            // From crowds to stragglers.
            let pace = random.i64(1..=2 * window);
            let (mut buckets, mut calls, mut now) = (Buckets::default(), Vec::new(), START);
            let mut refused = 0;
            for _ in 0..300 {
                now += random.i64(0..=pace) * i64::from(random.bool());
                let expected = allowed(model, &calls, now, limit, window);
                let admitted = buckets.admit("b", model, at(now), limit, span);
                let seen = format!("{model}, round {round}, limit {limit}, window {window}, at {now}");
                assert_eq!(admitted.is_ok(), expected, "{seen}");
                calls.push((now, admitted.is_ok()));
                let Err(wait) = admitted else { continue };
                refused += 1;
                let wait = i64::try_from(wait.as_micros()).unwrap();
                assert!(wait > 0, "{seen}");
                assert!(!allowed(model, &calls, now + wait - 1, limit, window), "waits too long: {seen}");
                assert!(allowed(model, &calls, now + wait, limit, window), "waits too little: {seen}");
                if random.u8(0..4) == 0 {
                    now += wait;
                    assert!(buckets.admit("b", model, at(now), limit, span).is_ok(), "{seen}");
                    calls.push((now, true));
                }
            }
            assert!(refused > 0 || pace > window / 4, "{model} refused nobody");
        }
    }
}

#[test]
fn the_reset_of_an_accepted_call_is_when_more_fits() {
    for model in LimitModel::ALL {
        let mut buckets = Buckets::default();
        let mut rooms = |now, calls| {
            let admit = |_| buckets.admit("b", model, now, 20, WINDOW);
            (0..calls).map(admit).collect::<Vec<_>>()
        };
        let first = rooms(at(START + 7_000_000), 1)[0].unwrap();
        let later = at(START + 7_000_000).plus(first.reset);
        // As many as were left, and one more.
        let fitted = rooms(later, first.remaining + 1);
        assert!(fitted.iter().all(Result::is_ok), "{model}: {first:?}");
    }
}

#[test]
fn what_was_counted_is_kept_as_text() {
    for model in LimitModel::ALL {
        let mut buckets = Buckets::default();
        for second in [0, 1, 1, 55, 56, 70] {
            let _ = buckets.admit("b", model, at(START + second * 1_000_000), 4, WINDOW);
        }
        let text = serde_json::to_string(&buckets).unwrap();
        let mut again: Buckets = serde_json::from_str(&text).unwrap();
        assert_eq!(again.by_name["b"].model(), model);
        for second in [70, 71, 75, 90, 110, 111, 112] {
            let now = at(START + second * 1_000_000);
            let admit = |buckets: &mut Buckets| buckets.admit("b", model, now, 4, WINDOW);
            assert_eq!(admit(&mut again), admit(&mut buckets), "{model} at {second}");
        }
    }
}
