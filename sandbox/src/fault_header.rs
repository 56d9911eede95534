//! Faults that a request asks for itself, in its header `x-sandbox-fault`.
//!
//! The header names parts, split by semicolons: `status=503; retry-after=2`, `delay=200ms`, `reset=after`. They
//! become the same faults as those of the rules, behind which they stand. What cannot be understood is refused,
//! so that a misspelt fault does not pass as a call without one.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::answer::Answer;
use crate::faults::Fault;

pub(crate) const NAME: &str = "x-sandbox-fault";

/// The most that a header may hold.
const LONGEST: usize = 1_000;
const MOST_PARTS: usize = 8;

/// The longest delay: more is a hang.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// The faults that the headers of a request ask for.
pub(crate) fn asked(headers: &[(String, String)]) -> Result<Vec<Fault>, Answer> {
    let values = headers.iter().filter(|(name, _)| name == NAME).map(|(_, value)| value.as_str());
    let text = values.collect::<Vec<_>>().join(";");
    read(&text).map_err(|message| Answer::refusal(400, "invalid_sandbox_fault", format!("{NAME}: {message}")))
}

fn read(text: &str) -> Result<Vec<Fault>, String> {
    if text.len() > LONGEST {
        return Err(format!("at most {LONGEST} characters"));
    }
    let parts: Vec<&str> = text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > MOST_PARTS {
        return Err(format!("at most {MOST_PARTS} parts"));
    }
    let mut faults = Vec::new();
    for part in parts {
        let (name, value) = part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
        let (name, value) = (name.trim_end().to_ascii_lowercase(), value.map(str::trim));
        if name == "retry-after" {
            let Some(Fault::Status { headers, .. }) = faults.last_mut() else {
                return Err("retry-after has to follow a status".to_owned());
            };
            headers.insert(name, needed(value)?.to_owned());
        } else {
            faults.push(fault(&name, value).map_err(|error| format!("{part}: {error}"))?);
        }
    }
    faults.iter().try_for_each(Fault::check)?;
    Ok(faults)
}

fn fault(name: &str, value: Option<&str>) -> Result<Fault, String> {
    let after = |value: Option<&str>| match value {
        Some("before") => Ok(false),
        Some("after") => Ok(true),
        _ => Err("has to be before or after".to_owned()),
    };
    Ok(match name {
        "status" | "status-after" => Fault::Status {
            status: needed(value)?.parse().map_err(|_| "is no status".to_owned())?,
            headers: BTreeMap::new(),
            body: None,
            body_text: None,
            after: name == "status-after",
        },
        "delay" => Fault::DelayBefore { ms: delay(needed(value)?)? },
        "delay-after" => Fault::DelayAfter { ms: delay(needed(value)?)? },
        "reset" => match after(value)? {
            true => Fault::ResetAfter,
            false => Fault::ResetBefore,
        },
        "hang" => Fault::Hang { after: after(value.or(Some("before")))? },
        "cut" => {
            let at = value.map(|value| value.parse().map_err(|_| "is no number of bytes".to_owned()));
            Fault::CutBody { at: at.transpose()? }
        }
        "wrong-json" if value.is_none() => Fault::WrongJson,
        "wrong-content-type" => Fault::WrongContentType { content_type: value.map(str::to_owned) },
        _ => return Err("is not known".to_owned()),
    })
}

fn needed(value: Option<&str>) -> Result<&str, String> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| "needs a value".to_owned())
}

/// Milliseconds out of `200ms`, `2s` or a bare number of milliseconds.
fn delay(text: &str) -> Result<u64, String> {
    let (number, factor) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, 1_000),
        (None, None) => (text, 1),
    };
    let number: u64 = number.trim_end().parse().map_err(|_| "is no time such as 200ms or 2s".to_owned())?;
    let ms = number.saturating_mul(factor);
    let longest = LONGEST_DELAY.as_secs() * 1_000;
    if ms <= longest { Ok(ms) } else { Err(format!("is longer than {longest}ms")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_the_faults_of_the_rules() {
        let faults = read(" status=503 ;retry-after=2; Delay=200ms;delay-after = 1s; delay=7;").unwrap();
        let headers = BTreeMap::from([("retry-after".to_owned(), "2".to_owned())]);
        let status = Fault::Status { status: 503, headers, body: None, body_text: None, after: false };
        let delays =
            [Fault::DelayBefore { ms: 200 }, Fault::DelayAfter { ms: 1_000 }, Fault::DelayBefore { ms: 7 }];
        assert_eq!(faults, [[status].as_slice(), &delays].concat());
        assert_eq!(read("reset=after").unwrap(), [Fault::ResetAfter]);
        assert_eq!(read("reset=before").unwrap(), [Fault::ResetBefore]);
        let others = [
            Fault::Hang { after: true },
            Fault::CutBody { at: Some(3) },
            Fault::WrongJson,
            Fault::WrongContentType { content_type: None },
        ];
        assert_eq!(read("hang=after; cut=3; wrong-json; wrong-content-type").unwrap(), others);
        assert_eq!(read(""), Ok(Vec::new()));
    }

    #[test]
    fn what_cannot_be_understood_or_is_too_much_is_refused() {
        for text in [
            "explode",
            "status",
            "status=",
            "status=99",
            "status=70000",
            "retry-after=1",
            "status=503; delay=1ms; retry-after=1",
            "delay=soon",
            "delay=-1",
            "delay=60001ms",
            "delay=18446744073709551615s",
            "reset",
            "reset=sometimes",
            "hang=later",
            "cut=half",
            "wrong-json=yes",
            "status=503\u{1}",
            &"cut;".repeat(9),
            &" ".repeat(1_001),
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
