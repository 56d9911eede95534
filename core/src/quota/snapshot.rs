//! What the limiter holds right now, for users to look at.

use std::time::Duration;

use super::group::{Group, Groups};
use super::rule::hold;

/// The state of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupSnapshot {
    /// The name of the operation or shared quota, or `high tier`, `team` and the like.
    pub name: String,
    /// The limit last asked for.
    pub limit: u32,
    /// Its window.
    pub window: Duration,
    /// Slots held: calls in flight and calls answered within the window.
    pub held: usize,
    /// Calls in flight.
    pub in_flight: usize,
    /// For how long the server's pause lasts, if there is one.
    pub frozen_for: Option<Duration>,
}

/// The groups that a rule was asked about.
pub(super) fn of(groups: &Groups, now: Duration) -> Vec<GroupSnapshot> {
    sorted(groups.iter().filter_map(|(name, group)| of_group(name, group, now)).collect())
}

/// One group, if a rule was asked about it.
pub(super) fn of_group(name: &str, group: &Group, now: Duration) -> Option<GroupSnapshot> {
    let (limit, window) = group.rule?;
    Some(GroupSnapshot {
        name: name.to_owned(),
        limit,
        window,
        held: group.all.held(now, hold(window)),
        in_flight: group.all.open(),
        frozen_for: Some(group.memo.frozen_until.saturating_sub(now)).filter(|left| !left.is_zero()),
    })
}

pub(super) fn sorted(mut groups: Vec<GroupSnapshot>) -> Vec<GroupSnapshot> {
    groups.sort_by(|left, right| left.name.cmp(&right.name));
    groups
}
