//! The sandbox as a command: starts, says where it is, and runs until it is told to end.

use std::error::Error;
use std::future::pending;
use std::io::{Read, Write};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use kakiyo_sandbox::{ForeignTraffic, KaikoProfile, LimitModel, Profile, Sandbox};

/// Runs a local stand-in for the services Kakiyo and Kaiko.
#[derive(Debug, Parser)]
#[command(name = "kakiyo-sandbox", version)]
struct Arguments {
    /// Port on the loopback interface; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Which of the published rule sets applies.
    #[arg(long, value_enum, default_value_t = RuleSet::Seed)]
    profile: RuleSet,
    /// Which picture of the Kaiko service applies.
    #[arg(long, value_enum, default_value_t = KaikoPicture::Contract)]
    kaiko_profile: KaikoPicture,
    /// First Kaiko key: kaiko_live_…, kaiko_test_… or sk_…. Made up without it.
    #[arg(long)]
    kaiko_api_key: Option<String>,
    /// Length of the rate-limit window of Kakiyo in seconds.
    #[arg(long, default_value_t = 60.0)]
    window: f64,
    /// How calls to Kakiyo are counted: fixed, fixed:PHASE (seconds), first_hit, sliding_log,
    /// sliding_log_counting_rejects, sliding_counter, token_bucket, token_bucket:SIZE (calls) or leaky.
    #[arg(long, default_value = "sliding_log")]
    limit_model: LimitModel,
    /// The same for Kaiko.
    #[arg(long, default_value = "first_hit")]
    kaiko_limit_model: LimitModel,
    /// Length of the rate-limit window of Kaiko in seconds.
    #[arg(long, default_value_t = 60.0)]
    kaiko_window: f64,
    /// Sends X-RateLimit-* on the answers of Kakiyo.
    #[arg(long)]
    rate_limit_headers: bool,
    /// Calls a minute that somebody else makes on the same team, such as prospects.search=14; may be repeated.
    #[arg(long, value_name = "NAME=CALLS", value_parser = foreign)]
    foreign: Vec<(String, u32)>,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KaikoPicture {
    /// The documentation.
    Contract,
    /// What the public source excerpts do.
    Observed,
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

fn foreign(text: &str) -> Result<(String, u32), String> {
    let (name, calls) = text.split_once('=').ok_or("must be NAME=CALLS")?;
    let calls = calls.parse().map_err(|_| format!("{calls:?} is no number of calls"))?;
    Ok((name.to_owned(), calls))
}

fn start(arguments: &Arguments) -> Result<Sandbox, Box<dyn Error>> {
    let profile = match arguments.profile {
        RuleSet::Seed => Profile::Seed,
        RuleSet::Tiered => Profile::Tiered,
    };
    let kaiko_profile = match arguments.kaiko_profile {
        KaikoPicture::Contract => KaikoProfile::Contract,
        KaikoPicture::Observed => KaikoProfile::Observed,
    };
    let mut builder = Sandbox::builder()
        .port(arguments.port)
        .profile(profile)
        .kaiko_profile(kaiko_profile)
        .window(Duration::try_from_secs_f64(arguments.window)?)
        .limit_model(arguments.limit_model)
        .foreign(ForeignTraffic {
            calls: arguments.foreign.iter().cloned().collect(),
            seed: arguments.seed.unwrap_or_default(),
            ..ForeignTraffic::default()
        })
        .kaiko_limit_model(arguments.kaiko_limit_model)
        .kaiko_window(Duration::try_from_secs_f64(arguments.kaiko_window)?)
        .time_scale(arguments.time_scale)
        .import_delay(Duration::try_from_secs_f64(arguments.import_delay)?)
        .credits(arguments.credits);
    if arguments.virtual_clock {
        builder = builder.virtual_clock();
    }
    if arguments.rate_limit_headers {
        builder = builder.rate_limit_headers();
    }
    if arguments.unlimited {
        builder = builder.unlimited();
    }
    if let Some(key) = &arguments.api_key {
        builder = builder.api_key(key);
    }
    if let Some(key) = &arguments.kaiko_api_key {
        builder = builder.kaiko_api_key(key);
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
            "kaikoBaseUrl": sandbox.kaiko_base_url(),
            "kaikoApiKey": sandbox.kaiko_api_key(),
        });
        writeln!(output, "{line}")?;
    } else {
        // In one piece: a reader may be gone after the first line.
        let text = format!(
            "Kakiyo sandbox at {} with key {}\nKaiko sandbox at {} with key {} (made-up scores)\n",
            sandbox.base_url(),
            sandbox.api_key(),
            sandbox.kaiko_base_url(),
            sandbox.kaiko_api_key()
        );
        output.write_all(text.as_bytes())?;
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
