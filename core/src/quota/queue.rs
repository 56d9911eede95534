//! Who goes next: one line per group and class, first come first served, and between lines the oldest call that can go.
//!
//! Pure like `state`; the wakers are kept by `team`. `forecast` runs this very code on a copy.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::call::{Class, Scope, Tier};
use super::learned::Learned;
use super::presets::Ask;
use super::rule::Why;
use super::state::{Decision, Grant, State};
use crate::credits::Refusal;

/// The number of a waiting call, in order of arrival.
pub(super) type Ticket = u64;

/// The state of a team and the calls that wait for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    pub(super) state: State,
    lines: Vec<Line>,
    next: Ticket,
}

#[derive(Clone, Debug)]
struct Line {
    name: LineName,
    class: Class,
    waiting: VecDeque<(Ticket, Arc<Ask>)>,
    /// The call that left it last.
    last: Option<Arc<Ask>>,
    head: Option<Head>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum LineName {
    Shared(&'static str),
    Operation(Cow<'static, str>),
    Tier(Tier),
    Team,
}

/// The first of a line, and why it is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) ticket: Ticket,
    pub(super) earliest: Duration,
    pub(super) look: Duration,
    pub(super) why: Why,
}

/// What a look at the lines changed.
#[derive(Debug, Default)]
pub(super) struct Moves {
    pub(super) granted: Vec<Granted>,
    /// Firsts of a line that now have to look at another time.
    pub(super) changed: Vec<Ticket>,
}

/// A waiting call that may go, or never may.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) ticket: Ticket,
    pub(super) grant: Result<Grant, Refusal>,
    pub(super) ask: Arc<Ask>,
}

/// How a call was received.
#[derive(Debug)]
pub(super) enum Arrival {
    Admitted(Grant),
    Refused(Refusal),
    /// It waits, unless its ticket is among those granted.
    Queued(Ticket, Moves),
}

impl Queue {
    pub(super) fn arrive(&mut self, now: Duration, ask: &Arc<Ask>) -> Arrival {
        if self.lines.is_empty() {
            match self.state.try_admit(now, ask) {
                Decision::Admit(grant) => return Arrival::Admitted(grant),
                Decision::Refuse(refusal) => return Arrival::Refused(refusal),
                Decision::Wait { .. } => {}
            }
        } else if let Err(refusal) = self.state.affordable(now, ask) {
            return Arrival::Refused(refusal);
        }
        let ticket = self.next;
        self.next += 1;
        if self.append(ticket, ask) {
            return Arrival::Queued(ticket, Moves::default());
        }
        // The others are asked first: a newcomer never takes what an older call could have.
        Arrival::Queued(ticket, self.pump(now))
    }

    /// Admits all that can go, the oldest first of all lines before the others.
    pub(super) fn pump(&mut self, now: Duration) -> Moves {
        let mut moves = Moves::default();
        let firsts = self.lines.iter().enumerate();
        let mut firsts: BinaryHeap<Reverse<(Ticket, usize)>> = firsts
            .filter_map(|(position, line)| {
                line.waiting.front().map(|(ticket, _)| Reverse((*ticket, position)))
            })
            .collect();
        while let Some(Reverse((ticket, position))) = firsts.pop() {
            let line = &mut self.lines[position];
            let Some((_, ask)) = line.waiting.front() else { continue };
            let grant = match self.state.try_admit(now, ask) {
                Decision::Admit(grant) => Ok(grant),
                Decision::Refuse(refusal) => Err(refusal),
                Decision::Wait { earliest, look, why } => {
                    let head = Some(Head { ticket, earliest, look, why });
                    if line.head != head {
                        line.head = head;
                        moves.changed.push(ticket);
                    }
                    continue;
                }
            };
            moves.granted.push(Granted { ticket, grant, ask: Arc::clone(ask) });
            line.last = line.waiting.pop_front().map(|(_, ask)| ask);
            if let Some((next, _)) = line.waiting.front() {
                firsts.push(Reverse((*next, position)));
            }
        }
        self.drop_empty_lines();
        moves
    }

    /// Takes a waiting call out. The next of its line gets its turn by the pump that follows.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        for line in &mut self.lines {
            if let Ok(position) = line.waiting.binary_search_by_key(&ticket, |(other, _)| *other) {
                line.last = line.waiting.remove(position).map(|(_, ask)| ask);
            }
        }
        self.drop_empty_lines();
    }

    fn drop_empty_lines(&mut self) {
        let state = &mut self.state;
        self.lines.retain(|line| {
            let gone = line.waiting.is_empty();
            if let (true, Class::Bulk, Some(ask)) = (gone, line.class, &line.last) {
                state.forget_bulk(ask);
            }
            !gone
        });
    }

    /// The first of the line in which the call waits, if it is that call.
    pub(super) fn head(&self, ticket: Ticket) -> Option<Head> {
        self.lines.iter().filter_map(|line| line.head).find(|head| head.ticket == ticket)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// When the first of a line looks next.
    pub(super) fn next_look(&self) -> Option<Duration> {
        self.lines.iter().filter_map(|line| line.head).map(|head| head.look).min()
    }

    /// The call of this ticket, if it stands right behind the other one.
    pub(super) fn behind(&self, other: Ticket, ticket: Ticket) -> Option<&Arc<Ask>> {
        self.lines.iter().find_map(|line| {
            let mut tail = line.waiting.iter().rev();
            let ((last, ask), (before, _)) = (tail.next()?, tail.next()?);
            (*last == ticket && *before == other).then_some(ask)
        })
    }

    /// Puts a call at the end of its line and says whether there was one.
    pub(super) fn append(&mut self, ticket: Ticket, ask: &Arc<Ask>) -> bool {
        let name = LineName::of(self.state.learned(), ask);
        let waiting = (ticket, Arc::clone(ask));
        let class = ask.call.class;
        let line = self.lines.iter_mut().find(|line| line.name == name && line.class == class);
        let joined = line.is_some();
        match line {
            Some(line) => line.waiting.push_back(waiting),
            None => self.lines.push(Line {
                name,
                class,
                waiting: VecDeque::from([waiting]),
                last: None,
                head: None,
            }),
        }
        joined
    }

    /// What holds up the line of a waiting call.
    pub(super) fn why(&self, ticket: Ticket) -> Option<Why> {
        let mut lines = self.lines.iter();
        let line =
            lines.find(|line| line.waiting.binary_search_by_key(&ticket, |(other, _)| *other).is_ok())?;
        line.head.map(|head| head.why)
    }
}

impl LineName {
    pub(super) fn of(learned: &Learned, ask: &Ask) -> Self {
        match (ask.primary(learned), ask.call.shared) {
            (Scope::Shared, Some(name)) => Self::Shared(name),
            (Scope::Shared, None) | (Scope::Operation, _) => Self::Operation(ask.call.operation.clone()),
            (Scope::Tier, _) => Self::Tier(ask.call.tier),
            (Scope::Team, _) => Self::Team,
        }
    }
}
