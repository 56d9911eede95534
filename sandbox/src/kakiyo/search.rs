//! The search over all conversations of the team.
//!
//! Two shapes of a hit are published: a flat record whose `id` is the person, and the record of the lists whose
//! `id` is the conversation. A setting says which one to send.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::prospects::record;
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::{Chat, Person};
use crate::operation::{Group, Operation, Tier};
use crate::profile_url;
use crate::settings::SearchForm;
use crate::validation::{Parameters, Problems};
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "prospects.search",
    method: "GET",
    path: "/prospects/search",
    group: Group::Tier(Tier::Low),
    handler: search,
}];

const DEFAULT_LIMIT: usize = 50;
const QUALIFICATIONS: [&str; 3] = ["pending", "qualified", "disqualified"];

fn search(call: &mut Call<'_>) -> Verdict {
    let mut problems = Problems::default();
    let mut query = Parameters::new(call.query, &mut problems);
    let limit = query.limit(call.world.settings.clamp_limits).unwrap_or(DEFAULT_LIMIT);
    let offset = query.offset().unwrap_or(0);
    let filter = Filter::read(&mut query);
    call.validated(&problems)?;
    let world = &*call.world;
    let hits: Vec<(&Chat, &Person)> = world
        .chats
        .all()
        .iter()
        .filter_map(|chat| Some((chat, world.people.get(&chat.person)?)))
        .filter(|(chat, person)| filter.matches(chat, person))
        .collect();
    let form = world.settings.search_form;
    let page = hits.iter().skip(offset).take(limit);
    let shown: Vec<Value> = page.filter_map(|&(chat, person)| shown(world, form, chat, person)).collect();
    let mut body = json!({
        "prospects": shown,
        "pagination": {
            "total": hits.len(),
            "limit": limit,
            "offset": offset,
            "hasMore": offset.saturating_add(limit) < hits.len(),
        },
    });
    if form == SearchForm::Flat {
        let profiles = || world.people.all().iter().map(|person| &person.profile);
        body["filters"] = json!({
            "applied": filter.applied,
            "available": {
                "qualifications": QUALIFICATIONS,
                "cities": profiles().map(|profile| profile.city.as_ref()).collect::<BTreeSet<_>>(),
                "countries": profiles().map(|profile| profile.country.as_ref()).collect::<BTreeSet<_>>(),
            },
        });
    }
    Ok(Answer::ok(body))
}

struct Filter {
    text: Option<String>,
    campaign: Option<String>,
    qualifications: Option<Vec<&'static str>>,
    status: Option<i64>,
    city: Option<String>,
    country: Option<String>,
    responded: Option<bool>,
    paused: Option<bool>,
    /// The filters in force, as they are repeated to the caller.
    applied: Map<String, Value>,
}

impl Filter {
    fn read(query: &mut Parameters<'_, '_>) -> Self {
        let lower = |text: Option<&str>| text.map(str::to_lowercase);
        let qualification = query.text("qualification");
        let qualifications = qualification.and_then(qualifications);
        if qualification.is_some() && qualifications.is_none() {
            query.problem("qualification", "Must be pending, qualified or disqualified");
        }
        let status = query.integer("status", 0..=i64::MAX);
        let responded = query.boolean("hasResponded");
        let paused = query.boolean("isPaused");
        let mut applied = Map::new();
        for name in ["query", "campaignId", "qualification", "city", "country"] {
            applied.extend(query.text(name).map(|text| (name.to_owned(), json!(text))));
        }
        applied.extend(status.map(|status| ("status".to_owned(), json!(status))));
        applied.extend(responded.map(|responded| ("hasResponded".to_owned(), json!(responded))));
        applied.extend(paused.map(|paused| ("isPaused".to_owned(), json!(paused))));
        Self {
            text: lower(query.text("query")),
            campaign: query.text("campaignId").map(str::to_owned),
            qualifications,
            status,
            city: lower(query.text("city")),
            country: lower(query.text("country")),
            responded,
            paused,
            applied,
        }
    }

    fn matches(&self, chat: &Chat, person: &Person) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| *wanted == found.to_lowercase())
        };
        let texts = || [person.name.to_lowercase(), person.profile.headline().to_lowercase()];
        self.text.as_ref().is_none_or(|text| texts().iter().any(|found| found.contains(text)))
            && self.campaign.as_ref().is_none_or(|campaign| *campaign == chat.campaign)
            && self.qualifications.as_ref().is_none_or(|known| known.contains(&chat.qualification.as_str()))
            && self.status.is_none_or(|status| status == i64::from(chat.status))
            && same(&self.city, &person.profile.city)
            && same(&self.country, &person.profile.country)
            && self.responded.is_none_or(|responded| responded == (chat.responses > 0))
            && self.paused.is_none_or(|paused| paused == chat.paused)
    }
}

/// The words of the filter and those of the records differ; both are understood.
fn qualifications(word: &str) -> Option<Vec<&'static str>> {
    Some(match word {
        "pending" => vec!["inProgress", "needVerification"],
        "disqualified" | "unqualified" => vec!["unqualified"],
        "qualified" => vec!["qualified"],
        "inProgress" => vec!["inProgress"],
        "needVerification" => vec!["needVerification"],
        _ => return None,
    })
}

fn shown(world: &World, form: SearchForm, chat: &Chat, person: &Person) -> Option<Value> {
    if form == SearchForm::Spec {
        return record(world, chat);
    }
    let campaign = world.campaigns.get(&chat.campaign)?;
    Some(json!({
        "id": person.id,
        "name": person.name,
        "headline": person.profile.headline(),
        "url": profile_url::address(&person.slug),
        "currentCompanyName": person.profile.company,
        "currentJobTitle": person.profile.title,
        "currentCompanyWebsite": person.profile.website,
        "currentCompanyLinkedInUrl": Value::Null,
        "location": {"city": person.profile.city, "country": person.profile.country},
        "status": chat.status,
        "qualification": chat.qualification,
        "hasResponded": chat.responses > 0,
        "isPaused": chat.paused,
        "lastActivity": chat.last_message.map(|time| time.iso()),
        "campaign": {"id": campaign.id, "name": campaign.name},
        "stats": {
            "messages": chat.messages,
            "responses": chat.responses,
            "lastResponse": chat.last_response.map(|time| time.iso()),
        },
    }))
}
