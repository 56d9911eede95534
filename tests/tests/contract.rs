//! Requests and answers against the vendor's description: those of the cases, and those of a live run of every operation
//! against the sandbox's world, in every profile of its service.
//!
//! Where the public texts contradict each other the client or the sandbox has taken a side: `differences` lists what follows.
#![cfg(test)]

mod differences;
mod live;

use std::collections::{BTreeMap, BTreeSet};

use kakiyo::{Service, registry};
use kakiyo_tests::case::{self, Case, Exchange};
use kakiyo_tests::contract::{Contract, Sent, members_of};
use kakiyo_tests::notation::with_uuids;
use kakiyo_tests::recorder;
use serde_json::{Value, json};

use self::differences::{KAIKO, KAKIYO, Known, Source, UNPLAYED};

const SERVICES: [Service; 2] = [Service::Kakiyo, Service::Kaiko];

#[test]
fn every_request_of_a_success_case_keeps_the_contract() {
    for service in SERVICES {
        let contract = Contract::of(service).unwrap();
        let mut judge = Judge::new(&contract, service, Source::Requests);
        let mut count = 0;
        for case in successes(service) {
            for exchange in case.exchanges.iter().filter(|_| case.operation != "raw") {
                let body = with_uuids(exchange.request.body.clone().unwrap_or_default());
                judge.request(&title(&case), &sent(exchange, &pairs(&case, exchange), &body));
                count += 1;
            }
        }
        assert!(count > 40, "only {count} requests of {service:?} were looked at");
        judge.verdict();
    }
}

