//! Imports: what happens to the rows of a batch after it was accepted.
//!
//! There is no background task. Every row has a due time that follows from the moment of acceptance, and rows
//! that are due are worked through before anything looks at the world. In the order of the service: read the
//! address, drop duplicates, enrich the profile, apply the Do Not Contact list, make a conversation.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::Moment;
use crate::enrichment::{Profile, name_from_slug};
use crate::model::{Campaign, Chat, Person};
use crate::profile_url;
use crate::records::Record;
use crate::sales_navigator::Search;
use crate::settings::Settings;
use crate::world::World;

/// One row as sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: Option<String>,
    pub(crate) url: String,
    pub(crate) ongoing: bool,
    pub(crate) custom_data: Option<String>,
    pub(crate) additional_fields: Option<Value>,
}

/// How the rows of one import ended so far.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) imported: usize,
    pub(crate) existing: usize,
    pub(crate) invalid: usize,
    pub(crate) skipped_dnc: usize,
    pub(crate) enrichment_failed: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Import {
    pub(crate) id: String,
    pub(crate) campaign: String,
    pub(crate) started_at: Moment,
    pub(crate) rows: Vec<Row>,
    pub(crate) counts: Counts,
    pub(crate) report: Vec<Value>,
    /// Where the rows come from, when nobody sent them.
    pub(crate) search: Option<Search>,
    delay: Duration,
    rows_per_second: Option<f64>,
    /// The end of the imports of the same campaign that came before. No row overtakes them, so of two equal rows
    /// the one that was sent first is the new one.
    held_until: Option<Moment>,
}

impl Record for Import {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Import {
    fn new(
        id: String,
        campaign: &Campaign,
        rows: Vec<Row>,
        search: Option<Search>,
        settings: &Settings,
        now: Moment,
    ) -> Self {
        let (delay, speed) = match search {
            Some(_) => (settings.sales_navigator_delay, None),
            None => (settings.import_delay, settings.import_rows_per_second),
        };
        Self {
            id,
            campaign: campaign.id.clone(),
            started_at: now,
            rows,
            counts: Counts::default(),
            report: Vec::new(),
            search,
            delay,
            rows_per_second: speed.filter(|speed| *speed > 0.0),
            held_until: campaign.busy_until,
        }
    }

    pub(crate) fn processed(&self) -> usize {
        self.report.len()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.processed() >= self.rows.len()
    }

    /// When so many rows are finished.
    pub(crate) fn due(&self, count: usize) -> Moment {
        let fraction = |whole: usize| f64::from(u32::try_from(whole).unwrap_or(u32::MAX));
        let span = match self.rows_per_second {
            Some(speed) => {
                let worked = Duration::try_from_secs_f64(fraction(count) / speed);
                self.delay.saturating_add(worked.unwrap_or(Duration::MAX))
            }
            None if count >= self.rows.len() => self.delay,
            None => self.delay.mul_f64(fraction(count) / fraction(self.rows.len())),
        };
        let own = self.started_at.plus(span);
        self.held_until.map_or(own, |held| own.max(held))
    }
}

impl World {
    /// Queues the rows of a batch. Gives the id of the import, or nothing when there is no such campaign.
    pub(crate) fn queue_import(&mut self, campaign: &str, rows: Vec<Row>, now: Moment) -> Option<String> {
        self.queue(campaign, rows, None, now)
    }

    /// Queues rows that were sent, or found by a search.
    pub(crate) fn queue(
        &mut self,
        campaign: &str,
        rows: Vec<Row>,
        search: Option<Search>,
        now: Moment,
    ) -> Option<String> {
        let campaign = self.campaigns.get_mut(campaign)?;
        let import = Import::new(self.identifiers.next(), campaign, rows, search, &self.settings, now);
        campaign.busy_until = Some(import.due(import.rows.len()));
        let (id, empty) = (import.id.clone(), import.rows.is_empty());
        let place = self.imports.add(import);
        if !empty {
            self.open_imports.push(place);
        }
        Some(id)
    }

    /// Ends what agents have under way and works through every import row that is due, in the order of their due
    /// times.
    pub(crate) fn settle(&mut self, now: Moment) {
        self.settle_purse(now);
        self.settle_agents(now);
        let mut due: Vec<(Moment, usize, usize)> = Vec::new();
        for &place in &self.open_imports {
            let Some(import) = self.imports.at(place) else { continue };
            for index in import.processed()..import.rows.len() {
                let moment = import.due(index + 1);
                if moment > now {
                    break;
                }
                due.push((moment, place, index));
            }
        }
        if due.is_empty() {
            return;
        }
        due.sort_unstable();
        for (_, place, index) in due {
            self.settle_row(place, index);
        }
        let imports = &self.imports;
        self.open_imports.retain(|&place| imports.at(place).is_some_and(|import| !import.is_complete()));
    }

