//! The independent judge: reads a ledger and says whether the two promises were kept, "at most N calls counted in every
//! window" and "never more sent than the cap".
//!
//! It knows the text of a ledger and nothing else: no slot, no rule, no server, and it shares no code with any of them.

use std::collections::HashMap;
use std::io::BufRead;

use serde::Deserialize;

/// What a line of a ledger may be.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Header { ledger: String, seed: u64, cap: Option<u64>, limits: Vec<Limit> },
    Call(Call),
}

#[derive(Deserialize)]
struct Limit {
    group: String,
    calls: usize,
    window_us: u64,
}

#[derive(Deserialize)]
struct Call {
    groups: Vec<String>,
    send: u64,
    count: Option<u64>,
    answer: Option<u64>,
    price: u64,
}

/// What the judge found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub calls: usize,
    /// The most calls found in a window, for each promise.
    pub most: Vec<usize>,
    /// What the calls cost that were sent.
    pub spent: u64,
    /// Broken promises, in words.
    pub violations: Vec<String>,
}

#[derive(Default)]
struct Ledger {
    name: String,
    cap: Option<u64>,
    spent: u64,
    limits: Vec<Limit>,
    counted: HashMap<String, Vec<u64>>,
}

/// Reads ledgers to the end.
///
/// # Errors
///
/// Fails on a line that is no line of a ledger, and names it.
pub fn check(text: impl BufRead) -> Result<Verdict, String> {
    let (mut verdict, mut ledger) = (Verdict::default(), Ledger::default());
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.map_err(|error| format!("line {number}: {error}"))?;
        match serde_json::from_str(&line).map_err(|error| format!("line {number}: {error}: {line}"))? {
            Line::Header { ledger: name, seed, cap, limits } => {
                ledger.judge(&mut verdict);
                ledger = Ledger { name: format!("{name}, seed {seed}"), cap, limits, ..Ledger::default() };
            }
            Line::Call(_) if ledger.name.is_empty() => {
                return Err(format!("line {number}: a call before any header"));
            }
            Line::Call(call) => ledger.add(call, number, &mut verdict),
        }
    }
    ledger.judge(&mut verdict);
    Ok(verdict)
}

impl Ledger {
    fn add(&mut self, call: Call, number: usize, verdict: &mut Verdict) {
        verdict.calls += 1;
        let before = self.spent;
        self.spent += call.price;
        verdict.spent += call.price;
        if let Some(cap) = self.cap.filter(|cap| before <= *cap && self.spent > *cap) {
            verdict.violations.push(format!("{}: line {number} goes over the cap of {cap}", self.name));
        }
        let Some(count) = call.count else { return };
        if count < call.send || call.answer.is_some_and(|answer| answer < count) {
            verdict.violations.push(format!("{}: line {number} is not counted within its flight", self.name));
        }
        for group in call.groups {
            self.counted.entry(group).or_default().push(count);
        }
    }

    fn judge(&mut self, verdict: &mut Verdict) {
        for limit in &self.limits {
            let Some(counted) = self.counted.get_mut(&limit.group) else { continue };
            counted.sort_unstable();
            let (mut first, mut most) = (0, 0);
            for (last, at) in counted.iter().enumerate() {
                // Half-open: a call exactly one window before is no longer in it.
                while counted[first] + limit.window_us <= *at {
                    first += 1;
                }
                let held = last + 1 - first;
                if held > limit.calls && most <= limit.calls {
                    verdict.violations.push(format!(
                        "{}: {held} calls of {} within {} us up to {at}, {} were promised",
                        self.name, limit.group, limit.window_us, limit.calls
                    ));
                }
                most = most.max(held);
            }
            verdict.most.push(most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(cap: &str, calls: &[(u64, u64)]) -> Verdict {
        let mut text = format!(
            "{{\"ledger\":\"x\",\"seed\":1,\"cap\":{cap},\"limits\":[{{\"group\":\"a\",\"calls\":2,\"window_us\":1000}}]}}\n"
        );
        for (send, count) in calls {
            text += &format!(
                "{{\"groups\":[\"a\"],\"send\":{send},\"count\":{count},\"answer\":5000,\"rejected\":false,\"price\":1}}\n"
            );
        }
        check(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_window_is_half_open() {
        assert_eq!(judged("null", &[(0, 0), (0, 500), (0, 1_000)]).violations, Vec::<String>::new());
        let verdict = judged("null", &[(0, 999), (0, 0), (0, 500)]);
        assert_eq!(verdict.most, [3]);
        assert_eq!(verdict.violations.len(), 1, "{verdict:?}");
    }

    #[test]
    fn a_cap_is_crossed_once() {
        assert!(judged("3", &[(0, 0), (0, 1_000), (0, 2_000)]).violations.is_empty());
        assert_eq!(judged("2", &[(0, 0), (0, 1_000), (0, 2_000), (0, 3_000)]).violations.len(), 1);
    }

    #[test]
    fn calls_outside_of_their_flight_are_reported() {
        assert_eq!(judged("null", &[(10, 9)]).violations.len(), 1);
        assert_eq!(judged("null", &[(10, 5_001)]).violations.len(), 1);
    }

    #[test]
    fn what_is_no_ledger_is_refused() {
        let lone = r#"{"groups":["a"],"send":1,"count":1,"answer":1,"rejected":false,"price":1}"#;
        for text in ["\n", "{}\n", "no\n", lone] {
            assert!(check(text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
