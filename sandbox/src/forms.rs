//! The looks of answers on which the public texts contradict each other without a profile taking a side: one
//! switch each, the default first.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::{Answer, Content};
use crate::operation::Operation;
use crate::world::World;

/// Which paging parameters the list of campaigns understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CampaignPaging {
    /// All of them; the whole list without any.
    #[default]
    Both,
    /// `limit` and `offset`, as on the page: `after` is ignored, and the list is whole without any.
    Offset,
    /// `limit` and `after`, as in the specification: `offset` is ignored, and a page has 20 without any.
    After,
}

/// Where a 429 says how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WaitSign {
    /// The header `Retry-After`, in seconds.
    Header,
    /// The member `retryAfter`, in seconds.
    Body,
    /// The member `resetTime`, in milliseconds since 1970.
    ResetTime,
    /// The header `X-RateLimit-Reset`, in seconds since 1970.
    RateLimitReset,
}

/// How answers look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Forms {
    /// Whether every success is 200, and not 201 or 202 where something was made or queued.
    pub plain_success: bool,
    /// Whether bare lists come as `data` with `has_more` and `next_cursor`.
    pub list_envelope: bool,
    /// How campaigns are paged.
    pub campaign_paging: CampaignPaging,
    /// Whether the prospects of a campaign come page by page, with headers, or all at once without any.
    pub prospect_pages: bool,
    /// Where a 429 says how long to wait; when absent in `Retry-After` and `retryAfter`, and in `resetTime` for Do
    /// Not Contact.
    pub wait_signs: Option<Vec<WaitSign>>,
    /// Whether the connection test names the team.
    pub verify_team_id: bool,
    /// Whether the total of a page of Do Not Contact is that of the whole list.
    pub dnc_grand_total: bool,
    /// Whether stored Do Not Contact addresses begin with `https://`.
    pub dnc_scheme: bool,
    /// Whether the messages in the list of campaigns are called `messagesSent`.
    pub messages_sent: bool,
}

impl Default for Forms {
    fn default() -> Self {
        Self {
            plain_success: false,
            list_envelope: false,
            campaign_paging: CampaignPaging::Both,
            prospect_pages: true,
            wait_signs: None,
            verify_team_id: true,
            dnc_grand_total: false,
            dnc_scheme: true,
            messages_sent: false,
        }
    }
}

/// Gives an answer the form that is set, where it is the same for all operations.
pub(crate) fn formed(mut answer: Answer, operation: &Operation, world: &World) -> Answer {
    let forms = &world.settings.forms;
    if forms.plain_success && (200..300).contains(&answer.status) {
        answer.status = 200;
    }
    let Content::Json(Value::Array(rows)) = &answer.content else { return answer };
    if forms.list_envelope {
        let header = |name: &str| answer.headers.iter().find(|(known, _)| known == name);
        let next = match header("X-Next-Cursor") {
            Some((_, cursor)) => Some(cursor.clone()),
            None => last_campaign_before_the_end(rows, operation, world),
        };
        answer.content =
            Content::Json(json!({"data": rows, "has_more": next.is_some(), "next_cursor": next}));
    }
    answer
}

fn last_campaign_before_the_end(rows: &[Value], operation: &Operation, world: &World) -> Option<String> {
    let last = rows.last().filter(|_| operation.id == "campaigns.list")?["id"].as_str()?;
    let end = world.campaigns.all().last()?;
    (end.id != last).then(|| last.to_owned())
}
