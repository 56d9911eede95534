//! Requests and answers against the vendor's description: those of the cases, and those of a live run of every operation
//! against the sandbox's world in both profiles.
//!
//! Where the public texts contradict each other the client or the sandbox has taken a side; those differences stand in
//! [`KNOWN`] with their row of the fact file (6.1), and nowhere else.
#![cfg(test)]

mod live;

use std::collections::{BTreeMap, BTreeSet};

use kakiyo_tests::case::{self, Case, Exchange};
use kakiyo_tests::contract::{Contract, Sent, members_of};
use kakiyo_tests::recorder;
use serde_json::{Value, json};

/// A difference that is known: where it shows, and the row of the fact file's table 6.1 that explains it.
struct Known {
    row: u32,
    route: &'static str,
    /// Part of the finding.
    finding: &'static str,
    shows_in: &'static [Source],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Requests,
    Answers,
    Live,
}

const KNOWN: &[Known] = &[
    // The words of the search filter are an open set for the client.
    Known {
        row: 12,
        route: "GET /prospects/search",
        finding: "query qualification: \"archived\"",
        shows_in: &[Source::Requests],
    },
    // The answer to a new prompt has no id in the description; some servers give it.
    Known {
        row: 19,
        route: "POST /prompts",
        finding: "'id' was unexpected",
        shows_in: &[Source::Answers, Source::Live],
    },
    // Seen by one observer only, perhaps under a name of his own.
    Known {
        row: 38,
        route: "GET /campaigns",
        finding: "[].stats.messagesSent: is documented",
        shows_in: &[Source::Live],
    },
];

#[test]
fn every_request_of_a_success_case_keeps_the_contract() {
    let contract = Contract::kakiyo().unwrap();
    let mut judge = Judge::new(&contract, Source::Requests);
    let mut count = 0;
    for case in successes(case::all().unwrap()) {
        for exchange in case.exchanges.iter().filter(|_| case.operation != "raw") {
            judge.request(&title(&case), &sent(exchange, &pairs(&case, exchange)));
            count += 1;
        }
    }
    assert!(count > 100, "only {count} requests were looked at");
    judge.verdict();
}

#[test]
fn every_success_answer_of_an_operation_case_keeps_the_contract() {
    let contract = Contract::kakiyo().unwrap();
    let mut judge = Judge::new(&contract, Source::Answers);
    // Behaviours give what is not as documented on purpose.
    for case in successes(case::all().unwrap()).iter().filter(|case| !case.file.starts_with("behaviour")) {
        for Exchange { request, answer } in &case.exchanges {
            let headers = answer
                .headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect();
            let body = answer.body.clone().unwrap_or_default();
            judge.answer(&title(case), &request.method, &request.path, answer.status, &headers, &body);
        }
    }
    judge.verdict();
}

#[tokio::test]
async fn a_live_run_of_every_operation_keeps_the_contract() {
    let contract = Contract::kakiyo().unwrap();
    let mut judge = Judge::new(&contract, Source::Live);
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for profile in live::PROFILES {
        let exchanges = live::run(profile).await;
        for exchange in &exchanges {
            let what =
                format!("live, {profile:?}, {} {} {}", exchange.method, exchange.path, exchange.status);
            let query = exchange.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let sent =
                Sent { method: &exchange.method, path: &exchange.path, query, body: &exchange.request };
            // A refused request may be wrong on purpose.
            if exchange.status != 400 {
                judge.request(&what, &sent);
            }
            judge.answer(
                &what,
                &exchange.method,
                &exchange.path,
                exchange.status,
                &exchange.headers,
                &exchange.answer,
            );
            let route = contract.route(&exchange.method, &exchange.path).unwrap();
            if (200..300).contains(&exchange.status) {
                seen.entry(format!("{} {}", exchange.method, route.template))
                    .or_default()
                    .extend(members_of(&exchange.answer));
            }
        }
        let statuses: BTreeSet<u16> =
            exchanges.iter().map(|exchange: &recorder::Exchange| exchange.status).collect();
        assert!(statuses.is_superset(&live::statuses(profile)), "{profile:?}: {statuses:?}");
    }
    assert_eq!(
        seen.len(),
        kakiyo::registry::entries().count(),
        "operations without a good answer: {:?}",
        seen.keys()
    );
    // What is documented but never answered would make a renamed member pass unseen.
    for (operation, found) in &seen {
        let (method, template) = operation.split_once(' ').unwrap();
        let route = contract.route(method, template).unwrap();
        for member in contract.members(route).difference(found) {
            judge.add(
                operation,
                operation,
                format!("{member}: is documented, but the sandbox never answers it"),
            );
        }
    }
    judge.verdict();
}

