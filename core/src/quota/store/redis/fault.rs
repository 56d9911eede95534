//! What went wrong with a server, in words, and whether trying again may help.

use redis::{ErrorKind, RedisError, ServerErrorKind};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It may pass.
    Again(String),
    /// It will not pass soon, but the options are right.
    Now(String),
    /// Other data stands at a key of the record.
    Foreign,
    /// The options have to be changed.
    Options(String),
}

/// Never holds more of the server's words than their code: they can name users.
pub(super) fn fault(error: &RedisError) -> Fault {
    let again = |words: &str| Fault::Again(words.to_owned());
    let now = |words: &str| Fault::Now(words.to_owned());
    let options = |words: &str| Fault::Options(words.to_owned());
    match error.code() {
        Some("WRONGPASS" | "NOAUTH") => return options(PASSWORD),
        Some("NOPERM") => {
            return options(
                "the user of its address may not run scripts, or may not touch keys that begin with kakiyo:",
            );
        }
        Some("WRONGTYPE") => return Fault::Foreign,
        Some("OOM") => return now("its memory is full (maxmemory)"),
        Some("MISCONF") => return now("it cannot save to its disk and takes no writes"),
        Some("NOREPLICAS") => return now("it has too few replicas and takes no writes"),
        Some("READONLY") => return again("it is a replica and takes no writes"),
        Some("LOADING") => return again("it is loading its data"),
        Some("BUSY") => return again("it is busy with a long script"),
        Some("MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN") => return again("its cluster is not ready"),
        Some("MOVED" | "ASK" | "CROSSSLOT") => {
            return options(
                "it is a node of a cluster that does not hold this record: give the address of the node that does, or of a server that is no cluster",
            );
        }
        _ => {}
    }
    match error.kind() {
        ErrorKind::AuthenticationFailed => options(PASSWORD),
        ErrorKind::InvalidClientConfig => {
            Fault::Options(format!("the address is wrong ({})", error.category()))
        }
        ErrorKind::Server(ServerErrorKind::NoScript) => again("it forgot a script"),
        ErrorKind::Server(_) => server(error.code().unwrap_or_default(), error.detail().unwrap_or_default()),
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType => options(NO_REDIS),
        _ if error.is_timeout() => again("it does not answer"),
        _ if error.is_connection_refusal() => again("it refuses connections"),
        _ if error.is_connection_dropped() => again("the connection was closed"),
        _ => Fault::Again(format!("the connection failed ({})", error.category())),
    }
}

const PASSWORD: &str = "it does not accept the user or password of its address";
const NO_REDIS: &str = "what answers there is no Redis or Valkey server";

/// Errors without a code of their own.
fn server(code: &str, detail: &str) -> Fault {
    let has = |part: &str| detail.contains(part);
    if has("max number of clients") {
        Fault::Again("it has too many clients".to_owned())
    } else if has("AUTH") || has("password") {
        Fault::Options(PASSWORD.to_owned())
    } else if has("WRONGTYPE") || has("user_script") || has("Error running script") {
        Fault::Foreign
    } else if has("unknown command") {
        Fault::Options("it does not run scripts (EVALSHA)".to_owned())
    } else if has("DB index") {
        Fault::Options("it has no database of the number in its address".to_owned())
    } else {
        Fault::Options(format!("it rejects what this library asks of it ({code})"))
    }
}
