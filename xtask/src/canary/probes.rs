//! The questions: one call each, and what its answer tells about the rows of the fact files' contradiction tables.

use kakiyo::Service;
use serde_json::{Value, json};

use super::recording::Recording;

/// What an answer tells about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The row of the contradiction table; 0 for what is merely unknown.
    pub(crate) row: u32,
    pub(crate) question: &'static str,
    pub(crate) seen: String,
}

/// A request of a probe.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
}

/// Ids that earlier answers told.
#[derive(Debug, Default)]
pub(crate) struct Known {
    campaign: Option<String>,
    prompt: Option<String>,
    blocked: Option<String>,
}

/// One question.
pub(crate) struct Probe {
    pub(crate) name: &'static str,
    pub(crate) route: &'static str,
    pub(crate) writes: bool,
    /// None where there is no record to ask for.
    pub(crate) request: fn(&Known) -> Option<Request>,
    pub(crate) judge: fn(&Recording, &mut Known) -> Vec<Finding>,
}

pub(crate) fn of(service: Service) -> &'static [Probe] {
    match service {
        Service::Kakiyo => KAKIYO,
        Service::Kaiko => KAIKO,
    }
}

/// A profile that nobody has.
const NOBODY: &str = "https://www.linkedin.com/in/kakiyo-canary-that-nobody-is";

const KAKIYO: &[Probe] = &[
    Probe { name: "key check", route: "/verify", writes: false, request: |_| get("/verify"), judge: verify },
    Probe {
        name: "campaigns",
        route: "/campaigns",
        writes: false,
        request: |_| get_with("/campaigns".to_owned(), &[("limit", "2"), ("offset", "0")]),
        judge: campaigns,
    },
    Probe {
        name: "conversations of a campaign",
        route: "/prospects/campaign/{campaignId}",
        writes: false,
        request: |known| {
            get_with(format!("/prospects/campaign/{}", known.campaign.as_deref()?), &[("limit", "1")])
        },
        judge: conversations,
    },
    Probe {
        name: "numbers of a campaign",
        route: "/campaigns/{id}/stats",
        writes: false,
        request: |known| get_with(format!("/campaigns/{}/stats", known.campaign.as_deref()?), &[]),
        judge: stats,
    },
    Probe {
        name: "search",
        route: "/prospects/search",
        writes: false,
        request: |_| get_with("/prospects/search".to_owned(), &[("limit", "1")]),
        judge: search,
    },
    Probe { name: "agents", route: "/agents", writes: false, request: |_| get("/agents"), judge: agents },
    Probe { name: "prompts", route: "/prompts", writes: false, request: |_| get("/prompts"), judge: prompts },
    Probe {
        name: "text of a prompt",
        route: "/prompts/{id}",
        writes: false,
        request: |known| get_with(format!("/prompts/{}", known.prompt.as_deref()?), &[]),
        judge: prompt,
    },
    Probe { name: "models", route: "/models", writes: false, request: |_| get("/models"), judge: models },
    Probe {
        name: "Do Not Contact",
        route: "/dnc",
        writes: false,
        request: |_| get_with("/dnc".to_owned(), &[("limit", "1")]),
        judge: blocked,
    },
    Probe {
        name: "block nobody",
        route: "/dnc",
        writes: true,
        request: |_| {
            Some(Request {
                method: "POST",
                path: "/dnc".to_owned(),
                query: vec![],
                body: Some(json!({"url": NOBODY})),
            })
        },
        judge: block,
    },
    Probe {
        name: "unblock nobody",
        route: "/dnc/{id}",
        writes: true,
        request: |known| {
            let path = format!("/dnc/{}", known.blocked.as_deref()?);
            Some(Request { method: "DELETE", path, query: vec![], body: None })
        },
        judge: |_, _| vec![],
    },
];

const KAIKO: &[Probe] = &[Probe {
    name: "analysis",
    route: "/v2/emotions/analysis",
    writes: false,
    request: |_| {
        Some(Request {
            method: "POST",
            path: "/v2/emotions/analysis".to_owned(),
            query: vec![],
            body: Some(
                json!({"model": "emotion-v2", "messages": [{"role": "user", "content": {"text": "What a relief."}}]}),
            ),
        })
    },
    judge: analysis,
}];

