//! Figures of the team and of one campaign. Rates are shares in percent, from 0 to 100.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::campaigns::CampaignStatus;
use super::ids::{AgentId, CampaignId};
use super::rate::rates_as_numbers;
use crate::declare::model;
use crate::value::Timestamp;

const RATES: [&str; 3] = ["conversionRate", "responseRate", "qualificationRate"];

model! {
    /// The figures of the whole team.
    pub struct AnalyticsOverview {
        optional {
            /// Totals.
            summary: Arc<AnalyticsSummary>,
            /// Rates over all campaigns.
            metrics: Arc<AnalyticsMetrics>,
            /// What happened lately.
            activity: Arc<RecentActivity>,
            /// A line for each campaign.
            campaigns: Vec<Arc<CampaignFigures>>,
        }
    }
    normalise: rates_of_overview;
}

model! {
    /// Totals of the team.
    pub struct AnalyticsSummary {
        optional {
            /// Campaigns.
            total_campaigns: i64,
            /// Campaigns that run.
            active_campaigns: i64,
            /// Campaigns that are paused.
            paused_campaigns: i64,
            /// Campaigns that are done.
            completed_campaigns: i64,
            /// Agents.
            total_agents: i64,
            /// Agents at work.
            active_agents: i64,
            /// Prospects.
            total_prospects: i64,
            /// Messages.
            total_messages: i64,
            /// Qualified prospects.
            total_qualified: i64,
            /// Prospects that answered.
            total_answers: i64,
            /// Closed prospects.
            total_closed: i64,
        }
    }
}

model! {
    /// Rates of the team.
    pub struct AnalyticsMetrics {
        optional {
            /// Qualified prospects among all, in percent.
            conversion_rate: f64,
            /// Prospects that answered among all, in percent.
            response_rate: f64,
            /// Qualified prospects among those that answered, in percent.
            qualification_rate: f64,
            /// Messages divided by prospects; no percentage.
            average_messages_per_prospect: f64,
        }
    }
}

model! {
    /// What happened in the team lately.
    pub struct RecentActivity {
        optional {
            /// In the last 24 hours.
            last24_hours: Arc<ActivityCounts>,
            /// In the last week.
            last_week: Arc<ActivityCounts>,
        }
    }
}

model! {
    /// Counts of a period.
    pub struct ActivityCounts {
        optional {
            /// Messages.
            messages: i64,
            /// Answers; not told for the team.
            responses: i64,
            /// Qualified prospects.
            qualified: i64,
        }
    }
}

model! {
    /// The line of one campaign among the figures of the team.
    pub struct CampaignFigures {
        optional {
            /// Campaign id.
            id: CampaignId,
            /// Name.
            name: String,
            /// State.
            status: CampaignStatus,
            /// Prospects.
            prospects: i64,
            /// Messages.
            messages: i64,
            /// Qualified prospects.
            qualified: i64,
            /// Prospects that answered.
            answers: i64,
            /// Qualified prospects among all, in percent.
            conversion_rate: f64,
            /// Prospects that answered among all, in percent.
            response_rate: f64,
        }
    }
}

model! {
    /// The figures of one campaign, with its days and distributions.
    pub struct CampaignAnalytics {
        optional {
            /// The campaign.
            campaign: Arc<AnalysedCampaign>,
            /// Totals and rates.
            metrics: Arc<CampaignMetrics>,
            /// What happened lately.
            activity: Arc<CampaignActivity>,
            /// Prospects by the state of their conversation.
            status_distribution: Arc<StatusDistribution>,
            /// Prospects by their qualification.
            qualification_breakdown: Arc<QualificationBreakdown>,
        }
    }
    normalise: rates_of_metrics;
}

model! {
    /// The campaign that figures speak of.
    pub struct AnalysedCampaign {
        optional {
            /// Campaign id.
            id: CampaignId,
            /// Name.
            name: String,
            /// State.
            status: CampaignStatus,
            /// Creation time.
            created_at: Timestamp,
            /// The agent that sends.
            agent: AgentId,
            /// The product that it sells: a name here, an id in lists of campaigns.
            product: String,
        }
    }
}

model! {
    /// Totals and rates of one campaign.
    pub struct CampaignMetrics {
        optional {
            /// Prospects.
            total_prospects: i64,
            /// Messages.
            total_messages: i64,
            /// Qualified prospects.
            total_qualified: i64,
            /// Prospects that answered.
            total_answers: i64,
            /// Closed prospects.
            total_closed: i64,
            /// Qualified prospects among all, in percent.
            conversion_rate: f64,
            /// Prospects that answered among all, in percent.
            response_rate: f64,
            /// Qualified prospects among those that answered, in percent.
            qualification_rate: f64,
            /// Messages divided by prospects; no percentage.
            average_messages_per_prospect: f64,
        }
    }
}

model! {
    /// What happened in a campaign lately.
    pub struct CampaignActivity {
        optional {
            /// One row for each day. How many days, and in which order, is not documented.
            daily_breakdown: Vec<Arc<DailyActivity>>,
            /// Sums over the last 7 days.
            last7_days: Arc<ActivityCounts>,
        }
    }
}

model! {
    /// Counts of one day.
    pub struct DailyActivity {
        optional {
            /// The day, `YYYY-MM-DD`.
            date: String,
            /// Messages.
            messages: i64,
            /// Answers.
            responses: i64,
            /// Qualified prospects.
            qualified: i64,
        }
    }
}

model! {
    /// Prospects of a campaign by the state of their conversation.
    pub struct StatusDistribution {
        optional {
            /// Not contacted yet.
            pending: i64,
            /// Contacted.
            contacted: i64,
            /// Answered.
            responded: i64,
            /// Qualified.
            qualified: i64,
            /// Closed.
            closed: i64,
        }
    }
}

model! {
    /// Prospects of a campaign by their qualification.
    pub struct QualificationBreakdown {
        optional {
            /// Not decided yet.
            pending: i64,
            /// A fit.
            qualified: i64,
            /// Not a fit.
            disqualified: i64,
        }
    }
}

/// Rates are numbers here and text elsewhere: either is read.
fn rates_of_metrics(members: &mut Map<String, Value>) {
    if let Some(Value::Object(metrics)) = members.get_mut("metrics") {
        rates_as_numbers(metrics, &RATES);
    }
}

fn rates_of_overview(members: &mut Map<String, Value>) {
    rates_of_metrics(members);
    for campaign in members.get_mut("campaigns").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(figures) = campaign {
            rates_as_numbers(figures, &RATES);
        }
    }
}
