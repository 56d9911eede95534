//! Analytics: totals, shares and recent days, all counted from the conversations as they are now.
//!
//! No filter is published, so query parameters are passed over. "The last 24 hours" and "the last week" of the
//! overview run back from now; the days of a campaign are calendar days in UTC, today first.

use std::time::Duration;

use serde_json::{Value, json};

use super::numbers::{Documented, Numbers, average, chats, share};
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::clock::Moment;
use crate::model::{Campaign, Chat};
use crate::operation::{Group, Operation, Tier};
use crate::profile::Profile;
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "analytics.overview",
        method: "GET",
        path: "/analytics/overview",
        group: Group::Tier(Tier::Medium),
        handler: overview,
    },
    Operation {
        id: "analytics.campaign",
        method: "GET",
        path: "/analytics/campaigns/{campaignId}",
        group: Group::Tier(Tier::Medium),
        handler: campaign,
    },
];

const DAY: Duration = Duration::from_secs(86_400);
const WEEK: Duration = Duration::from_secs(7 * 86_400);

fn overview(call: &mut Call<'_>) -> Verdict {
    let (world, now) = (&*call.world, call.now);
    let campaigns = world.campaigns.all();
    let mut total = Numbers::default();
    let mut lines = Vec::new();
    for campaign in campaigns {
        let numbers = Numbers::of(world, campaign);
        total += numbers;
        lines.push(line(world, campaign, numbers));
    }
    let in_state = |status: &str| campaigns.iter().filter(|campaign| campaign.status == status).count();
    let agents = world.agents.all();
    let since = |span: Duration| {
        let recent = Activity::of(campaigns.iter().flat_map(|campaign| chats(world, campaign)), |time| {
            time > now.minus(span) && time <= now
        });
        json!({"messages": recent.messages, "qualified": recent.qualified})
    };
    Ok(Answer::ok(json!({
        "summary": {
            "totalCampaigns": campaigns.len(),
            "activeCampaigns": in_state("active"),
            "pausedCampaigns": in_state("paused"),
            "completedCampaigns": in_state("completed"),
            "totalAgents": agents.len(),
            "activeAgents": agents.iter().filter(|agent| agent.status == "running").count(),
            "totalProspects": total.prospects,
            "totalMessages": total.messages,
            "totalQualified": total.qualified,
            "totalAnswers": total.answered,
            "totalClosed": total.closed,
        },
        "metrics": metrics(world, total),
        "activity": {"last24Hours": since(DAY), "lastWeek": since(WEEK)},
        "campaigns": lines,
    })))
}

fn line(world: &World, campaign: &Campaign, numbers: Numbers) -> Value {
    let form = world.settings.rate_form;
    json!({
        "id": campaign.id,
        "name": campaign.name,
        "status": campaign.status,
        "prospects": numbers.prospects,
        "messages": numbers.messages,
        "qualified": numbers.qualified,
        "answers": numbers.answered,
        "conversionRate": share(form, Documented::Number, numbers.qualified, numbers.prospects),
        "responseRate": share(form, Documented::Number, numbers.answered, numbers.prospects),
    })
}

fn metrics(world: &World, numbers: Numbers) -> Value {
    let share = |part, whole| share(world.settings.rate_form, Documented::Number, part, whole);
    json!({
        "conversionRate": share(numbers.qualified, numbers.prospects),
        "responseRate": share(numbers.answered, numbers.prospects),
        "qualificationRate": share(numbers.qualified, numbers.answered),
        "averageMessagesPerProspect": average(numbers.messages, numbers.prospects),
    })
}

