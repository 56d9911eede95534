//! What a Kaiko key has besides what every world has: its settings, contexts, history, kept answers and tokens.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Moment;
use crate::kaiko::idempotency::Replies;
use crate::kaiko::scores::Emotion;
use crate::kaiko::settings::{KaikoPoint, KaikoSettings};
use crate::kaiko::tokens::Tokens;
use crate::kaiko::trajectory::HistoryPoint;

/// How many points of a history are kept.
const KEPT: usize = 10_000;

/// The points of one history, in the order in which they were made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct History(VecDeque<HistoryPoint>);

impl History {
    pub(crate) fn add(&mut self, point: HistoryPoint) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(point);
    }

    pub(crate) fn points(&mut self) -> &[HistoryPoint] {
        self.0.make_contiguous()
    }
}

/// A context and what was said in it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Context {
    /// The last analysis.
    touched: Moment,
    pub(crate) history: History,
    /// The last emotion and its text.
    pub(crate) latest: (Emotion, String),
    /// The items of messages that had an external id.
    pub(crate) messages: HashMap<String, Value>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) settings: KaikoSettings,
    contexts: HashMap<String, Context>,
    /// All points of the key, whatever their context.
    pub(crate) history: History,
    pub(crate) replies: Replies,
    pub(crate) tokens: Tokens,
    /// The time of the request at hand, against which contexts have ended or not.
    #[serde(skip)]
    now: Option<Moment>,
}

impl Account {
    pub(crate) fn new(settings: KaikoSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Brings everything up to a time: what has had its own is gone.
    pub(crate) fn settle(&mut self, now: Moment) {
        self.now = Some(now);
        self.replies.expire(now, self.settings.idempotency_lifetime);
    }

    fn is_alive(&self, context: &Context) -> bool {
        let age = self.now.map_or(Duration::ZERO, |now| now.since(context.touched));
        !self.settings.documented(KaikoPoint::Retention) || age < self.settings.retention
    }

    pub(crate) fn context(&mut self, id: &str) -> Option<&mut Context> {
        // There may be many contexts, so each is looked at when it is asked for.
        if self.contexts.get(id).is_some_and(|context| !self.is_alive(context)) {
            self.contexts.remove(id);
        }
        self.contexts.get_mut(id)
    }

    fn living(&self) -> impl Iterator<Item = &Context> {
        self.contexts.values().filter(|context| self.is_alive(context))
    }

    /// Adds an analysed message to a context, which comes to be with its first one.
    pub(crate) fn remember(
        &mut self,
        id: &str,
        emotion: &Emotion,
        text: &str,
        at: Moment,
        now: Moment,
    ) -> &mut Context {
        let point = HistoryPoint { at, emotion: emotion.clone() };
        self.history.add(point.clone());
        let latest = (emotion.clone(), text.to_owned());
        // One that has ended begins anew.
        self.context(id);
        let context = self.contexts.entry(id.to_owned()).or_insert_with(|| Context {
            touched: now,
            history: History::default(),
            latest: latest.clone(),
            messages: HashMap::new(),
        });
        context.touched = now;
        context.latest = latest;
        context.history.add(point);
        context
    }

    /// The points that make the trajectory of a context.
    pub(crate) fn points(&mut self, id: &str) -> &[HistoryPoint] {
        if !self.settings.documented(KaikoPoint::History) {
            return self.history.points();
        }
        self.context(id).map_or(&[], |context| context.history.points())
    }

    pub(crate) fn context_count(&self) -> usize {
        self.living().count()
    }

    pub(crate) fn message_count(&self) -> usize {
        self.living().map(|context| context.messages.len()).sum()
    }
}