#[test]
fn every_success_answer_of_an_operation_case_keeps_the_contract() {
    for service in SERVICES {
        let contract = Contract::of(service).unwrap();
        let mut judge = Judge::new(&contract, service, Source::Answers);
        // Behaviours give what is not as documented on purpose.
        for case in successes(service).iter().filter(|case| !case.file.starts_with("behaviour")) {
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
}

#[tokio::test]
async fn a_live_run_of_every_operation_of_kakiyo_keeps_the_contract() {
    keeps_the_contract(Service::Kakiyo, live::kakiyo().await);
}

#[tokio::test]
async fn a_live_run_of_every_operation_of_kaiko_keeps_the_contract() {
    keeps_the_contract(Service::Kaiko, live::kaiko().await);
}

/// Judges what passed in all profiles together.
fn keeps_the_contract(service: Service, runs: Vec<live::Seen>) {
    let contract = Contract::of(service).unwrap();
    let mut judge = Judge::new(&contract, service, Source::Live);
    let mut answered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for run in runs {
        let mut statuses = BTreeSet::new();
        for exchange in &run.exchanges {
            let recorder::Exchange { method, path, status, answer, .. } = exchange;
            let what = format!("live, {}, {method} {path} {status}", run.name);
            let query = exchange.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            // A refused request may be wrong on purpose.
            if !matches!(status, 400 | 413 | 422) {
                judge.request(&what, &Sent { method, path, query, body: &exchange.request });
            }
            judge.answer(&what, method, path, *status, &exchange.headers, answer);
            statuses.insert(*status);
            if (200..300).contains(status)
                && let Some(route) = contract.route(method, path)
            {
                let members = answered.entry(format!("{method} {}", route.template)).or_default();
                members.extend(members_of(answer));
            }
        }
        assert!(statuses.is_superset(&run.statuses), "{}: {statuses:?}", run.name);
    }
    let declared = declared(&contract, service);
    let missing: Vec<&String> =
        declared.iter().filter(|operation| !answered.contains_key(*operation)).collect();
    assert!(missing.is_empty(), "operations without a good answer: {missing:?}");
    let mut silent = never_answered(&contract, service, &answered);
    if service == Service::Kaiko {
        for unplayed in UNPLAYED {
            let before = silent.len();
            silent.retain(|(_, member)| !is_within(member, unplayed));
            assert!(silent.len() < before, "{unplayed} is answered: it has to leave the list");
        }
    }
    for (route, member) in silent {
        judge.add(&route, &route, format!("{member}: is documented, but the sandbox never answers it"));
    }
    judge.verdict();
}

/// What is documented but never answered would make a renamed member pass unseen. The answers of Kaiko share their schemas, in
/// which every member may be left out: there each has to come somewhere.
fn never_answered(
    contract: &Contract,
    service: Service,
    answered: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<(String, String)> {
    let everywhere: BTreeSet<String> =
        answered.values().flatten().map(|member| of_any_role(member)).collect();
    let mut missing = BTreeSet::new();
    for (operation, found) in answered {
        let (method, template) = operation.split_once(' ').unwrap();
        let documented = contract.members(contract.route(method, template).unwrap());
        let (route, found) = match service {
            Service::Kakiyo => (operation.as_str(), found),
            Service::Kaiko => ("any route", &everywhere),
        };
        missing.extend(documented.difference(found).map(|member| (route.to_owned(), member.clone())));
    }
    missing
}

/// Whether this is the member, or one below it.
fn is_within(member: &str, whole: &str) -> bool {
    member.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The emotions of a role as those of a list, whose members are described.
fn of_any_role(member: &str) -> String {
    match member.strip_prefix("emotions.").and_then(|inner| inner.split_once('.')) {
        Some((_, inner)) => format!("emotions[].{inner}"),
        None => member.to_owned(),
    }
}

#[test]
fn the_judge_finds_what_is_wrong() {
    let contract = Contract::of(Service::Kakiyo).unwrap();
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
    let clients = "/workspaces/w/clients";
    assert_eq!(request("DELETE", clients, &[], json!({"email": "lena@example.org"})), 0);
    assert_eq!(request("DELETE", clients, &[], Value::Null), 1);
    assert_eq!(request("DELETE", clients, &[("email", "lena@example.org")], json!({"mail": "x"})), 3);
    assert_eq!(request("DELETE", "/workspaces/w", &[], json!({"email": "lena@example.org"})), 1);
    assert_eq!(request("POST", "/nowhere", &[], Value::Null), 1);
}

/// Collects findings, and drops those that are known contradictions.
struct Judge<'a> {
    contract: &'a Contract,
    known: &'static [Known],
    source: Source,
    findings: Vec<String>,
    /// Rows of the fact file that were met.
    met: BTreeSet<u32>,
}

impl<'a> Judge<'a> {
    fn new(contract: &'a Contract, service: Service, source: Source) -> Self {
        let known = match service {
            Service::Kakiyo => KAKIYO,
            Service::Kaiko => KAIKO,
        };
        Self { contract, known, source, findings: Vec::new(), met: BTreeSet::new() }
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
        match self.known.iter().filter(here).find(|known| finding.contains(known.finding)) {
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
            self.known.iter().filter(|known| known.shows_in.contains(&self.source)).map(|known| known.row);
        assert_eq!(self.met, expected.collect(), "rows whose difference is gone have to leave the table");
    }
}

/// The operations of the table in the contract's names. Helpers are made of them.
fn declared(contract: &Contract, service: Service) -> BTreeSet<String> {
    registry::entries()
        .map(|entry| entry.spec)
        .filter(|spec| spec.service == service && !spec.is_helper())
        .map(|spec| {
            let route = contract.route(spec.method, spec.path).unwrap_or_else(|| panic!("{}", spec.id));
            format!("{} {}", spec.method, route.template)
        })
        .collect()
}

fn successes(service: Service) -> Vec<Case> {
    let cases = case::all().unwrap().into_iter();
    cases.filter(|case| case.succeeds() && case.service() == service).collect()
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

fn sent<'a>(exchange: &'a Exchange, query: &[(&'a str, &'a str)], body: &'a Value) -> Sent<'a> {
    let request = &exchange.request;
    Sent { method: &request.method, path: &request.path, query: query.to_vec(), body }
}
