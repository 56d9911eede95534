//! The control routes: how tests in any language steer the sandbox, as JSON under `/_sandbox` on the same port.
//!
//! `README.md` beside this crate shows every route with an example. The routes need no key, are never counted or
//! recorded and are not subject to faults. Every route that works on a team takes it from `team`, in the query or
//! in the body, and means the first team without it.

mod agents;
mod campaigns;
mod chats;
mod foreign;
mod snapshots;
mod webhooks;
mod workspaces;

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::faults::FaultRule;
use crate::kaiko::{KaikoSettings, KaikoState};
use crate::log::RecordedRequest;
use crate::operation::Service;
use crate::script::ScriptedAnswer;
use crate::settings::Settings;
use crate::state::{Shared, State};
use crate::team_state::TeamState;
use crate::world::World;

pub(crate) const BASE_PATH: &str = "/_sandbox";
pub(crate) const BASE_PATH_SLASH: &str = "/_sandbox/";

/// The furthest that time is moved at once, in seconds: some three hundred years.
const LONGEST_STEP: f64 = 1e10;

/// A refused control call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

type Outcome = Result<Value, Refused>;

struct Order<'a> {
    shared: &'a Shared,
    /// What follows the fixed part of the path.
    id: &'a str,
    query: &'a [(String, String)],
    body: Map<String, Value>,
}

struct ControlRoute {
    method: &'static str,
    /// The path below the base; a trailing `*` takes one segment.
    path: &'static str,
    handler: fn(&mut Order<'_>) -> Outcome,
}

const fn at(
    method: &'static str,
    path: &'static str,
    handler: fn(&mut Order<'_>) -> Outcome,
) -> ControlRoute {
    ControlRoute { method, path, handler }
}

const ROUTES: &[ControlRoute] = &[
    at("GET", "state", state),
    at("GET", "teams", list_teams),
    at("POST", "teams", add_team),
    at("POST", "settings", change_settings),
    at("POST", "credits", change_credits),
    at("POST", "foreign", foreign::call),
    at("GET", "agents/*", agents::show),
    at("POST", "agents/*", agents::change),
    at("POST", "campaigns/*", campaigns::change),
    at("POST", "chats/*", chats::change),
    at("POST", "webhooks/*", webhooks::change),
    at("GET", "deliveries", webhooks::waiting),
    at("GET", "workspaces/*", workspaces::show),
    at("POST", "faults", add_fault),
    at("DELETE", "faults", remove_faults),
    at("POST", "script", set_script),
    at("DELETE", "script", clear_script),
    at("GET", "requests", requests),
    at("DELETE", "requests", clear_requests),
    at("POST", "advance", advance),
    at("POST", "reset", reset),
    at("GET", "snapshot", snapshots::take),
    at("POST", "load", snapshots::load),
];

/// Answers a control request that came over HTTP.
pub(crate) fn answer(
    shared: &Shared,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
) -> Answer {
    let body = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) };
    let outcome = match body {
        Ok(body) => run(shared, method, path, query, body),
        Err(error) => Err(wrong(format!("body: {error}"))),
    };
    match outcome {
        Ok(body) => Answer::ok(body),
        Err(refused) => Answer::json(refused.status, refused.body),
    }
}

/// Carries out a control request, from HTTP or from within the process.
pub(crate) fn run(
    shared: &Shared,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: Value,
) -> Outcome {
    let rest = path.strip_prefix(BASE_PATH_SLASH).unwrap_or_default();
    let found = ROUTES.iter().find_map(|route| {
        let id = match route.path.strip_suffix('*') {
            Some(front) => rest.strip_prefix(front).filter(|id| !id.is_empty())?,
            None => (rest == route.path).then_some("")?,
        };
        (route.method == method).then_some((route, id))
    });
    let Some((route, id)) = found else {
        let routes: Vec<String> =
            ROUTES.iter().map(|route| format!("{} {BASE_PATH_SLASH}{}", route.method, route.path)).collect();
        let message = format!("There is no control route {method} {path}");
        let body = json!({"error": "unknown_control_route", "message": message, "routes": routes});
        return Err(Refused { status: 404, body });
    };
    let body = match body {
        Value::Object(members) => members,
        Value::Null => Map::new(),
        _ => return Err(wrong("body: must be an object")),
    };
    (route.handler)(&mut Order { shared, id, query, body })
}

