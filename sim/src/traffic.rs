//! The callers: what they ask of the limiter, and what happens to their calls.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::latency::{Latency, within};
use crate::ledger::Call;
use crate::limiter::{Admission, Limiter, MAX_IN_FLIGHT, Operation, Price, Slot};
use crate::server::{Arrival, Servers};

/// After this long a caller gives up on an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Credits of the dearest call where there is a budget.
const DEAREST: u32 = 3;
/// Processes of a run, among which the callers are divided.
const PROCESSES: usize = 4;

/// How busy the callers are, and what goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Everybody calls without end.
    Saturated,
    /// Silence, and then up to 150 calls at once.
    Bursts,
    /// Callers leave the line, drop slots, and drop calls that are under way.
    Cancellations,
    /// One call of twenty gets no answer; the server may count it long after.
    TimeOuts,
    /// Every minute or so all that a process has under way ends without a word.
    Crashes,
}

impl Load {
    pub const ALL: [Self; 5] =
        [Self::Saturated, Self::Bursts, Self::Cancellations, Self::TimeOuts, Self::Crashes];
}

impl fmt::Display for Load {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Saturated => "saturated",
            Self::Bursts => "bursts",
            Self::Cancellations => "cancellations",
            Self::TimeOuts => "time-outs",
            Self::Crashes => "crashes",
        })
    }
}

/// An operation with its callers, and the bucket in which the servers count it.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub operation: Operation,
    pub bucket: usize,
    pub callers: usize,
}

/// When a run ends.
#[derive(Clone, Copy, Debug)]
pub enum End {
    Requests(usize),
    Time(Duration),
}

/// What happens in a run.
#[derive(Clone, Debug)]
pub struct Traffic {
    pub load: Load,
    pub latency: Latency,
    pub lines: Vec<Line>,
    pub end: End,
    /// Calls a minute that somebody else makes in the first bucket.
    pub foreign: u32,
    /// The budget of the callers together; then calls cost one to three credits instead of one.
    pub cap: Option<u64>,
}

/// All that a run shares.
pub struct World {
    pub limiter: Limiter,
    pub servers: RefCell<Servers>,
    pub calls: RefCell<Vec<Call>>,
    traffic: Traffic,
    start: Instant,
    permits: Semaphore,
    names_wait: bool,
    finished: Notify,
    last_send: Cell<Duration>,
}

impl World {
    /// Sets the scene; time begins now.
    #[must_use]
    pub fn new(limiter: Limiter, servers: Servers, traffic: Traffic, names_wait: bool) -> Rc<Self> {
        Rc::new(Self {
            limiter,
            servers: RefCell::new(servers),
            calls: RefCell::default(),
            traffic,
            start: Instant::now(),
            permits: Semaphore::new(0),
            names_wait,
            finished: Notify::new(),
            last_send: Cell::default(),
        })
    }

    /// Runs to the end. Must be called within a `LocalSet`.
    pub async fn run(self: &Rc<Self>, mut random: Rng) {
        if self.traffic.load == Load::Bursts {
            tokio::task::spawn_local(Rc::clone(self).give_permits(random.fork()));
        }
        if self.traffic.foreign > 0 {
            tokio::task::spawn_local(Rc::clone(self).call_from_elsewhere(random.fork()));
        }
        let mut processes: Vec<Vec<JoinHandle<()>>> = Vec::new();
        for process in 0..PROCESSES {
            processes.push(self.start_process(process, &mut random));
        }
        if self.traffic.load == Load::Crashes {
            tokio::task::spawn_local(Rc::clone(self).crash(processes, random.fork()));
        }
        match self.traffic.end {
            End::Requests(_) => self.finished.notified().await,
            End::Time(time) => sleep(time).await,
        }
    }

    /// The time since the start.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// When the last call was sent.
    pub fn last_send(&self) -> Duration {
        self.last_send.get()
    }

    fn start_process(self: &Rc<Self>, process: usize, random: &mut Rng) -> Vec<JoinHandle<()>> {
        let number = u32::try_from(process).unwrap_or_default();
        let mut callers = Vec::new();
        for line in &self.traffic.lines {
            for _ in (0..line.callers).filter(|caller| caller % PROCESSES == process) {
                let (world, line, random) = (Rc::clone(self), *line, random.fork());
                callers.push(tokio::task::spawn_local(async move {
                    world.limiter.in_process(number, Rc::clone(&world).call_on(line, random)).await;
                }));
            }
        }
        callers
    }

