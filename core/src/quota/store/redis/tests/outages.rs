//! A server that is away, restarted, full, wrong or not what it should be: nothing is sent, and words say why.

use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use super::*;
use crate::quota::rule::Why;

/// Waits as long as the store says.
async fn eventually(store: &Arc<RedisStore>, ask: &Ask) -> Grant {
    for _ in 0..200 {
        match admit(store, ask).await.unwrap() {
            Step::Admit(grant) => return grant,
            Step::Wait { look, .. } => tokio::time::sleep(look).await,
            Step::Refuse(refusal) => panic!("{refusal}"),
        }
    }
    panic!("never admitted");
}

/// An ask that keeps what users are told.
fn listening(ask: Ask) -> (Ask, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let hook = move |notice: &crate::quota::notice::Notice| ears.lock().unwrap().push(notice.message());
    (Ask { ears: Some(Arc::new(hook)), ..ask }, heard)
}

fn patient(url: &str, timeout: Duration, fail_open: bool) -> Arc<RedisStore> {
    Arc::new(RedisStore::new(&Secret::from(url), timeout, fail_open, team(1)).unwrap())
}

#[test]
fn after_a_restart_that_lost_everything_nobody_goes_until_the_calls_from_before_are_past() {
    run(async {
        let mut server = Server::start();
        let store = store(&server, 1, None);
        let (ask, heard) = listening(ask("a.list", a_second(9)));
        eventually(&store, &ask).await;
        heard.lock().unwrap().clear();
        server.kill();
        server.run();
        let restarted = Instant::now();
        match admit(&store, &ask).await.unwrap() {
            Step::Wait { why: Why::Recovering, .. } => {}
            step => panic!("{step:?}"),
        }
        let grant = eventually(&store, &ask).await;
        assert!(restarted.elapsed() >= Duration::from_millis(1_400), "{:?}", restarted.elapsed());
        assert_eq!(grant.left, Some(8));
        let heard = heard.lock().unwrap();
        assert!(heard.iter().any(|words| words.contains("has lost records of this team")), "{heard:?}");
    });
}

#[test]
fn a_restart_that_kept_everything_keeps_the_counters() {
    run(async {
        let mut server = Server::with(&["--appendonly", "yes", "--appendfsync", "always"]);
        let store = store(&server, 1, None);
        let money = Some(claim(&[Budget::new(2).per(Per::Ever)]));
        let (ask, heard) = listening(Ask { money, ..ask("a.list", a_second(9)) });
        let grant = eventually(&store, &ask).await;
        server.kill();
        server.run();
        end(&store, &ask, &grant, How::Answered(CLEAN)).await;
        eventually(&store, &ask).await;
        match admit(&store, &ask).await.unwrap() {
            Step::Refuse(refusal) => {
                assert!(refusal.to_string().contains("1 spent, 1 reserved"), "{refusal}")
            }
            step => panic!("{step:?}"),
        }
        let heard = heard.lock().unwrap();
        assert!(heard.iter().all(|words| !words.contains("has lost records")), "{heard:?}");
    });
}

#[test]
fn a_pause_of_the_server_is_waited_for() {
    run(async {
        let server = Server::start();
        let store = store(&server, 1, None);
        let ask = ask("a.list", a_second(9));
        eventually(&store, &ask).await;
        signal(&server, "STOP");
        let wake = async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            signal(&server, "CONT");
        };
        let (grant, ()) = tokio::join!(granted(&store, &ask), wake);
        assert!(grant.left.is_some());
    });
}

#[test]
fn a_server_that_is_away_fails_the_call_and_holds_no_slot_afterwards() {
    run(async {
        let server = Server::start();
        let ask = ask("a.list", a_second(1));
        let warm = patient(&server.url(), Duration::from_secs(2), false);
        let first = eventually(&warm, &ask).await;
        end(&warm, &ask, &first, How::Released).await;
        let hasty = patient(&server.url(), Duration::from_millis(300), false);
        hasty.look().await.unwrap();
        signal(&server, "STOP");
        let started = Instant::now();
        let error = admit(&hasty, &ask).await.unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(2));
        assert!(!error.misconfigured && error.message.contains("nothing was sent"), "{error}");
        signal(&server, "CONT");
        // The question is still on its way, and so is its withdrawal.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(granted(&warm, &ask).await.left, Some(0));
    });
}