fn wrong(message: impl Into<String>) -> Refused {
    Refused { status: 400, body: json!({"error": "invalid_control_request", "message": message.into()}) }
}

fn missing(message: impl Into<String>) -> Refused {
    Refused { status: 404, body: json!({"error": "not_found", "message": message.into()}) }
}

impl Order<'_> {
    fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The named team, taken out of the body.
    fn team(&mut self) -> Result<Option<String>, Refused> {
        match self.body.remove("team") {
            Some(Value::String(team)) => Ok(Some(team)),
            Some(Value::Null) | None => Ok(self.asked("team").map(str::to_owned)),
            Some(_) => Err(wrong("team: must be a text")),
        }
    }

    /// Works in the world of the named team, with its imports up to date.
    fn in_world<T>(
        &mut self,
        work: impl FnOnce(&mut World, &mut Self) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let team = self.team()?;
        let shared = self.shared;
        let mut state = shared.state();
        let place = place(&state, team.as_deref())?;
        let world = state.world(place).ok_or_else(|| missing("There is no team"))?;
        world.settle(shared.clock.now());
        work(world, self)
    }

    /// A member of the body, read as a type.
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Refused> {
        match self.body.remove(name) {
            None => Ok(None),
            Some(value) => {
                serde_json::from_value(value).map(Some).map_err(|error| wrong(format!("{name}: {error}")))
            }
        }
    }

    /// Refuses members that no one took: most likely they are misspelt.
    fn nothing_left(&self) -> Result<(), Refused> {
        match self.body.keys().next() {
            Some(name) => Err(wrong(format!("{name}: is not known here"))),
            None => Ok(()),
        }
    }
}

fn place(state: &State, team: Option<&str>) -> Result<usize, Refused> {
    match team {
        None => Ok(0),
        Some(team) => state.place(team).ok_or_else(|| missing(format!("There is no team {team}"))),
    }
}

fn shown(value: impl serde::Serialize) -> Outcome {
    serde_json::to_value(value).map_err(|error| wrong(error.to_string()))
}

fn state(order: &mut Order<'_>) -> Outcome {
    order.in_world(|world, order| match world.origin.service {
        Service::Kakiyo => shown(TeamState::of(world, &order.shared.clock)),
        Service::Kaiko => shown(KaikoState::of(world, &order.shared.clock)),
    })
}

fn list_teams(order: &mut Order<'_>) -> Outcome {
    let mut state = order.shared.state();
    let teams = state.worlds().iter().map(named);
    Ok(json!({"teams": teams.collect::<Vec<_>>()}))
}

fn named(world: &World) -> Value {
    json!({"team": world.team, "apiKey": world.origin.api_key, "service": world.origin.service})
}

fn add_team(order: &mut Order<'_>) -> Outcome {
    let service = order.take::<Service>("service")?.unwrap_or_default();
    let api_key = order.take::<String>("apiKey")?;
    let credits = order.take::<u64>("credits")?.unwrap_or(crate::sandbox::DEFAULT_CREDITS);
    let patch = Value::Object(std::mem::take(&mut order.body));
    let place = match service {
        Service::Kakiyo => {
            let settings = Settings::default().patched(&patch).map_err(wrong)?;
            order.shared.state().add_team(api_key, settings, credits)
        }
        Service::Kaiko => {
            let settings = KaikoSettings::default().patched(&patch).map_err(wrong)?;
            order.shared.state().add_kaiko_key(api_key, settings, credits)
        }
    };
    let mut state = order.shared.state();
    let world = state.world(place.map_err(wrong)?).ok_or_else(|| missing("There is no team"))?;
    world.settle(order.shared.clock.now());
    Ok(named(world))
}

fn change_settings(order: &mut Order<'_>) -> Outcome {
    order.in_world(|world, order| {
        let patch = Value::Object(std::mem::take(&mut order.body));
        if world.origin.service == Service::Kaiko {
            world.kaiko.settings = world.kaiko.settings.patched(&patch).map_err(wrong)?;
            world.settle(order.shared.clock.now());
            return shown(&world.kaiko.settings);
        }
        world.settings = world.settings.patched(&patch).map_err(wrong)?;
        world.settle(order.shared.clock.now());
        world.resume_agents_after_top_up();
        shown(&world.settings)
    })
}

