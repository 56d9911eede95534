//! What an agent is told and what it does with it: working hours, daily limits, alerts, signing in, the next task.
//!
//! There is no background task. Signing in ends at a moment that is known when it begins, and what is due is done
//! before anything looks at the world.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::model::{Agent, Chat};
use crate::settings::SignIn;
use crate::world::World;

pub(crate) const DAY_MILLIS: i64 = 86_400_000;
const MINUTE_MILLIS: i64 = 60_000;

/// An invitation goes out on the quarter of an hour, a message every five minutes.
const INVITATION_STEP: i64 = 15 * MINUTE_MILLIS;
const MESSAGE_STEP: i64 = 5 * MINUTE_MILLIS;

/// Something that an operator has to look after. Any of them blocks a resume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Alert {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) sub_type: String,
    pub(crate) message: String,
    #[serde(default = "Alert::usual_severity")]
    pub(crate) severity: String,
}

impl Alert {
    const AUTH: &'static str = "auth";

    fn usual_severity() -> String {
        "warning".to_owned()
    }

    fn auth(sub_type: &str, message: &str, severity: &str) -> Self {
        let owned = str::to_owned;
        Self {
            kind: owned(Self::AUTH),
            sub_type: owned(sub_type),
            message: owned(message),
            severity: owned(severity),
        }
    }
}

/// When an agent works, in the form of the settings call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WorkingHours {
    /// Seven flags, Monday first.
    pub(crate) days: String,
    pub(crate) start: String,
    pub(crate) stop: String,
    /// Hours east of UTC. Only a number is ever shown, and its unit is not published.
    pub(crate) timezone: i64,
}

impl Default for WorkingHours {
    fn default() -> Self {
        let owned = str::to_owned;
        Self { days: owned("1:1:1:1:1:0:0"), start: owned("09:00"), stop: owned("17:00"), timezone: 0 }
    }
}

impl WorkingHours {
    /// The first multiple of `step` after `after` within the hours, both in Unix milliseconds. A stop that is not
    /// later than the start belongs to the next day.
    fn next(&self, after: i64, step: i64) -> Option<i64> {
        let (start, stop) = (minutes(&self.start)?, minutes(&self.stop)?);
        let length = if stop > start { stop - start } else { stop + 1_440 - start };
        let offset = self.timezone.clamp(-14, 14) * 60 * MINUTE_MILLIS;
        let local = after.saturating_add(offset);
        let slot = (local.div_euclid(step) + 1) * step;
        let flags: Vec<&str> = self.days.split(':').collect();
        let today = local.div_euclid(DAY_MILLIS);
        (today - 1..today + 9)
            // The first day of Unix time was a Thursday.
            .filter(|day| {
                let place = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
                flags.get(place) == Some(&"1")
            })
            .map(|day| day * DAY_MILLIS + start * MINUTE_MILLIS)
            .find_map(|open| {
                let found = slot.max(open);
                (found < open + length * MINUTE_MILLIS).then_some(found - offset)
            })
    }
}

/// The minutes since midnight of a time such as 9:05 or 17:30.
pub(crate) fn minutes(time: &str) -> Option<i64> {
    let (hours, minutes) = time.split_once(':')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hours.len()) || minutes.len() != 2 || !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// How much an agent does in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DailyLimits {
    pub(crate) invitations_min: i64,
    pub(crate) invitations_max: i64,
    pub(crate) messages_min: i64,
    pub(crate) messages_max: i64,
}

impl Default for DailyLimits {
    fn default() -> Self {
        Self { invitations_min: 1, invitations_max: 20, messages_min: 1, messages_max: 50 }
    }
}

/// The switches of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentSwitches {
    pub(crate) skip_in_network: bool,
    pub(crate) invitations_only: bool,
}

impl AgentSwitches {
    /// The switch of a name on the wire.
    pub(crate) fn named(&mut self, key: &str) -> Option<&mut bool> {
        match key {
            "skipInNetwork" => Some(&mut self.skip_in_network),
            "invitationsOnly" => Some(&mut self.invitations_only),
            _ => None,
        }
    }
}

impl Agent {
    pub(crate) fn new(id: String, name: &str, status: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            email: None,
            country: None,
            status: status.to_owned(),
            alerts: Vec::new(),
            working_hours: WorkingHours::default(),
            limits: DailyLimits::default(),
            switches: AgentSwitches::default(),
            sign_in_ends: None,
            stopped_by_system: false,
            external: false,
        }
    }

    /// Moves the agent to a state. What was under way is over.
    pub(crate) fn enter(&mut self, status: &str) {
        status.clone_into(&mut self.status);
        self.sign_in_ends = None;
        self.stopped_by_system = false;
    }

    /// Begins to sign in. What was wrong with the last attempt is forgotten.
    pub(crate) fn sign_in(&mut self, ends: Moment) {
        self.enter("auth_in_progress");
        self.alerts.retain(|alert| alert.kind != Alert::AUTH);
        self.sign_in_ends = Some(ends);
    }

    fn signed_in(&mut self, outcome: SignIn) {
        let alert = match outcome {
            SignIn::Succeeds => return self.enter("running"),
            SignIn::TwoFactor => Alert::auth("2fa_required", "LinkedIn asks for a code", "warning"),
            SignIn::Refused => Alert::auth("invalid_credentials", "LinkedIn refused the login", "error"),
        };
        self.enter("auth_needed");
        self.alerts.push(alert);
    }

    fn stop_by_system(&mut self) {
        self.enter("paused");
        self.stopped_by_system = true;
    }
}