#[test]
fn with_fail_open_only_calls_without_a_cap_go_out_unrecorded() {
    run(async {
        let mut server = Server::start();
        let (free, heard) = listening(ask("a.list", a_second(1)));
        let capped = Ask { money: Some(claim(&[Budget::new(5)])), ..free.clone() };
        let floored = Ask { money: Some(Claim { floor: Some(1), ..claim(&[]) }), ..free.clone() };
        let store = patient(&server.url(), Duration::from_millis(200), true);
        eventually(&store, &free).await;
        heard.lock().unwrap().clear();
        server.kill();
        for _ in 0..3 {
            let grant = granted(&store, &free).await;
            end(&store, &free, &grant, How::Answered(CLEAN)).await;
        }
        admit(&store, &capped).await.unwrap_err();
        admit(&store, &floored).await.unwrap_err();
        let heard = heard.lock().unwrap();
        assert_eq!(heard.iter().filter(|words| words.contains("fail_open is set")).count(), 1, "{heard:?}");
    });
}

#[test]
fn a_wrong_password_is_said_without_the_password() {
    run(async {
        let server = Server::with(&["--requirepass", "open-sesame"]);
        let address = server.url().split_off("redis://".len());
        for login in ["", ":swordfish@", "somebody:swordfish@"] {
            let error = store_at(&format!("redis://{login}{address}"), 1, None).look().await.unwrap_err();
            assert!(error.misconfigured && error.message.contains("password"), "{error}");
            assert!(!error.message.contains("swordfish"), "{error}");
        }
        let right = store_at(&format!("redis://:open-sesame@{address}"), 1, None);
        right.look().await.unwrap();
        let words = format!("{right:?} {}", right.link.place());
        assert!(!words.contains("sesame"), "{words}");
    });
}

#[test]
fn what_is_no_redis_server_is_told() {
    run(async {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let web = std::thread::spawn(move || {
            use std::io::{Read as _, Write as _};
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        });
        let error = store_at(&format!("redis://{address}"), 1, None).look().await.unwrap_err();
        assert!(error.misconfigured && error.message.contains("no Redis or Valkey"), "{error}");
        web.join().unwrap();
        let hasty = patient(&format!("redis://{address}"), Duration::from_millis(100), false);
        let error = admit(&hasty, &ask("a.list", a_second(1))).await.unwrap_err();
        assert!(!error.misconfigured && error.message.contains("refuses connections"), "{error}");
        let url = Secret::from(format!("redis://{address}/notanumber"));
        let error = RedisStore::new(&url, Duration::from_secs(1), false, team(1)).unwrap_err();
        assert!(error.misconfigured && error.message.contains("host:port/database"), "{error}");
    });
}

#[test]
fn other_data_at_a_key_is_named() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let store = store(&server, 1, Some(&clock));
        let ask = Ask { money: Some(claim(&[])), ..ask("a.list", a_second(1)) };
        let mut connection = server.connection().await;
        for key in store.keys.call(1, &ask.call, &[]).into_iter().filter(|key| !key.contains("lease:")) {
            redis::cmd("SET").arg(&key).arg("mine").exec_async(&mut connection).await.unwrap();
            let error = admit(&store, &ask).await.unwrap_err();
            assert!(
                error.misconfigured && error.message.contains(&format!("{key} holds a string")),
                "{error}"
            );
            redis::cmd("FLUSHALL").exec_async(&mut connection).await.unwrap();
            store.heard(|heard| heard.epoch = None);
        }
    });
}

#[test]
fn a_full_server_and_a_replica_are_told_apart() {
    run(async {
        let server = Server::start();
        let store = patient(&server.url(), Duration::from_millis(300), false);
        let ask = ask("a.list", a_second(1));
        let mut connection = server.connection().await;
        let mut config = async |name: &str, value: &str| {
            redis::cmd("CONFIG").arg("SET").arg(name).arg(value).exec_async(&mut connection).await.unwrap();
        };
        config("maxmemory", "1").await;
        let error = admit(&store, &ask).await.unwrap_err();
        assert!(!error.misconfigured && error.message.contains("memory is full"), "{error}");
        config("maxmemory", "0").await;
        redis::cmd("REPLICAOF").arg("127.0.0.1").arg("1").exec_async(&mut connection).await.unwrap();
        let error = admit(&store, &ask).await.unwrap_err();
        assert!(!error.misconfigured && error.message.contains("replica"), "{error}");
    });
}

fn signal(server: &Server, name: &str) {
    assert!(
        Command::new("kill")
            .arg(format!("-{name}"))
            .arg(server.pid().to_string())
            .status()
            .unwrap()
            .success()
    );
}
