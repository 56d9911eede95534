//! Reading prospects out of request bodies: one by itself, or a list of up to a hundred.
//!
//! A bad address is no problem here: it shows up in the report of the import.

use serde_json::{Map, Value, json};

use crate::import::Row;
use crate::settings::Settings;
use crate::validation::{Members, Problems};

const MOST_ROWS: usize = 100;
const LONGEST_CUSTOM_DATA: usize = 3_000;

/// The rows under `prospects`, of which there has to be at least one.
pub(super) fn read_rows(body: &Map<String, Value>, problems: &mut Problems, settings: &Settings) -> Vec<Row> {
    let mut members = Members::new(body, problems);
    if !body.contains_key("prospects") {
        members.problem("prospects", "Is required");
    }
    let prospects = members.list("prospects").map_or(&[][..], Vec::as_slice);
    if body.get("prospects").is_some_and(Value::is_array) && !(1..=MOST_ROWS).contains(&prospects.len()) {
        members.problem("prospects", format!("Must have 1 to {MOST_ROWS} entries"));
    }
    let mut rows = Vec::new();
    for (index, prospect) in prospects.iter().enumerate() {
        let path = format!("prospects[{index}]");
        match prospect.as_object() {
            Some(object) => rows.push(read_row(&mut members.inside(object, &path), object, settings)),
            None => members.problem(&path, "Must be an object"),
        }
    }
    rows
}

/// One row out of its members.
pub(super) fn read_row(
    members: &mut Members<'_, '_>,
    object: &Map<String, Value>,
    settings: &Settings,
) -> Row {
    let name = members.text("name", 0..=usize::MAX).map(str::trim).filter(|name| !name.is_empty());
    let missing = object.get("name").is_none_or(Value::is_string) && name.is_none();
    if settings.is_name_required() && missing {
        members.problem("name", "Is required");
    }
    let url = members.required_text("url", 0..=usize::MAX).to_owned();
    let ongoing = members.boolean("ongoing").unwrap_or(false);
    let custom_data = read_custom_data(members, settings);
    let extra = members.list("additionalFields");
    let well_formed = |field: &Value| {
        let text = |name: &str| field.get(name).is_none_or(Value::is_string);
        field.is_object() && text("fieldName") && text("fieldValue")
    };
    if extra.is_some_and(|fields| !fields.iter().all(well_formed)) {
        members.problem("additionalFields", "Must be objects with fieldName and fieldValue");
    }
    let additional_fields = extra.map(|fields| json!(fields));
    Row { name: name.map(str::to_owned), url, ongoing, custom_data, additional_fields }
}

/// The context text. One that is too long is refused, or cut: the public texts say both.
pub(super) fn read_custom_data(members: &mut Members<'_, '_>, settings: &Settings) -> Option<String> {
    let longest = if settings.cut_custom_data { usize::MAX } else { LONGEST_CUSTOM_DATA };
    let text = members.text("customData", 0..=longest)?;
    Some(text.chars().take(LONGEST_CUSTOM_DATA).collect())
}