fn change_credits(order: &mut Order<'_>) -> Outcome {
    order.in_world(|world, order| {
        let set = order.take::<u64>("set")?;
        let add = order.take::<i64>("add")?.unwrap_or(0);
        order.nothing_left()?;
        world.credits = set.unwrap_or(world.credits).saturating_add_signed(add);
        world.after_spending();
        world.resume_agents_after_top_up();
        Ok(json!({"credits": world.credits}))
    })
}

fn add_fault(order: &mut Order<'_>) -> Outcome {
    order.in_world(|world, order| {
        let rule = Value::Object(std::mem::take(&mut order.body));
        let rule: FaultRule =
            serde_json::from_value(rule).map_err(|error| wrong(format!("fault: {error}")))?;
        rule.fault.check().map_err(wrong)?;
        if rule.operation != "*" && crate::operation::all().all(|known| known.id != rule.operation) {
            return Err(wrong(format!("operation: {} is not known", rule.operation)));
        }
        Ok(json!({"id": world.faults.add(rule)}))
    })
}

fn remove_faults(order: &mut Order<'_>) -> Outcome {
    let asked = order.asked("id").map(str::parse).transpose();
    let id = asked.map_err(|_| wrong("id: must be a number"))?;
    order.in_world(|world, _| Ok(json!({"removed": world.faults.remove(id)})))
}

fn set_script(order: &mut Order<'_>) -> Outcome {
    order.in_world(|world, order| {
        let answers = order.take::<Vec<ScriptedAnswer>>("answers")?.unwrap_or_default();
        let strict = order.take::<bool>("strict")?;
        let replace = order.take::<bool>("replace")?.unwrap_or(false);
        order.nothing_left()?;
        for (index, answer) in answers.iter().enumerate() {
            answer.check().map_err(|error| wrong(format!("answers[{index}].{error}")))?;
        }
        if replace {
            world.script = crate::script::Script::default();
        }
        world.script.strict = strict.unwrap_or(world.script.strict);
        world.script.add(answers);
        Ok(json!({"left": world.script.left(), "strict": world.script.strict}))
    })
}

fn clear_script(order: &mut Order<'_>) -> Outcome {
    order.in_world(|world, _| {
        let left = world.script.left();
        world.script = crate::script::Script::default();
        Ok(json!({"removed": left}))
    })
}

fn requests(order: &mut Order<'_>) -> Outcome {
    let limit = order.asked("limit").map(str::parse::<usize>).transpose();
    let limit = limit.map_err(|_| wrong("limit: must be a number"))?.unwrap_or(usize::MAX);
    let operation = order.asked("operation").map(str::to_owned);
    let chosen = |entry: &&RecordedRequest| operation.is_none() || entry.operation == operation;
    let team = order.team()?;
    let mut state = order.shared.state();
    // An empty name asks for the requests that named no known team.
    let found: Vec<&RecordedRequest> = if team.as_deref() == Some("") {
        state.strays.entries().filter(chosen).collect()
    } else {
        let place = place(&state, team.as_deref())?;
        let world = state.world(place).ok_or_else(|| missing("There is no team"))?;
        world.log.entries().filter(chosen).collect()
    };
    let last = found.len().saturating_sub(limit);
    Ok(json!({"requests": &found[last..]}))
}

fn clear_requests(order: &mut Order<'_>) -> Outcome {
    let team = order.team()?;
    let mut state = order.shared.state();
    if team.as_deref() == Some("") {
        state.strays.clear();
    } else {
        let place = place(&state, team.as_deref())?;
        if let Some(world) = state.world(place) {
            world.log.clear();
        }
    }
    Ok(json!({}))
}

fn advance(order: &mut Order<'_>) -> Outcome {
    let seconds = order.take::<f64>("seconds")?.ok_or_else(|| wrong("seconds: is required"))?;
    order.nothing_left()?;
    if !(0.0..=LONGEST_STEP).contains(&seconds) {
        return Err(wrong("seconds: must be between 0 and 10,000,000,000"));
    }
    order.shared.clock.advance(Duration::from_secs_f64(seconds));
    Ok(json!({"now": order.shared.clock.now().iso()}))
}

fn reset(order: &mut Order<'_>) -> Outcome {
    let all = order.take::<bool>("all")?.unwrap_or(false);
    if all {
        let now = order.shared.clock.now();
        order.shared.state().worlds().iter_mut().for_each(|world| world.begin_again(now));
        return Ok(json!({}));
    }
    order.in_world(|world, order| {
        order.nothing_left()?;
        world.begin_again(order.shared.clock.now());
        Ok(json!({}))
    })
}
