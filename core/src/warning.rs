//! What a user should hear although the call succeeded: deprecated routes, a key that meets the wrong environment.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::operation::Service;
use crate::per_process::PerProcess;

/// What a warning is about. More may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningKind {
    /// The server says that a route will go away.
    Deprecation,
    /// A key for tests meets the production address, or the reverse.
    KeyEnvironment,
    /// The server answered without its model: scores mean nothing.
    Fallback,
    /// An argument is allowed but will surprise.
    Argument,
}

impl WarningKind {
    /// The name used in every language, such as `deprecation`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deprecation => "deprecation",
            Self::KeyEnvironment => "key_environment",
            Self::Fallback => "fallback",
            Self::Argument => "argument",
        }
    }
}

/// Something that a user should know although nothing failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// One line: what was seen and what to do. It holds no key and no text of a message.
    pub message: String,
    /// The operation whose answer showed it, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<&'static str>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Hears each warning, on the thread that found it.
pub type WarningHook = Arc<dyn Fn(&Warning) + Send + Sync>;

/// Where the warnings of a client go: to its hook, or to a short list for bindings to take; in any case to the log.
pub(crate) struct Warnings {
    hook: Option<WarningHook>,
    waiting: PerProcess<Arc<Mutex<Vec<Warning>>>>,
    any: AtomicBool,
}

/// So many warnings are kept for bindings; later ones stand in the log alone.
const KEPT: usize = 64;

/// So many routes are told apart; beyond them nothing new is said.
const ROUTES: usize = 1_000;

impl Warnings {
    pub(crate) fn new(hook: Option<WarningHook>) -> Self {
        Self { hook, waiting: PerProcess::new(), any: AtomicBool::new(false) }
    }

    pub(crate) fn emit(&self, warning: Warning) {
        tracing::warn!(target: "kakiyo::warning", kind = warning.kind.as_str(), "{warning}");
        if let Some(hook) = &self.hook {
            hook(&warning);
            return;
        }
        let waiting = self.waiting.get_or_make(Default::default);
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < KEPT {
            waiting.push(warning);
            self.any.store(true, Ordering::Release);
        }
    }

    /// Emits it unless this process has heard it for this service and route before.
    pub(crate) fn emit_once(&self, service: Service, route: &str, warning: Warning) {
        type Heard = Arc<Mutex<HashSet<(Service, WarningKind, String)>>>;
        static HEARD: PerProcess<Heard> = PerProcess::new();
        let heard = HEARD.get_or_make(Default::default);
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        // Raw calls can have any number of routes.
        let first = heard.len() < ROUTES && heard.insert((service, warning.kind, route.to_owned()));
        drop(heard);
        if first {
            self.emit(warning);
        }
    }

    pub(crate) fn take(&self) -> Vec<Warning> {
        if !self.any.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        let waiting = self.waiting.get_or_make(Default::default);
        std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Warnings").field("hook", &self.hook.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(message: &str) -> Warning {
        Warning { kind: WarningKind::Argument, message: message.to_owned(), operation: None }
    }

    #[test]
    fn without_a_hook_warnings_wait_to_be_taken_once() {
        let warnings = Warnings::new(None);
        assert!(warnings.take().is_empty());
        warnings.emit(warning("one"));
        warnings.emit(warning("two"));
        assert_eq!(warnings.take(), [warning("one"), warning("two")]);
        assert!(warnings.take().is_empty());
        (0..KEPT + 5).for_each(|_| warnings.emit(warning("many")));
        assert_eq!(warnings.take().len(), KEPT);
    }

    #[test]
    fn a_hook_hears_once_a_process_and_route() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&heard);
        let warnings = Warnings::new(Some(Arc::new(move |warning: &Warning| {
            list.lock().unwrap().push(warning.to_string())
        })));
        for route in ["test.one", "test.one", "test.two"] {
            warnings.emit_once(Service::Kaiko, route, warning(route));
        }
        assert_eq!(*heard.lock().unwrap(), ["test.one", "test.two"]);
        assert!(warnings.take().is_empty());
    }
}
