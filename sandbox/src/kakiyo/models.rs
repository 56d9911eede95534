//! The AI models of the service: a fixed catalogue, the same for every team.

use serde_json::{Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::operation::{Group, Operation, Tier};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "models.list",
        method: "GET",
        path: "/models",
        group: Group::Tier(Tier::High),
        handler: list,
    },
    Operation {
        id: "models.get",
        method: "GET",
        path: "/models/{modelId}",
        group: Group::Tier(Tier::High),
        handler: get,
    },
];

struct AiModel {
    id: &'static str,
    name: &'static str,
    input: f64,
    output: f64,
    cached: Option<f64>,
    active: bool,
}

/// One without a price for what is cached, and one that has left the list and is still found by its id.
const CATALOGUE: [AiModel; 4] = [
    AiModel {
        id: "680321c8001e2f527d82",
        name: "GPT 5 Mini",
        input: 0.25,
        output: 2.0,
        cached: Some(0.1),
        active: true,
    },
    AiModel {
        id: "68a17c2e0004b95d310f",
        name: "Fjord Large",
        input: 3.0,
        output: 15.0,
        cached: Some(3.75),
        active: true,
    },
    AiModel {
        id: "68a17c2e0019e8427ab6",
        name: "Fjord Swift",
        input: 0.5,
        output: 4.0,
        cached: None,
        active: true,
    },
    AiModel {
        id: "67fb02d4002c6a91e573",
        name: "Fjord Swift (2025)",
        input: 0.8,
        output: 5.5,
        cached: None,
        active: false,
    },
];

fn list(_: &mut Call<'_>) -> Verdict {
    let models: Vec<Value> = CATALOGUE.iter().filter(|model| model.active).map(shown).collect();
    Ok(Answer::ok(json!({"total": models.len(), "models": models})))
}

fn get(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("modelId");
    let model = CATALOGUE.iter().find(|model| model.id == id).ok_or_else(|| Answer::not_found("Model"))?;
    Ok(Answer::ok(shown(model)))
}

fn shown(model: &AiModel) -> Value {
    json!({
        "id": model.id,
        "name": model.name,
        "pricing": {"input": model.input, "output": model.output, "cached": model.cached},
        "status": if model.active { "active" } else { "inactive" },
    })
}
