//! Completion queues: how the results of calls reach asyncio, one queue per event loop.
//!
//! A finished call is pushed on a vector by a tokio thread, which takes no GIL; only the first of a batch writes a byte to a
//! socket pair that the loop watches. The loop's own thread then settles the whole batch. A cancelled asyncio task cancels
//! its call through a done-callback. The queue of a closed loop goes with the next loop's first call, and ends what it left.

use std::sync::{Arc, Mutex, PoisonError};

use kakiyo::CancelToken;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyWeakrefReference;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::events::{Ear, Heard};
use crate::outcome::{self, CallFuture, Outcome};
use crate::{key, runtime};

/// Starts a call and gives a future of the running loop that will hold its result.
///
/// The loop is asked for here, so that importing the package does not import asyncio.
pub(crate) fn start<'py>(
    py: Python<'py>,
    token: Arc<CancelToken>,
    call: CallFuture,
    mut ear: Ear,
) -> PyResult<Bound<'py, PyAny>> {
    static RUNNING_LOOP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

    let event_loop = &RUNNING_LOOP.import(py, "asyncio", "get_running_loop")?.call0()?;
    let queue = queue_of(event_loop)?;
    let awaited = event_loop.call_method0(intern!(py, "create_future"))?;
    let (done, mut open) = (Arc::clone(&queue.get().done), queue.get().open.subscribe());
    let future = awaited.clone().unbind();
    let call = key::called_from(event_loop, outcome::guarded(call));
    let task = runtime::current()?.spawn(async move {
        let mut call = std::pin::pin!(call);
        loop {
            tokio::select! {
                outcome = &mut call => return done.push(Item::Settled { future, outcome }),
                heard = ear.hear() => done.push(Item::Heard(heard)),
                // The queue is gone, and its loop with it.
                _ = open.changed() => return,
            }
        }
    });
    let abort = Abort { token, task: task.abort_handle() };
    awaited.call_method1(intern!(py, "add_done_callback"), (abort,))?;
    Ok(awaited)
}

/// The queue of a loop, made with its first call.
fn queue_of<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, CompletionQueue>> {
    static QUEUES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

    let py = event_loop.py();
    let queues = QUEUES
        .get_or_try_init(py, || {
            py.import("weakref")?.getattr("WeakKeyDictionary")?.call0().map(Bound::unbind)
        })?
        .bind(py);
    let known = queues.call_method1(intern!(py, "get"), (event_loop,))?;
    if let Ok(queue) = known.cast_into::<CompletionQueue>()
        && queue.get().process == std::process::id()
    {
        return Ok(queue);
    }
    sweep(queues)?;
    let queue = CompletionQueue::watched_by(event_loop)?;
    queues.set_item(event_loop, &queue)?;
    Ok(queue)
}

/// Drops the queues of closed loops: a call that was left under way holds its future, and with it the loop.
fn sweep(queues: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = queues.py();
    for event_loop in queues.call_method0("keys")?.try_iter()?.collect::<PyResult<Vec<_>>>()? {
        if event_loop.call_method0("is_closed")?.is_truthy()? {
            let queue = queues.call_method1("pop", (event_loop, py.None()))?;
            if let Ok(queue) = queue.cast::<CompletionQueue>() {
                drop(queue.get().done.take());
            }
        }
    }
    Ok(())
}

/// What the thread of the loop has to do.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are of the larger one, which would cost an allocation a call"
)]
enum Item {
    /// A call that ended, and the future that waits for it.
    Settled { future: Py<PyAny>, outcome: Outcome },
    /// Events to pass on while calls are under way.
    Heard(Heard),
}

/// What tokio threads see of a queue.
struct Done {
    batch: Mutex<Vec<Item>>,
    wake: Wake,
}

impl Done {
    fn push(self: &Arc<Self>, item: Item) {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        batch.push(item);
        let first = batch.len() == 1;
        drop(batch);
        if first {
            self.wake.wake(self);
        }
    }

