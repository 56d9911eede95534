//! The sandbox as a command: starts, says where it is, and runs until it is told to end.

use std::error::Error;
use std::future::pending;
use std::io::{Read, Write};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use kakiyo_sandbox::{Profile, Sandbox};

/// Runs a local stand-in for the Kakiyo service.
#[derive(Debug, Parser)]
#[command(name = "kakiyo-sandbox", version)]
struct Arguments {
    /// Port on the loopback interface; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Which of the published rule sets applies.
    #[arg(long, value_enum, default_value_t = RuleSet::Seed)]
    profile: RuleSet,
    /// Length of the rate-limit window in seconds.
    #[arg(long, default_value_t = 60.0)]
    window: f64,
    /// How many times faster than real time the sandbox runs.
    #[arg(long, default_value_t = 1.0)]
    time_scale: f64,
    /// Lets time move only by POST /_sandbox/advance.
    #[arg(long, conflicts_with = "time_scale")]
    virtual_clock: bool,
    /// How long an import takes, in seconds.
    #[arg(long, default_value_t = 0.2)]
    import_delay: f64,
    /// Credits at the start.
    #[arg(long, default_value_t = 10_000)]
    credits: u64,
    /// Switches the rate limits off.
    #[arg(long)]
    unlimited: bool,
    /// Key of the first team: 40 letters and digits. Made up without it.
    #[arg(long)]
    api_key: Option<String>,
    /// Makes keys and ids the same in every run.
    #[arg(long)]
    seed: Option<u64>,
    /// Prints one line of JSON.
    #[arg(long)]
    json: bool,
    /// Ends when standard input is closed, that is with the process that started it.
    #[arg(long)]
    until_stdin_closes: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RuleSet {
    /// Metered, 60 calls a minute per operation.
    Seed,
    /// Unmetered, 60, 30 or 15 calls a minute by tier.
    Tiered,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let sandbox = start(&arguments)?;
    announce(&sandbox, arguments.json)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(ended(arguments.until_stdin_closes))?;
    sandbox.stop();
    Ok(())
}

fn start(arguments: &Arguments) -> Result<Sandbox, Box<dyn Error>> {
    let profile = match arguments.profile {
        RuleSet::Seed => Profile::Seed,
        RuleSet::Tiered => Profile::Tiered,
    };
    let mut builder = Sandbox::builder()
        .port(arguments.port)
        .profile(profile)
        .window(Duration::try_from_secs_f64(arguments.window)?)
        .time_scale(arguments.time_scale)
        .import_delay(Duration::try_from_secs_f64(arguments.import_delay)?)
        .credits(arguments.credits);
    if arguments.virtual_clock {
        builder = builder.virtual_clock();
    }
    if arguments.unlimited {
        builder = builder.unlimited();
    }
    if let Some(key) = &arguments.api_key {
        builder = builder.api_key(key);
    }
    if let Some(seed) = arguments.seed {
        builder = builder.seed(seed);
    }
    Ok(builder.start_blocking()?)
}

fn announce(sandbox: &Sandbox, json: bool) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    if json {
        let line = serde_json::json!({
            "baseUrl": sandbox.base_url(),
            "origin": sandbox.origin(),
            "apiKey": sandbox.api_key(),
            "team": sandbox.team(),
        });
        writeln!(output, "{line}")?;
    } else {
        writeln!(output, "Kakiyo sandbox at {} with key {}", sandbox.base_url(), sandbox.api_key())?;
    }
    output.flush()
}

/// Waits for Ctrl-C, SIGTERM or, when asked to, the end of standard input.
async fn ended(until_stdin_closes: bool) -> std::io::Result<()> {
    let (closed, input_closed) = tokio::sync::oneshot::channel();
    if until_stdin_closes {
        // Reading blocks, so it gets a thread; it ends with the process.
        std::thread::spawn(move || {
            let mut buffer = [0_u8; 1024];
            let mut input = std::io::stdin().lock();
            while input.read(&mut buffer).is_ok_and(|count| count > 0) {}
            let _ = closed.send(());
        });
    }
    let input = async {
        if until_stdin_closes {
            // A dropped sender means the same.
            let _ = input_closed.await;
        } else {
            pending::<()>().await;
        }
    };
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        terminated = terminated() => terminated,
        () = input => Ok(()),
    }
}

#[cfg(unix)]
async fn terminated() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::terminate())?.recv().await;
    Ok(())
}

#[cfg(not(unix))]
async fn terminated() -> std::io::Result<()> {
    pending().await
}
