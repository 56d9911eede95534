//! What a call costs, which quota it has and when it is sent again, in words that all languages share.

use crate::table::{Operation, Table};

/// One sentence each, in the names of the table.
pub(super) fn facts(table: &Table, operation: &Operation) -> Vec<String> {
    let mut facts = match operation.uses.as_slice() {
        [] => vec![price(operation), quota(table, operation)],
        uses => vec![
            format!("Makes as many calls of {} as it takes, each at its own price and quota.", listed(uses)),
            price(operation),
        ],
    };
    facts.push(repeats(operation).to_owned());
    facts.extend(spared(operation));
    facts.extend(operation.timeout.map(|seconds| format!("Time-out of one attempt: {seconds} s.")));
    facts
}

fn price(operation: &Operation) -> String {
    let credits = |count: u32| if count == 1 { "1 credit".to_owned() } else { format!("{count} credits") };
    match operation.calls {
        _ if operation.price == 0 => {
            "Metered in requests and tokens by Kaiko, not in Kakiyo credits.".to_owned()
        }
        _ if operation.page_cap > 0 => {
            format!(
                "Costs {} a page of up to {} rows.",
                credits(operation.price),
                grouped(operation.page_cap)
            )
        }
        (_, 0) => format!("Costs {} a call.", credits(operation.price)),
        (least, most) if least == most => format!("Costs {}.", credits(operation.price * least)),
        (least, most) => format!("Costs {} to {}.", operation.price * least, credits(operation.price * most)),
    }
}

fn quota(table: &Table, operation: &Operation) -> String {
    if let Some(whole) = table.whole(&operation.service) {
        let calls = grouped(whole.calls);
        return format!("Quota: {} at once and {calls} a minute for the whole key.", whole.at_once);
    }
    match operation.group.as_str() {
        "per_operation" => {
            format!("Quota: its own, or that of tier `{}` where the service limits by tier.", operation.tier)
        }
        shared => format!("Quota: `{shared}`, which all calls of that group share."),
    }
}

fn repeats(operation: &Operation) -> &'static str {
    match operation.retry.as_str() {
        "read" | "safe_write" => "Sent again after connection failures, time-outs, 429 and 5xx.",
        "keyed_write" => {
            "Carries an idempotency key, the same on every attempt, and is sent again after connection failures, time-outs, 429 and 5xx."
        }
        _ => "Sent again only where it surely did not arrive, or after 429.",
    }
}

/// By which option of the client the call can be spared.
fn spared(operation: &Operation) -> Option<String> {
    match &operation.coalesce {
        Some(batch) => Some(format!(
            "With the client option `coalesce` it travels with others in one call of `{batch}`."
        )),
        None if operation.cacheable => {
            Some("Answered from memory where the client option `cache` says so.".to_owned())
        }
        None => None,
    }
}

/// `a`, or `a` and `b`, or `a`, `b` and `c`, in backticks.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

/// A number with its thousands apart.
pub(super) fn grouped(number: impl Into<u64>) -> String {
    match number.into() {
        number @ 1_000.. => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
        number => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(change: impl FnOnce(&mut Operation)) -> String {
        let mut table = crate::table::read().unwrap();
        let position = table.operations.iter().position(|operation| operation.id == "products.list").unwrap();
        let mut operation = table.operations.remove(position);
        change(&mut operation);
        facts(&table, &operation).join(" ")
    }

    #[test]
    fn each_service_is_told_in_its_own_meter() {
        assert_eq!(
            of(|_| {}),
            "Costs 1 credit. Quota: its own, or that of tier `medium` where the service limits by tier. \
             Sent again after connection failures, time-outs, 429 and 5xx. Answered from memory where the client option \
             `cache` says so."
        );
        let kaiko = of(|operation| {
            operation.cacheable = false;
            operation.service = "kaiko".to_owned();
            operation.price = 0;
            operation.retry = "keyed_write".to_owned();
        });
        assert_eq!(
            kaiko,
            "Metered in requests and tokens by Kaiko, not in Kakiyo credits. \
             Quota: 10 at once and 1,000 a minute for the whole key. Carries an idempotency key, the same on every \
             attempt, and is sent again after connection failures, time-outs, 429 and 5xx."
        );
    }

    #[test]
    fn single_adds_name_the_call_that_they_travel_in() {
        let add = of(|operation| operation.coalesce = Some("prospects.add_batch".to_owned()));
        assert!(
            add.ends_with("`coalesce` it travels with others in one call of `prospects.add_batch`."),
            "{add}"
        );
    }

    #[test]
    fn helpers_name_the_calls_that_they_make() {
        let helper = of(|operation| {
            operation.cacheable = false;
            operation.uses = vec!["prospects.import_status".to_owned(), "prospects.list".to_owned()];
            operation.calls = (1, 0);
        });
        assert!(helper.starts_with(
            "Makes as many calls of `prospects.import_status` and `prospects.list` as it takes, each at its own price \
             and quota. Costs 1 credit a call. Sent again"
        ));
    }
}