    fn take(&self) -> Vec<Item> {
        std::mem::take(&mut *self.batch.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Settles everything that has ended, and passes on what was heard. Runs on the loop's thread.
    fn drain(&self, py: Python<'_>) -> PyResult<()> {
        self.wake.read();
        let mut interrupt = Ok(());
        for item in self.take() {
            match item {
                Item::Settled { future, outcome } => {
                    let future = future.bind(py);
                    if let Err(error) = settle(future, outcome) {
                        error.write_unraisable(py, Some(future));
                    }
                }
                Item::Heard(heard) => interrupt = interrupt.and(heard.pass_on(py)),
            }
        }
        interrupt
    }
}

fn settle(future: &Bound<'_, PyAny>, outcome: Outcome) -> PyResult<()> {
    let py = future.py();
    if future.call_method0(intern!(py, "done"))?.is_truthy()? {
        return Ok(());
    }
    match outcome::hand_over(py, outcome) {
        Ok(value) => future.call_method1(intern!(py, "set_result"), (value,))?,
        Err(error) => future.call_method1(intern!(py, "set_exception"), (error.into_value(py),))?,
    };
    Ok(())
}

/// How a tokio thread tells the loop that something has ended.
enum Wake {
    /// One byte to a socket that the loop reads.
    #[cfg(unix)]
    Byte { send: std::os::unix::net::UnixStream, receive: std::os::unix::net::UnixStream },
    /// `call_soon_threadsafe`, for loops that cannot watch sockets; it needs the GIL, so a blocking thread does it.
    Call { event_loop: Py<PyWeakrefReference> },
}

impl Wake {
    fn wake(&self, done: &Arc<Done>) {
        match self {
            #[cfg(unix)]
            Self::Byte { send, .. } => {
                use std::io::Write as _;
                // A full socket wakes the loop as well as another byte would.
                let _ = (&*send).write(&[1]);
            }
            Self::Call { .. } => {
                let done = Arc::clone(done);
                tokio::task::spawn_blocking(move || Python::try_attach(|py| done.call_soon(py)));
            }
        }
    }

    fn read(&self) {
        match self {
            #[cfg(unix)]
            Self::Byte { receive, .. } => {
                use std::io::Read as _;
                let mut bytes = [0; 64];
                while matches!((&*receive).read(&mut bytes), Ok(count) if count == bytes.len()) {}
            }
            Self::Call { .. } => {}
        }
    }
}

impl Done {
    fn call_soon(self: &Arc<Self>, py: Python<'_>) {
        #[cfg_attr(not(unix), expect(irrefutable_let_patterns, reason = "sockets are watched on Unix only"))]
        let Wake::Call { event_loop } = &self.wake else { return };
        let Some(event_loop) = event_loop.bind(py).upgrade() else { return };
        // It raises when the loop is closed: then nobody waits any more.
        let _ = event_loop.call_method1("call_soon_threadsafe", (Drain(Arc::clone(self)),));
    }
}

/// The queue of one event loop.
#[pyclass(frozen)]
struct CompletionQueue {
    process: u32,
    done: Arc<Done>,
    /// Closes with the queue and ends the calls that are under way.
    open: watch::Sender<()>,
}

impl CompletionQueue {
    fn watched_by<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let py = event_loop.py();
        #[cfg(unix)]
        if let Some(queue) = Self::on_socket(event_loop)? {
            return Ok(queue);
        }
        let event_loop = PyWeakrefReference::new(event_loop)?.unbind();
        Self::with(py, Wake::Call { event_loop })
    }

    /// `None` for a loop that cannot watch sockets.
    #[cfg(unix)]
    fn on_socket<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Self>>> {
        use std::os::fd::AsRawFd as _;

        let py = event_loop.py();
        let (send, receive) = std::os::unix::net::UnixStream::pair()?;
        send.set_nonblocking(true)?;
        receive.set_nonblocking(true)?;
        let descriptor = receive.as_raw_fd();
        let queue = Self::with(py, Wake::Byte { send, receive })?;
        let drain = Drain(Arc::clone(&queue.get().done)).into_pyobject(py)?;
        // An empty context: the queue must not keep the context variables of its first caller alive.
        let context = py.import("contextvars")?.getattr("Context")?.call0()?;
        let add_reader = event_loop.getattr("add_reader")?;
        match context.call_method1("run", (add_reader, descriptor, drain)) {
            Ok(_) => Ok(Some(queue)),
            Err(error) if error.is_instance_of::<pyo3::exceptions::PyNotImplementedError>(py) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn with(py: Python<'_>, wake: Wake) -> PyResult<Bound<'_, Self>> {
        let done = Arc::new(Done { batch: Mutex::new(Vec::new()), wake });
        let (open, _) = watch::channel(());
        Bound::new(py, Self { process: std::process::id(), done, open })
    }
}

/// What the loop calls when something has ended.
#[pyclass(frozen)]
struct Drain(Arc<Done>);

#[pymethods]
impl Drain {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        self.0.drain(py)
    }
}

/// What the loop's future calls when it is done: only a cancelled one has something left to stop.
#[pyclass(frozen)]
struct Abort {
    token: Arc<CancelToken>,
    task: AbortHandle,
}

#[pymethods]
impl Abort {
    fn __call__(&self, future: &Bound<'_, PyAny>) -> PyResult<()> {
        if future.call_method0(intern!(future.py(), "cancelled"))?.is_truthy()? {
            self.token.cancel();
            self.task.abort();
        }
        Ok(())
    }
}