fn get(path: &str) -> Option<Request> {
    get_with(path.to_owned(), &[])
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a probe's request")]
fn get_with(path: String, query: &[(&'static str, &str)]) -> Option<Request> {
    let query = query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Some(Request { method: "GET", path, query, body: None })
}

fn finding(row: u32, question: &'static str, seen: impl Into<String>) -> Finding {
    Finding { row, question, seen: seen.into() }
}

fn is_or(condition: bool, yes: &str, no: &str) -> String {
    if condition { yes } else { no }.to_owned()
}

/// The rows of a list, whichever member holds them.
fn rows<'a>(body: &'a Value, member: &str) -> &'a [Value] {
    let list = [body, &body["data"], &body[member]].into_iter().find_map(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn envelope(body: &Value) -> String {
    match body {
        Value::Array(_) => "a bare array".to_owned(),
        Value::Object(members) => {
            format!(
                "an object with {}",
                members.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            )
        }
        _ => "no JSON".to_owned(),
    }
}

fn id_of(row: Option<&Value>) -> Option<String> {
    row.and_then(|row| row.get("id").or_else(|| row.get("$id"))).and_then(Value::as_str).map(str::to_owned)
}

fn verify(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    let limits = seen.headers.keys().any(|name| name.contains("ratelimit"));
    vec![
        finding(
            29,
            "`teamId` in the key check",
            is_or(seen.body().get("teamId").is_some(), "there", "absent"),
        ),
        finding(0, "limit headers on a good answer", is_or(limits, "there", "none")),
        finding(
            0,
            "request id header",
            is_or(seen.headers.keys().any(|name| name.contains("request")), "there", "none"),
        ),
    ]
}

fn campaigns(seen: &Recording, known: &mut Known) -> Vec<Finding> {
    let rows = rows(seen.body(), "campaigns");
    known.campaign = id_of(rows.first());
    let mut findings = vec![finding(7, "envelope of a list", envelope(seen.body()))];
    if rows.len() > 2 {
        findings.push(finding(8, "paging of campaigns", "`limit` is ignored: the whole list came"));
    }
    if let Some(stats) = rows.first().and_then(|row| row.get("stats")) {
        let sent = ["messagesSent", "messages"].into_iter().find(|name| stats.get(name).is_some());
        findings.push(finding(
            38,
            "name of the message count",
            sent.map_or("absent".to_owned(), |name| format!("`{name}`")),
        ));
    }
    findings
}

fn conversations(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    let paging: Vec<&str> = seen
        .headers
        .keys()
        .map(String::as_str)
        .filter(|name| ["x-next-cursor", "x-has-more", "x-total-count"].contains(name))
        .collect();
    let several = rows(seen.body(), "prospects").len() > 1;
    let seen = match (paging.is_empty(), several) {
        (false, _) => format!("headers {}", paging.join(", ")),
        (true, true) => "`limit` is ignored: the whole list came".to_owned(),
        (true, false) => "no headers".to_owned(),
    };
    vec![finding(9, "paging of conversations", seen)]
}

fn stats(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    let rate = find_rate(seen.body());
    vec![finding(30, "form of rates", rate.unwrap_or_else(|| "no rate in the answer".to_owned()))]
}

fn find_rate(value: &Value) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, value)| match value {
            Value::String(text) if name.to_lowercase().contains("rate") && text.ends_with('%') => {
                Some("text with a percent sign".to_owned())
            }
            Value::Number(_) if name.to_lowercase().contains("rate") => Some("number".to_owned()),
            other => find_rate(other),
        }),
        _ => None,
    }
}

fn search(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    match rows(seen.body(), "prospects").first() {
        None => vec![finding(11, "form of a search hit", "no hit to look at")],
        Some(hit) => {
            let form = is_or(
                hit.get("prospect").is_some(),
                "a conversation with `prospect` inside",
                "a flat person",
            );
            vec![finding(11, "form of a search hit", form)]
        }
    }
}