    async fn crash(self: Rc<Self>, mut processes: Vec<Vec<JoinHandle<()>>>, mut random: Rng) {
        loop {
            sleep(Duration::from_millis(random.u64(1_000..120_000))).await;
            let process = random.usize(0..processes.len());
            processes[process].drain(..).for_each(|caller| caller.abort());
            sleep(Duration::from_millis(random.u64(0..3_000))).await;
            processes[process] = self.start_process(process, &mut random);
        }
    }

    async fn give_permits(self: Rc<Self>, mut random: Rng) {
        loop {
            self.permits.add_permits(random.usize(1..=150));
            sleep(Duration::from_millis(random.u64(0..150_000))).await;
        }
    }

    async fn call_from_elsewhere(self: Rc<Self>, mut random: Rng) {
        let mean = 60_000.0 / f64::from(self.traffic.foreign);
        loop {
            sleep(Duration::from_millis((-mean * (1.0 - random.f64()).ln()) as u64)).await;
            self.servers.borrow_mut().send(self.now(), Arrival::Foreign, 0);
        }
    }

    async fn call_on(self: Rc<Self>, line: Line, mut random: Rng) {
        loop {
            if self.traffic.load == Load::Bursts
                && let Ok(permit) = self.permits.acquire().await
            {
                permit.forget();
            }
            self.call(line, &mut random).await;
        }
    }

    /// One call from admission to its end.
    async fn call(&self, line: Line, random: &mut Rng) {
        let cancels = self.traffic.load == Load::Cancellations;
        let max_wait = (cancels && random.u8(0..8) == 0).then(|| Duration::from_secs(random.u64(0..90)));
        let most = if self.traffic.cap.is_some() { random.u32(1..=DEAREST) } else { 1 };
        let price = Price { least: 1, most };
        let admission = self.limiter.admit(line.operation, max_wait, price);
        let admission = if cancels && random.u8(0..8) == 0 {
            let patience = Duration::from_millis(random.u64(0..90_000));
            timeout(patience, admission).await.unwrap_or(Admission::TooLate)
        } else {
            admission.await
        };
        let mut slot = match admission {
            Admission::Granted(slot) => slot,
            // Whoever was refused comes back later.
            Admission::TooLate | Admission::TooDear => {
                sleep(Duration::from_millis(random.u64(5_000..60_000))).await;
                return;
            }
        };
        if cancels && random.u8(0..10) == 0 {
            if random.bool() {
                slot.unsent();
            }
            return;
        }
        slot.send();
        let latency = self.traffic.latency.draw(random);
        match (self.traffic.load, random.u8(0..20)) {
            (Load::TimeOuts, 0) => {
                let count = random.u8(0..4) > 0;
                let count = count.then(|| self.now() + within(PATIENCE + MAX_IN_FLIGHT, random));
                self.sent(line, count, most);
                sleep(PATIENCE).await;
                slot.lost();
            }
            (Load::Cancellations, 0) => {
                let after = within(latency, random);
                self.sent(line, Some(self.now() + within(after + MAX_IN_FLIGHT, random)), most);
                sleep(after).await;
            }
            _ => {
                let cost = random.u32(1..=most);
                let call = self.sent(line, Some(self.now() + within(latency, random)), cost);
                sleep(latency).await;
                self.answered(call, slot, random);
            }
        }
    }

    /// Writes down a call that goes out now. One without an answer is taken to cost the most.
    fn sent(&self, line: Line, count: Option<Duration>, price: u32) -> usize {
        let operation = line.operation;
        let mut calls = self.calls.borrow_mut();
        let number = calls.len();
        calls.push(Call {
            groups: [operation.name, operation.tier_name()],
            send: self.now(),
            count,
            answer: None,
            rejected: false,
            price,
        });
        self.last_send.set(self.now());
        if let Some(at) = count {
            self.servers.borrow_mut().send(at, Arrival::Call(number), line.bucket);
        }
        if matches!(self.traffic.end, End::Requests(requests) if calls.len() >= requests) {
            self.finished.notify_one();
        }
        number
    }

    fn answered(&self, number: usize, slot: Slot, random: &mut Rng) {
        let refusal = self.servers.borrow_mut().answer(self.now(), number);
        let mut cost = 0;
        if let Some(call) = self.calls.borrow_mut().get_mut(number) {
            call.answer = Some(self.now());
            call.rejected = refusal.is_some();
            cost = call.price;
        }
        let named = refusal.map(|wait| (self.names_wait && random.bool()).then_some(wait));
        self.limiter.settle(slot, named, cost);
    }
}