    fn settle_row(&mut self, place: usize, index: usize) {
        let Some(import) = self.imports.at(place) else { return };
        let Some(row) = import.rows.get(index).cloned() else { return };
        let campaign = import.campaign.clone();
        let (report, count): (Value, fn(&mut Counts) -> &mut usize) =
            self.row_outcome(&campaign, index, &row);
        if let Some(import) = self.imports.at_mut(place) {
            *count(&mut import.counts) += 1;
            import.report.push(report);
        }
    }

    fn row_outcome(
        &mut self,
        campaign: &str,
        index: usize,
        row: &Row,
    ) -> (Value, fn(&mut Counts) -> &mut usize) {
        let mut report = Map::new();
        report.insert("index".to_owned(), json!(index));
        report.insert("inputUrl".to_owned(), json!(row.url));
        let Some(slug) = profile_url::slug(&row.url) else {
            let report = ended(report, "invalid", "Not a LinkedIn profile address", None);
            return (report, |counts| &mut counts.invalid);
        };
        report.insert("linkedinSlug".to_owned(), json!(slug));
        let known = self.campaigns.get(campaign).and_then(|campaign| campaign.by_slug.get(&slug));
        if let Some(chat) = known.and_then(|&place| self.chats.at(place)) {
            let ids = Some((chat.person.as_str(), chat.id.as_str()));
            let report = ended(report, "existing", "Already in this campaign", ids);
            return (report, |counts| &mut counts.existing);
        }
        if self.settings.enrichment_failures.contains(&slug) {
            let report = ended(report, "enrichment_failed", "The profile could not be read", None);
            return (report, |counts| &mut counts.enrichment_failed);
        }
        if self.do_not_contact.blocks(&slug) {
            let report = ended(report, "skipped_dnc", "On the Do Not Contact list", None);
            return (report, |counts| &mut counts.skipped_dnc);
        }
        let (person, chat) = self.open_chat(campaign, &slug, row);
        let mut report = ended(report, "imported", "Imported", Some((&person, &chat)));
        report["chatCreated"] = json!(true);
        report["customDataSaved"] = json!(row.custom_data.is_some());
        (report, |counts| &mut counts.imported)
    }

    /// Makes the conversation of a campaign with a person; gives the ids of both.
    fn open_chat(&mut self, campaign: &str, slug: &str, row: &Row) -> (String, String) {
        let person = match self.people_by_slug.get(slug) {
            Some(id) => id.clone(),
            None => {
                let id = self.identifiers.next();
                let name = row.name.clone().unwrap_or_else(|| name_from_slug(slug));
                let (slug, profile) = (slug.to_owned(), Profile::of(slug));
                self.people_by_slug.insert(slug.clone(), id.clone());
                self.people.add(Person { id: id.clone(), slug, name, profile });
                id
            }
        };
        let id = self.identifiers.next();
        let place = self.chats.add(Chat {
            id: id.clone(),
            campaign: campaign.to_owned(),
            person: person.clone(),
            status: if row.ongoing { 3 } else { 0 },
            qualification: "inProgress".to_owned(),
            paused: false,
            messages: 0,
            responses: 0,
            last_message: None,
            last_response: None,
            invited_at: None,
            qualified_at: None,
            transcript: Vec::new(),
            custom_data: row.custom_data.clone(),
            additional_fields: row.additional_fields.clone(),
        });
        if let Some(campaign) = self.campaigns.get_mut(campaign) {
            campaign.chats.push(place);
            campaign.by_slug.insert(slug.to_owned(), place);
        }
        (person, id)
    }
}

fn ended(mut row: Map<String, Value>, status: &str, message: &str, ids: Option<(&str, &str)>) -> Value {
    row.insert("status".to_owned(), json!(status));
    row.insert("message".to_owned(), json!(message));
    row.insert("prospectId".to_owned(), json!(ids.map(|(person, _)| person)));
    row.insert("chatId".to_owned(), json!(ids.map(|(_, chat)| chat)));
    row.insert("chatCreated".to_owned(), json!(false));
    row.insert("customDataSaved".to_owned(), json!(false));
    Value::Object(row)
}