fn agents(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    let Some(agent) = rows(seen.body(), "agents").first() else {
        return vec![finding(22, "form of working hours", "no agent to look at")];
    };
    let hours = agent.get("workingHours").or_else(|| agent.pointer("/settings/workingHours"));
    let form = hours.map_or_else(
        || "absent".to_owned(),
        |hours| match hours {
            hours if hours.get("stop").is_some() => "`start` and `stop`".to_owned(),
            hours if hours.get("end").is_some() => "`start` and `end`".to_owned(),
            _ => "another form".to_owned(),
        },
    );
    vec![finding(22, "form of working hours", form)]
}

fn prompts(seen: &Recording, known: &mut Known) -> Vec<Finding> {
    let rows = rows(seen.body(), "prompts");
    known.prompt = id_of(rows.first());
    let word = rows.first().and_then(|row| row.get("type")).and_then(Value::as_str);
    let seen = match word {
        Some(word @ ("Messages" | "Comment" | "message" | "invitation")) => format!("`{word}`"),
        Some(_) => "another word".to_owned(),
        None => "no prompt to look at".to_owned(),
    };
    vec![finding(20, "words for the type of a prompt", seen)]
}

fn prompt(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    let seen = match seen.status {
        200 => "there".to_owned(),
        404 => "not known to this server".to_owned(),
        status => format!("status {status}"),
    };
    vec![finding(0, "reading the text of a prompt", seen)]
}

fn models(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    let prices = rows(seen.body(), "models").first().and_then(|model| model.get("pricing")).cloned();
    let price = prices.and_then(|prices| prices.as_object()?.values().find_map(Value::as_f64));
    let seen = match price {
        None => "no price".to_owned(),
        Some(price) if price >= 0.1 => "as for 1,000,000 tokens".to_owned(),
        Some(_) => "as for 1,000 tokens".to_owned(),
    };
    vec![finding(34, "size of model prices", seen)]
}

fn blocked(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    let body = seen.body();
    let body = body.get("data").filter(|data| data.is_object()).unwrap_or(body);
    let rows = rows(body, "entries");
    let total = body.get("total").and_then(Value::as_u64);
    let mut findings = vec![finding(
        32,
        "`total` of the list",
        match total {
            Some(total) if total > rows.len() as u64 => "larger than the page: the grand total".to_owned(),
            Some(_) => "the length of the page, or there is no more".to_owned(),
            None => "absent".to_owned(),
        },
    )];
    findings.extend(rows.first().map(stored_form));
    findings
}

fn stored_form(entry: &Value) -> Finding {
    let url =
        entry.get("url").or_else(|| entry.get("linkedinUrl")).and_then(Value::as_str).unwrap_or_default();
    finding(
        33,
        "stored form of a blocked profile",
        is_or(url.starts_with("http"), "with its scheme", "without its scheme"),
    )
}

fn block(seen: &Recording, known: &mut Known) -> Vec<Finding> {
    let entry = seen.body().get("entry").unwrap_or(seen.body());
    known.blocked = id_of(Some(entry));
    vec![finding(6, "status of a new entry", seen.status.to_string())]
}

fn analysis(seen: &Recording, _: &mut Known) -> Vec<Finding> {
    let body = seen.body();
    let emotions = body.get("emotions").and_then(Value::as_object);
    let key = emotions.and_then(|map| map.keys().next()).map(String::as_str);
    let key = match key {
        Some(key @ ("user" | "_default" | "system")) => format!("`{key}`"),
        Some(_) => "another key".to_owned(),
        None => "no map".to_owned(),
    };
    let text = emotions.and_then(|map| map.values().next()?.get("text")?.as_str());
    let echo = text
        .map_or("absent".to_owned(), |text| is_or(text == "What a relief.", "the input", "something else"));
    let limit = seen.headers.get("x-ratelimit-limit").cloned();
    vec![
        finding(3, "key of the emotion map (14.3)", key),
        finding(7, "requests in a window (14.7)", limit.unwrap_or_else(|| "no header".to_owned())),
        finding(10, "`text` of an emotion (14.10)", echo),
        finding(
            0,
            "request id header",
            is_or(seen.headers.keys().any(|name| name.contains("request")), "there", "none"),
        ),
    ]
}