/// What an agent has done, and what it does next. The numbers are those of the conversations of its campaigns.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) invitations: u64,
    pub(crate) invitations_today: u64,
    pub(crate) messages: u64,
    pub(crate) messages_today: u64,
    pub(crate) next_invitation: Option<Moment>,
    pub(crate) next_message: Option<Moment>,
}

impl Usage {
    pub(crate) fn of(world: &World, agent: &Agent, now: Moment) -> Self {
        let mut usage = Self::default();
        let campaigns = world.campaigns.all().iter().filter(|campaign| campaign.agent == agent.id);
        let places = campaigns.flat_map(|campaign| &campaign.chats);
        for chat in places.filter_map(|&place| world.chats.at(place)) {
            usage.add(chat, now);
        }
        if agent.status == "running" {
            let next = |done: u64, most: i64, step: i64| {
                let now_millis = now.unix_millis();
                let full = u64::try_from(most).is_ok_and(|most| done >= most);
                // What is full today goes on with the next day.
                let after = if full { (now.day() + 1) * DAY_MILLIS - 1 } else { now_millis };
                let next = agent.working_hours.next(after, step)?;
                Some(now.plus(Duration::from_millis(u64::try_from(next - now_millis).ok()?)))
            };
            let limits = agent.limits;
            usage.next_invitation = next(usage.invitations_today, limits.invitations_max, INVITATION_STEP);
            if !agent.switches.invitations_only {
                usage.next_message = next(usage.messages_today, limits.messages_max, MESSAGE_STEP);
            }
        }
        usage
    }

    fn add(&mut self, chat: &Chat, now: Moment) {
        let today = now.day();
        self.invitations += u64::from(chat.was_invited());
        self.invitations_today += u64::from(chat.invited_at.is_some_and(|time| time.day() == today));
        for message in chat.transcript.iter().filter(|message| !message.from_person) {
            self.messages += 1;
            self.messages_today += u64::from(message.date.day() == today);
        }
    }

    pub(crate) fn next_task(&self) -> Option<Moment> {
        self.next_invitation.into_iter().chain(self.next_message).min()
    }
}

impl World {
    fn is_out_of_credits(&self) -> bool {
        self.settings.is_metered() && self.credits == 0
    }

    /// Ends every sign-in that is due. Whoever began to run with the last credit spent is stopped.
    pub(crate) fn settle_agents(&mut self, now: Moment) {
        let outcome = self.settings.sign_in;
        let due = |agent: &&mut Agent| agent.sign_in_ends.is_some_and(|ends| ends <= now);
        for agent in self.agents.all_mut().iter_mut().filter(due) {
            agent.signed_in(outcome);
        }
        self.stop_agents_without_credits();
    }

    /// Pauses every running agent when calls cost credits and none are left.
    pub(crate) fn stop_agents_without_credits(&mut self) {
        if self.is_out_of_credits() {
            let agents = self.agents.all_mut().iter_mut();
            agents.filter(|agent| agent.status == "running").for_each(Agent::stop_by_system);
        }
    }

    /// Lets the agents that were stopped for want of credits run again, on servers that do so.
    pub(crate) fn resume_agents_after_top_up(&mut self) {
        if self.settings.resume_on_top_up && !self.is_out_of_credits() {
            let agents = self.agents.all_mut().iter_mut();
            let stopped = agents.filter(|agent| agent.stopped_by_system && agent.alerts.is_empty());
            stopped.for_each(|agent| agent.enter("running"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(hours: &WorkingHours, time: &str, step: i64) -> Option<String> {
        let after = time.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let next = hours.next(after, step)?;
        Some(jiff::Timestamp::from_millisecond(next).unwrap().to_string())
    }

    #[test]
    fn the_next_slot_lies_within_the_hours() {
        let hours = WorkingHours::default();
        // A Thursday, then a Friday.
        for (time, expected) in [
            ("2026-01-01T00:00:00Z", "2026-01-01T09:00:00Z"),
            ("2026-01-01T09:00:00Z", "2026-01-01T09:15:00Z"),
            ("2026-01-01T12:01:00Z", "2026-01-01T12:15:00Z"),
            ("2026-01-02T16:45:00Z", "2026-01-05T09:00:00Z"),
        ] {
            assert_eq!(next(&hours, time, INVITATION_STEP).as_deref(), Some(expected), "{time}");
        }
    }

    #[test]
    fn a_night_shift_and_another_zone_are_understood() {
        let night = WorkingHours { start: "22:00".to_owned(), stop: "2:00".to_owned(), ..Default::default() };
        // The shift of Friday goes on in the first hours of Saturday.
        assert_eq!(
            next(&night, "2026-01-03T01:00:00Z", MESSAGE_STEP).as_deref(),
            Some("2026-01-03T01:05:00Z")
        );
        assert_eq!(
            next(&night, "2026-01-03T02:00:00Z", MESSAGE_STEP).as_deref(),
            Some("2026-01-05T22:00:00Z")
        );
        let east = WorkingHours { timezone: 2, ..Default::default() };
        assert_eq!(
            next(&east, "2026-01-01T00:00:00Z", MESSAGE_STEP).as_deref(),
            Some("2026-01-01T07:00:00Z")
        );
    }

    #[test]
    fn times_have_digits_only() {
        assert_eq!((minutes("9:05"), minutes("23:59")), (Some(545), Some(1_439)));
        for wrong in ["24:00", "9:60", "+9:00", "9:5", "", ":00", "009:00", "09:00:00", " 9:00", "9"] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }
}