#[test]
fn the_judge_finds_what_is_wrong() {
    let contract = Contract::kakiyo().unwrap();
    let none = BTreeMap::new();
    let stats = contract.route("GET", "/campaigns/a%2Fb/stats").unwrap();
    assert_eq!(stats.template, "/campaigns/{id}/stats");
    assert!(contract.answer(stats, 200, &none, &json!({"id": "a", "stats": {"prospects": 1}})).is_empty());
    for body in [json!({"id": 7}), json!({"ids": "a"}), json!({"stats": {"prospect": 1}}), json!([])] {
        assert!(!contract.answer(stats, 200, &none, &body).is_empty(), "{body}");
    }
    assert!(!contract.answer(stats, 204, &none, &Value::Null).is_empty());
    let list = contract.route("GET", "/prospects/campaign/x").unwrap();
    assert!(
        !contract
            .answer(list, 200, &BTreeMap::from([("x-has-more".to_owned(), "yes".to_owned())]), &json!([]))
            .is_empty()
    );
    let request = |method, path, query: &[(&'static str, &'static str)], body: Value| {
        contract.request(&Sent { method, path, query: query.to_vec(), body: &body }).len()
    };
    assert_eq!(
        request("GET", "/prospects/search", &[("limit", "100"), ("isPaused", "true")], Value::Null),
        0
    );
    assert_eq!(
        request(
            "GET",
            "/prospects/search",
            &[("limit", "101"), ("isPaused", "yes"), ("town", "x")],
            Value::Null
        ),
        3
    );
    assert_eq!(request("POST", "/products", &[], Value::Null), 1);
    assert_eq!(
        request("POST", "/products", &[], json!({"name": "abc", "description": "0123456789", "price": 1})),
        1
    );
    assert_eq!(request("POST", "/nowhere", &[], Value::Null), 1);
}

/// Collects findings, and drops those that are known contradictions.
struct Judge<'a> {
    contract: &'a Contract,
    source: Source,
    findings: Vec<String>,
    /// Rows of the fact file that were met.
    met: BTreeSet<u32>,
}

impl<'a> Judge<'a> {
    fn new(contract: &'a Contract, source: Source) -> Self {
        Self { contract, source, findings: Vec::new(), met: BTreeSet::new() }
    }

    fn request(&mut self, what: &str, sent: &Sent<'_>) {
        for finding in self.contract.request(sent) {
            self.found(what, sent.method, sent.path, finding);
        }
    }

    fn answer(
        &mut self,
        what: &str,
        method: &str,
        path: &str,
        status: u16,
        headers: &BTreeMap<String, String>,
        body: &Value,
    ) {
        match self.contract.route(method, path) {
            None => self.found(what, method, path, "there is no such route".to_owned()),
            Some(route) => {
                for finding in self.contract.answer(route, status, headers, body) {
                    self.found(what, method, path, finding);
                }
            }
        }
    }

    fn found(&mut self, what: &str, method: &str, path: &str, finding: String) {
        let template = self.contract.route(method, path).map_or(path, |route| route.template);
        self.add(what, &format!("{method} {template}"), finding);
    }

    fn add(&mut self, what: &str, route: &str, finding: String) {
        let here = |known: &&Known| known.route == route && known.shows_in.contains(&self.source);
        match KNOWN.iter().filter(here).find(|known| finding.contains(known.finding)) {
            Some(known) => _ = self.met.insert(known.row),
            None => self.findings.push(format!("{what}\n    {finding}")),
        }
    }

    /// Fails with what was found, and where a known difference is none any more.
    fn verdict(self) {
        assert!(
            self.findings.is_empty(),
            "{} findings:\n\n{}\n",
            self.findings.len(),
            self.findings.join("\n")
        );
        let expected =
            KNOWN.iter().filter(|known| known.shows_in.contains(&self.source)).map(|known| known.row);
        assert_eq!(self.met, expected.collect(), "rows whose difference is gone have to leave the table");
    }
}

fn successes(cases: Vec<Case>) -> Vec<Case> {
    cases.into_iter().filter(|case| case.expect.error.is_none()).collect()
}

fn title(case: &Case) -> String {
    format!("{}: {}", case.file.display(), case.name)
}

/// The query without what the caller added by hand.
fn pairs<'a>(case: &Case, exchange: &'a Exchange) -> Vec<(&'a str, &'a str)> {
    let query =
        exchange.request.query.iter().filter(|(name, _)| !case.options.extra_query.contains_key(*name));
    query.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect()
}

fn sent<'a>(exchange: &'a Exchange, query: &[(&'a str, &'a str)]) -> Sent<'a> {
    let request = &exchange.request;
    let body = request.body.as_ref().unwrap_or(&Value::Null);
    Sent { method: &request.method, path: &request.path, query: query.to_vec(), body }
}
