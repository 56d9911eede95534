//! The hours in which an agent works, in one form whatever the server writes.
//!
//! The service has two: `days` as seven flags with `start` and `stop` (settings and details), and `days` as names with `start` and
//! `end` (new agents). A time zone is a name in one and a bare number in the other.

use serde_json::{Map, Value};

use crate::declare::{model, open_enum};

open_enum! {
    /// A day of the week.
    pub enum Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

model! {
    /// The hours in which an agent works.
    pub struct WorkingHours {
        optional {
            /// Days of work.
            days: Vec<Weekday>,
            /// Begin of the working day, `HH:MM`.
            start: String,
            /// End of the working day, `HH:MM`.
            end: String,
            /// Name of the time zone, such as `Europe/Paris`, where the server gives a name.
            timezone: String,
            /// The time zone where the server gives a number: an offset whose unit is not documented.
            timezone_offset: f64,
        }
    }
}

/// Brings working hours of an answer to the one form; days that cannot be read become null.
pub(super) fn hours_of_answer(holder: &mut Map<String, Value>) {
    hours_in_one_form(holder);
    let Some(Value::Object(hours)) = holder.get_mut("workingHours") else { return };
    if let Some(days) = hours.get_mut("days")
        && !days.as_array().is_some_and(|days| days.iter().all(Value::is_string))
    {
        *days = Value::Null;
    }
    if let Some(offset) = hours.get("timezone").filter(|timezone| timezone.is_number()).cloned() {
        hours.remove("timezone");
        hours.entry("timezoneOffset").or_insert(offset);
    }
}

/// Brings the member `workingHours` to the one form: days by name, `end` for `stop`. What cannot be read stays as it is.
pub(in crate::kakiyo) fn hours_in_one_form(holder: &mut Map<String, Value>) {
    let Some(Value::Object(hours)) = holder.get_mut("workingHours") else { return };
    if !hours.contains_key("end")
        && let Some(stop) = hours.remove("stop")
    {
        hours.insert("end".to_owned(), stop);
    }
    match hours.get_mut("days") {
        Some(Value::Array(days)) => {
            for day in days {
                if let Value::String(name) = day {
                    name.make_ascii_lowercase();
                }
            }
        }
        Some(days) => {
            if let Some(names) = days.as_str().and_then(days_of_flags) {
                *days = names.into();
            }
        }
        None => {}
    }
}

/// The names of the days that seven flags set, Monday first: `1:1:1:1:1:0:0`.
fn days_of_flags(flags: &str) -> Option<Vec<&'static str>> {
    let flags: Vec<&str> = flags.trim().split(':').collect();
    if flags.len() != Weekday::KNOWN.len() || !flags.iter().all(|flag| matches!(*flag, "0" | "1")) {
        return None;
    }
    let days = Weekday::KNOWN.iter().zip(flags);
    Some(days.filter(|(_, flag)| *flag == "1").map(|(day, _)| *day).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(hours: Value) -> Value {
        let Value::Object(mut holder) = json!({ "workingHours": hours }) else { unreachable!() };
        hours_of_answer(&mut holder);
        holder.remove("workingHours").unwrap()
    }

    #[test]
    fn both_forms_become_one() {
        assert_eq!(
            read(json!({"days": "1:0:0:0:0:0:1", "start": "08:30", "stop": "18:00", "timezone": 0})),
            json!({"days": ["monday", "sunday"], "start": "08:30", "end": "18:00", "timezoneOffset": 0})
        );
        let names = json!({"days": ["monday", "friday"], "start": "9:00", "end": "17:00", "timezone": "Europe/Paris"});
        assert_eq!(read(names.clone()), names);
    }

    #[test]
    fn days_that_cannot_be_read_are_null() {
        for days in [
            json!("1:1"),
            json!("1:1:1:1:1:0:0:0"),
            json!("1:1:1:1:1:0:2"),
            json!(""),
            json!([1, 2]),
            json!({"monday": true}),
            json!(7),
            json!(null),
        ] {
            assert_eq!(read(json!({ "days": days })), json!({"days": null}), "{days}");
        }
        assert_eq!(read(json!({"days": ["Monday", "feast"]})), json!({"days": ["monday", "feast"]}));
    }

    #[test]
    fn what_is_no_object_stays() {
        for hours in [json!(null), json!("9 to 5"), json!([])] {
            assert_eq!(read(hours.clone()), hours);
        }
        assert_eq!(
            read(json!({"end": "17:00", "stop": "18:00"})),
            json!({"end": "17:00", "stop": "18:00"}),
            "`end` wins"
        );
    }
}
