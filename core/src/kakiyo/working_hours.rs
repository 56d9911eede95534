//! The hours in which an agent shall work: one form for callers, and the two that the service takes.
//!
//! The model of the same name, and how other spellings are read, lie in `types`.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::types::{Weekday, WorkingHours};
use crate::declare::parameters;
use crate::error::Result;
use crate::rules::FieldPath;

parameters! {
    /// The hours in which an agent shall work.
    pub struct WorkingHoursInput {
        optional, at_least_one {
            /// Days of work, by their English names in lower case.
            days: Vec<Weekday> where length(min = 1, max = 7),
            /// Begin of the working day, `HH:MM` in 24 hours.
            start: String,
            /// End of the working day, `HH:MM` in 24 hours, after the begin.
            end: String,
            /// Name of the time zone, such as `Europe/Paris`. Only a new agent takes it.
            timezone: String where length(min = 1, max = 100),
            /// Members of a form that is not offered here: sent as they are, in place of those above that have their name.
            extra: Map<String, Value>,
        }
    }
    check: known_days_and_times;
}

impl From<&WorkingHours> for WorkingHoursInput {
    /// What was read, to be changed and written again. An offset has no documented unit and is left out.
    fn from(hours: &WorkingHours) -> Self {
        Self {
            days: hours.days.clone(),
            start: hours.start.clone(),
            end: hours.end.clone(),
            timezone: hours.timezone.clone(),
            extra: None,
        }
    }
}

fn known_days_and_times(hours: &WorkingHoursInput, path: FieldPath<'_>) -> Result<()> {
    if let Some(Weekday::Unknown(word)) =
        hours.days.iter().flatten().find(|day| matches!(day, Weekday::Unknown(_)))
    {
        let days = Weekday::KNOWN.join(", ");
        return Err(path.member("days").broken(format!("{word:?} is no day: write {days}")));
    }
    let minutes = |name: &'static str, text: &Option<String>| match text.as_deref() {
        None => Ok(None),
        Some(text) => match minutes_of(text) {
            None => Err(path
                .member(name)
                .broken(format!("write a time of day in 24 hours, such as 08:30, not {text:?}"))),
            minutes => Ok(minutes),
        },
    };
    let (start, end) = (minutes("start", &hours.start)?, minutes("end", &hours.end)?);
    if let (Some(start), Some(end)) = (start, end)
        && start >= end
    {
        return Err(path.member("end").broken("the end must come after the start, on the same day"));
    }
    if hours.timezone.as_deref().is_some_and(|name| name.chars().any(char::is_control)) {
        return Err(path.member("timezone").broken("a time zone must not hold control characters"));
    }
    Ok(())
}

/// Minutes since midnight: one or two digits, a colon, two digits.
fn minutes_of(time: &str) -> Option<u32> {
    let (hours, minutes) = time.split_once(':')?;
    let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok());
    let (1..=2, 2) = (hours.len(), minutes.len()) else { return None };
    let (hours, minutes): (u32, u32) = (number(hours)??, number(minutes)??);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// The form of a new agent: `days` by name, `start`, `end`, `timezone`.
pub(super) fn by_name<S: Serializer>(
    hours: &Option<WorkingHoursInput>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let Some(hours) = hours else { return serializer.serialize_none() };
    members(hours, hours.days.as_ref().map(|days| days.iter().map(Weekday::as_str).collect()), "end")
        .serialize(serializer)
}

/// The form of the settings: `days` as seven flags, `start`, `stop`.
pub(super) fn by_flags<S: Serializer>(
    hours: &Option<WorkingHoursInput>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let Some(hours) = hours else { return serializer.serialize_none() };
    members(hours, hours.days.as_deref().map(|days| flags_of(days).into()), "stop").serialize(serializer)
}

fn members(hours: &WorkingHoursInput, days: Option<Value>, end: &str) -> Map<String, Value> {
    let time = |text: &Option<String>| text.as_deref().map(|text| format!("{text:0>5}").into());
    let timezone = hours.timezone.clone().map(Value::from);
    let given =
        [("days", days), ("start", time(&hours.start)), (end, time(&hours.end)), ("timezone", timezone)];
    let mut members: Map<String, Value> =
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    members.extend(hours.extra.clone().unwrap_or_default());
    members
}

/// Seven flags, Monday first.
fn flags_of(days: &[Weekday]) -> String {
    let flags: Vec<&str> = Weekday::KNOWN
        .iter()
        .map(|known| if days.iter().any(|day| day.as_str() == *known) { "1" } else { "0" })
        .collect();
    flags.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_minutes() {
        for (text, minutes) in [
            ("00:00", Some(0)),
            ("8:30", Some(510)),
            ("08:30", Some(510)),
            ("23:59", Some(1_439)),
            ("24:00", None),
            ("12:60", None),
            ("12:5", None),
            ("+1:00", None),
            ("12:+5", None),
            (":30", None),
            ("008:30", None),
            ("08:30:00", None),
            ("0830", None),
            (" 8:30", None),
            ("8:30\n", None),
            ("٨:٣٠", None),
            ("", None),
        ] {
            assert_eq!(minutes_of(text), minutes, "{text:?}");
        }
    }

    #[test]
    fn flags_start_with_monday() {
        assert_eq!(flags_of(&[Weekday::Sunday, Weekday::Monday, Weekday::Monday]), "1:0:0:0:0:0:1");
        assert_eq!(flags_of(&[]), "0:0:0:0:0:0:0");
    }
}
