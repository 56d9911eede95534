//! Names of webhook events. The service's own pages know two families of them; both are here.
//!
//! The guides and the calls that create a webhook use the family that begins with `linkedin.`; it was revised last and is
//! the one to trust. The pages on tests and examples use the other. [`WebhookEvent::canonical`] brings them together.

use crate::declare::open_enum;

open_enum! {
    /// Name of an event that webhooks tell. Any other text is kept, and `webhooks.list_events` lists what a server really knows.
    pub enum WebhookEvent {
        /// Every event; for subscriptions only.
        All = "*",
        /// The agent sent a message.
        LinkedinMessageSent = "linkedin.message.sent",
        /// The person answered.
        LinkedinMessageReceived = "linkedin.message.received",
        /// The agent sent an invitation.
        LinkedinInvitationSent = "linkedin.invitation.sent",
        /// The person accepted the invitation.
        LinkedinInvitationAccepted = "linkedin.invitation.accepted",
        /// Somebody qualified the person by hand; gone from the guides since January 2026.
        ProspectQualificationManual = "prospect.qualification.manual",
        /// The person was marked as not a fit; gone from the guides since January 2026.
        ProspectUnqualified = "prospect.unqualified",
        /// The person was marked as qualified.
        ProspectQualified = "prospect.qualified",
        /// The same as `prospect.unqualified`.
        ProspectDisqualified = "prospect.disqualified",
        /// The same as `linkedin.message.received`.
        ProspectResponded = "prospect.responded",
        /// The same as `linkedin.message.received`.
        ProspectReplied = "prospect.replied",
        /// The conversation was paused.
        ProspectPaused = "prospect.paused",
        /// The conversation goes on.
        ProspectResumed = "prospect.resumed",
        /// The campaign began.
        CampaignStarted = "campaign.started",
        /// The campaign was paused.
        CampaignPaused = "campaign.paused",
        /// The campaign goes on.
        CampaignResumed = "campaign.resumed",
        /// The campaign is done.
        CampaignCompleted = "campaign.completed",
        /// The campaign was deleted.
        CampaignDeleted = "campaign.deleted",
        /// The same as `linkedin.message.sent`.
        MessageSent = "message.sent",
        /// The same as `linkedin.message.received`.
        MessageReceived = "message.received",
        /// A message could not be sent.
        MessageFailed = "message.failed",
        /// A message waits for its time.
        MessageScheduled = "message.scheduled",
        /// The same as `linkedin.invitation.sent`.
        ConnectionSent = "connection.sent",
        /// The same as `linkedin.invitation.accepted`.
        ConnectionAccepted = "connection.accepted",
        /// The person declined the invitation.
        ConnectionRejected = "connection.rejected",
        /// The invitation was taken back.
        ConnectionWithdrawn = "connection.withdrawn",
        /// The agent is in another state.
        AgentStatusChanged = "agent.status_changed",
        /// The agent needs attention.
        AgentHealthAlert = "agent.health_alert",
        /// The agent has used up its day's limits.
        AgentLimitsReached = "agent.limits_reached",
        /// The agent is offline.
        AgentOffline = "agent.offline",
    }
}

impl WebhookEvent {
    /// The one name for all names of the same event: match on this, whichever family a server uses.
    ///
    /// It is the `linkedin.` name where there is one, and the name itself where the event has no other. An answer of a
    /// person has four names: a server that tells it under two of them tells it twice. What is decided by hand
    /// (`prospect.qualification.manual`) stays apart from what anybody decided (`prospect.qualified`).
    #[must_use]
    pub fn canonical(&self) -> Self {
        match self {
            Self::MessageSent => Self::LinkedinMessageSent,
            Self::MessageReceived | Self::ProspectResponded | Self::ProspectReplied => {
                Self::LinkedinMessageReceived
            }
            Self::ConnectionSent => Self::LinkedinInvitationSent,
            Self::ConnectionAccepted => Self::LinkedinInvitationAccepted,
            Self::ProspectDisqualified => Self::ProspectUnqualified,
            other => other.clone(),
        }
    }

    /// Whether both are names of the same event.
    pub fn is_same_event(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every name that is not its own canonical name.
    const OTHER_NAMES: &[(&str, &str)] = &[
        ("message.sent", "linkedin.message.sent"),
        ("message.received", "linkedin.message.received"),
        ("prospect.responded", "linkedin.message.received"),
        ("prospect.replied", "linkedin.message.received"),
        ("connection.sent", "linkedin.invitation.sent"),
        ("connection.accepted", "linkedin.invitation.accepted"),
        ("prospect.disqualified", "prospect.unqualified"),
    ];

    #[test]
    fn every_name_has_the_documented_canonical_name() {
        let others: BTreeMap<&str, &str> = OTHER_NAMES.iter().copied().collect();
        assert!(others.keys().all(|name| WebhookEvent::KNOWN.contains(name)));
        for &name in WebhookEvent::KNOWN {
            let canonical = WebhookEvent::from(name).canonical();
            assert_eq!(canonical.as_str(), others.get(name).copied().unwrap_or(name));
            assert_eq!(canonical.canonical(), canonical, "{name}");
        }
    }

    #[test]
    fn names_of_one_event_are_told_from_others() {
        let same = |one: &str, other: &str| WebhookEvent::from(one).is_same_event(&other.into());
        assert!(same("prospect.replied", "message.received"));
        assert!(same("linkedin.invitation.accepted", "connection.accepted"));
        assert!(!same("message.sent", "message.received"));
        assert!(!same("prospect.qualified", "prospect.qualification.manual"));
        assert!(!same("*", "message.sent"));
    }

    #[test]
    fn a_name_of_later_days_stays_as_it_came() {
        let event = WebhookEvent::from("linkedin.voice.received");
        assert_eq!(event.canonical(), WebhookEvent::Unknown("linkedin.voice.received".to_owned()));
        assert!(event.is_same_event(&event.clone()));
        assert!(!event.is_same_event(&"Linkedin.voice.received".into()));
    }
}
