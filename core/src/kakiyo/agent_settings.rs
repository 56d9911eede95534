//! What an agent may do in a day, and the switches of its automation.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::declare::parameters;
use crate::error::Result;
use crate::rules::FieldPath;

parameters! {
    /// What a new agent may do in one day.
    pub struct DailyLimitsInput {
        optional, at_least_one {
            /// Connection requests a day; 20 unless set.
            daily_connections: u32,
            /// Messages a day; 50 unless set.
            daily_messages: u32,
            /// Profile views a day; 100 unless set.
            daily_profile_views: u32,
            /// Limits that are not offered here: sent as they are, in place of those above that have their name.
            extra: Map<String, Value>,
        }
    }
}

parameters! {
    /// Between which numbers an agent chooses what it does in one day.
    pub struct DailyRangesInput {
        optional, at_least_one {
            /// Fewest invitations a day, 1 to 100.
            invitations_min: u32 where range(min = 1, max = 100),
            /// Most invitations a day, 2 to 100.
            invitations_max: u32 where range(min = 2, max = 100),
            /// Fewest messages a day, 1 to 500.
            messages_min: u32 where range(min = 1, max = 500),
            /// Most messages a day, 2 to 500.
            messages_max: u32 where range(min = 2, max = 500),
        }
    }
    check: fewest_before_most;
}

parameters! {
    /// Switches of an agent's automation; what is left out stays.
    pub struct AgentSettingsInput {
        optional, at_least_one {
            /// Leave people alone who are connected already.
            skip_in_network: bool,
            /// Send invitations and no messages.
            invitations_only: bool,
            /// Switches that are not offered here, by their keys.
            extra: Map<String, Value>,
        }
    }
}

fn fewest_before_most(ranges: &DailyRangesInput, path: FieldPath<'_>) -> Result<()> {
    for (name, min, max) in [
        ("invitations_min", ranges.invitations_min, ranges.invitations_max),
        ("messages_min", ranges.messages_min, ranges.messages_max),
    ] {
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            return Err(path
                .member(name)
                .broken(format!("the fewest, {min}, must not exceed the most, {max}")));
        }
    }
    Ok(())
}

/// Limits with those that are not offered beside the others.
pub(super) fn limits<S: Serializer>(
    limits: &Option<DailyLimitsInput>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    with_extra(limits).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

/// Switches as the service takes them: a list of keys and values.
pub(super) fn switches<S: Serializer>(
    settings: &Option<AgentSettingsInput>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    // Sorted, so that the same settings always make the same request.
    let members: BTreeMap<String, Value> =
        with_extra(settings).map_err(serde::ser::Error::custom)?.into_iter().collect();
    serializer.collect_seq(members.into_iter().map(|(key, value)| json!({"key": key, "value": value})))
}

/// Brings switches that come as the service's list of keys and values to the one form: an object.
pub(super) fn settings_in_one_form(arguments: &mut Map<String, Value>) {
    let Some(Value::Array(list)) = arguments.get("settings") else { return };
    let switch = |item: &Value| Some((item.get("key")?.as_str()?.to_owned(), item.get("value")?.clone()));
    if let Some(settings) = list.iter().map(switch).collect::<Option<Map<String, Value>>>() {
        arguments.insert("settings".to_owned(), settings.into());
    }
}

/// The members of a value, those of `extra` among them.
fn with_extra<T: Serialize>(value: &T) -> serde_json::Result<Map<String, Value>> {
    let Value::Object(mut members) = serde_json::to_value(value)? else { return Ok(Map::new()) };
    if let Some(Value::Object(extra)) = members.remove("extra") {
        members.extend(extra);
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(settings: AgentSettingsInput) -> Value {
        switches(&Some(settings), serde_json::value::Serializer).unwrap()
    }

    #[test]
    fn switches_are_written_in_the_order_of_their_keys() {
        let extra = Map::from_iter([
            ("nightShift".to_owned(), json!(true)),
            ("skipInNetwork".to_owned(), json!(null)),
        ]);
        let settings = AgentSettingsInput::new().skip_in_network(true).invitations_only(false).extra(extra);
        assert_eq!(
            written(settings),
            json!([
                {"key": "invitationsOnly", "value": false},
                {"key": "nightShift", "value": true},
                {"key": "skipInNetwork", "value": null},
            ]),
            "what is passed through wins"
        );
    }

    #[test]
    fn a_list_of_switches_is_read_when_all_of_it_is_understood() {
        let read = |settings: Value| {
            let Value::Object(mut arguments) = json!({ "settings": settings }) else { unreachable!() };
            settings_in_one_form(&mut arguments);
            arguments.remove("settings").unwrap()
        };
        assert_eq!(read(json!([{"key": "skipInNetwork", "value": true}])), json!({"skipInNetwork": true}));
        for other in
            [json!([{"key": "skipInNetwork"}]), json!([{"key": 1, "value": true}]), json!([7]), json!("x")]
        {
            assert_eq!(read(other.clone()), other);
        }
    }
}