fn campaign(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("campaignId");
    call.permit("Campaign", Some(id))?;
    let (world, now) = (&*call.world, call.now);
    let campaign = world.campaigns.get(id).ok_or_else(|| Answer::not_found("Campaign"))?;
    let numbers = Numbers::of(world, campaign);
    let mut metrics = metrics(world, numbers);
    for (name, number) in [
        ("totalProspects", numbers.prospects),
        ("totalMessages", numbers.messages),
        ("totalQualified", numbers.qualified),
        ("totalAnswers", numbers.answered),
        ("totalClosed", numbers.closed),
    ] {
        metrics[name] = json!(number);
    }
    let product = world.products.get(&campaign.product).map_or(&campaign.product, |product| &product.name);
    let days = days(world, campaign, now);
    let last_week = days.iter().take(7).fold(Activity::default(), |sum, (_, day)| sum.and(*day));
    // How long the list of days is, and whether it has empty ones, is not published.
    let breakdown: Vec<Value> = match world.settings.profile {
        Profile::Seed => days.iter().take(7).map(|(date, day)| day.shown(Some(date))).collect(),
        Profile::Tiered => {
            let busy = days.iter().filter(|(_, day)| *day != Activity::default());
            busy.map(|(date, day)| day.shown(Some(date))).collect()
        }
    };
    Ok(Answer::ok(json!({
        "campaign": {
            "id": campaign.id,
            "name": campaign.name,
            "status": campaign.status,
            "createdAt": campaign.created_at.iso(),
            "agent": campaign.agent,
            "product": product,
        },
        "metrics": metrics,
        "activity": {"dailyBreakdown": breakdown, "last7Days": last_week.shown(None)},
        "statusDistribution": statuses(world, campaign),
        "qualificationBreakdown": qualifications(world, campaign),
    })))
}

/// What happened within some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Activity {
    messages: u64,
    responses: u64,
    qualified: u64,
}

impl Activity {
    fn of<'a>(chats: impl Iterator<Item = &'a Chat>, within: impl Fn(Moment) -> bool) -> Self {
        chats.fold(Self::default(), |mut activity, chat| {
            for message in chat.transcript.iter().filter(|message| within(message.date)) {
                activity.messages += 1;
                activity.responses += u64::from(message.from_person);
            }
            activity.qualified += u64::from(chat.qualified_at.is_some_and(&within));
            activity
        })
    }

    fn and(self, other: Self) -> Self {
        Self {
            messages: self.messages + other.messages,
            responses: self.responses + other.responses,
            qualified: self.qualified + other.qualified,
        }
    }

    fn shown(self, date: Option<&String>) -> Value {
        let mut shown = json!({
            "messages": self.messages,
            "responses": self.responses,
            "qualified": self.qualified,
        });
        if let Some(date) = date {
            shown["date"] = json!(date);
        }
        shown
    }
}

/// The last thirty days with their dates, today first.
fn days(world: &World, campaign: &Campaign, now: Moment) -> Vec<(String, Activity)> {
    let days = (0..30).map(|back| {
        let moment = now.minus(DAY * back);
        let date = moment.iso().chars().take(10).collect();
        let day = moment.day();
        (date, Activity::of(chats(world, campaign), |time| time.day() == day))
    });
    days.collect()
}

/// Every conversation is in exactly one of these.
fn statuses(world: &World, campaign: &Campaign) -> Value {
    let [mut pending, mut contacted, mut responded, mut qualified, mut closed] = [0_u64; 5];
    for chat in chats(world, campaign) {
        let place = match chat.status {
            6 | 7 => &mut closed,
            5 => &mut qualified,
            _ if chat.is_qualified() => &mut qualified,
            4 => &mut responded,
            _ if chat.responses > 0 => &mut responded,
            3 => &mut contacted,
            _ if chat.messages > 0 => &mut contacted,
            _ => &mut pending,
        };
        *place += 1;
    }
    json!({
        "pending": pending,
        "contacted": contacted,
        "responded": responded,
        "qualified": qualified,
        "closed": closed,
    })
}

fn qualifications(world: &World, campaign: &Campaign) -> Value {
    let [mut pending, mut qualified, mut disqualified] = [0_u64; 3];
    for chat in chats(world, campaign) {
        match chat.qualification.as_str() {
            "qualified" => qualified += 1,
            "unqualified" => disqualified += 1,
            _ => pending += 1,
        }
    }
    json!({"pending": pending, "qualified": qualified, "disqualified": disqualified})
}
