//! Many processes in three languages share one team over a store. See `tests/processes/README.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that says what it counts")]

mod caller;
mod host;
mod redis;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["call", job] => caller::run(job),
        ["host"] => host::saturated(),
        ["killed"] => host::killed(),
        ["redis"] => redis::disturbed(),
        [] => host::saturated().and_then(|()| host::killed()).and_then(|()| redis::disturbed()),
        _ => Err("expected host, killed, redis, or nothing for all of them".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
