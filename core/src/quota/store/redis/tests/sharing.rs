//! What several processes see of each other, and what is left of one that dies.

use super::*;

#[test]
fn two_stores_share_the_slots() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let (one, other) = (store(&server, 1, Some(&clock)), store(&server, 1, Some(&clock)));
        let ask = ask("a.list", a_second(2));
        let first = granted(&one, &ask).await;
        let second = granted(&other, &ask).await;
        assert_eq!((first.left, second.left), (Some(1), Some(0)));
        end(&other, &ask, &first, How::Answered(CLEAN)).await;
        clock.pass(Duration::from_millis(300));
        assert_eq!(
            waits(&one, &ask).await,
            Duration::from_millis(720),
            "the answer, a second and the margin"
        );
        clock.pass(Duration::from_millis(720));
        granted(&one, &ask).await;
    });
}

#[test]
fn another_team_shares_nothing() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let ask = ask("a.list", a_second(1));
        granted(&store(&server, 1, Some(&clock)), &ask).await;
        granted(&store(&server, 2, Some(&clock)), &ask).await;
    });
}

#[test]
fn the_slot_of_a_dead_process_ends_with_its_lease_and_one_window() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let ask = Ask { lease: Duration::from_secs(4), ..ask("a.list", a_second(1)) };
        granted(&store(&server, 1, Some(&clock)), &ask).await;
        let other = store(&server, 1, Some(&clock));
        clock.pass(Duration::from_secs(4));
        assert_eq!(waits(&other, &ask).await, Duration::from_millis(1_020));
        clock.pass(Duration::from_micros(1_019_999));
        assert_eq!(waits(&other, &ask).await, Duration::from_micros(1));
        clock.pass(Duration::from_micros(1));
        granted(&other, &ask).await;
    });
}

#[test]
fn a_forgotten_script_is_sent_again() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let store = store(&server, 1, Some(&clock));
        let ask = ask("a.list", a_second(9));
        let grant = granted(&store, &ask).await;
        let mut connection = server.connection().await;
        redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut connection).await.unwrap();
        end(&store, &ask, &grant, How::Answered(CLEAN)).await;
        assert_eq!(granted(&store, &ask).await.left, Some(7));
    });
}

#[test]
fn the_same_question_takes_one_slot() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let store = store(&server, 1, Some(&clock));
        let ask = Ask { money: Some(claim(&[Budget::new(5)])), ..ask("a.list", a_second(2)) };
        let first = store.ask_admission(&ask, 0, 77).await.unwrap();
        assert_eq!(store.ask_admission(&ask, 0, 77).await.unwrap(), first);
        assert_eq!(granted(&store, &ask).await.left, Some(0));
        let view = store.view().await.unwrap();
        assert_eq!(view.ledger.accounts[&"team/ever".parse().unwrap()].reserved, 2);
    });
}

#[test]
fn what_was_given_up_takes_no_slot_when_it_arrives_late() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let store = store(&server, 1, Some(&clock));
        let ask = ask("a.list", a_second(1));
        let grant = Grant { at: Duration::ZERO, left: None, probe: None, id: 77, reservation: None };
        end(&store, &ask, &grant, How::Released).await;
        store.ask_admission(&ask, 0, 77).await.unwrap_err();
        granted(&store, &ask).await;
    });
}

#[test]
fn asking_for_a_place_behind_others_takes_nothing() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let store = store(&server, 1, Some(&clock));
        let ask = Arc::new(ask("a.list", a_second(2)));
        let behind = async |ahead| match store.clone().admit(Arc::clone(&ask), ahead).await.unwrap() {
            Step::Wait { earliest, .. } => earliest,
            other => panic!("{other:?}"),
        };
        assert_eq!(behind(1).await, Duration::ZERO);
        let mut connection = server.connection().await;
        let keys: usize = redis::cmd("DBSIZE").query_async(&mut connection).await.unwrap();
        assert_eq!(keys, 0);
        assert_eq!(behind(2).await, Duration::from_millis(1_020));
        assert_eq!(behind(5).await, Duration::from_millis(2_040));
        let grant = granted(&store, &ask).await;
        end(&store, &ask, &grant, How::Answered(CLEAN)).await;
        clock.pass(Duration::from_millis(500));
        assert_eq!(behind(1).await, Duration::from_millis(520));
        assert_eq!(behind(2).await, Duration::from_millis(1_020));
    });
}

#[test]
fn time_stands_still_while_the_clock_of_the_server_is_behind() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let store = store(&server, 1, Some(&clock));
        let ask = ask("a.list", a_second(1));
        let grant = granted(&store, &ask).await;
        clock.pass(Duration::from_millis(500));
        end(&store, &ask, &grant, How::Answered(CLEAN)).await;
        clock.0.fetch_sub(400_000, Ordering::Relaxed);
        assert_eq!(waits(&store, &ask).await, Duration::from_millis(1_020));
        clock.pass(Duration::from_millis(400));
        assert_eq!(waits(&store, &ask).await, Duration::from_millis(1_020));
        clock.pass(Duration::from_millis(1_020));
        granted(&store, &ask).await;
    });
}

#[test]
fn a_clock_set_back_by_much_costs_one_quarantine() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let store = store(&server, 1, Some(&clock));
        let ask = ask("a.list", a_second(1));
        granted(&store, &ask).await;
        clock.0.fetch_sub(3_600_000_000, Ordering::Relaxed);
        assert_eq!(waits(&store, &ask).await, Duration::from_millis(1_520));
        clock.pass(Duration::from_millis(1_520));
        granted(&store, &ask).await;
    });
}

#[test]
fn records_are_kept_for_a_while_and_under_one_tag() {
    run(async {
        let server = Server::start();
        let store = store(&server, 1, Some(&TestClock::new()));
        let daily = Budget::new(5).per(Per::Day).tag("spring\u{e9}");
        let money = Claim { labels: [BudgetOn::Tag("spring\u{e9}".into())].into(), ..claim(&[daily]) };
        let ask = Ask { money: Some(money), ..ask("GET /a path", a_second(1)) };
        let grant = granted(&store, &ask).await;
        end(&store, &ask, &grant, How::Answered(CLEAN)).await;
        let mut connection = server.connection().await;
        let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
        assert!(keys.len() > 10, "{keys:?}");
        let tag = format!("kakiyo:{{{}}}:", team(1).map(|byte| format!("{byte:02x}")).concat());
        for key in keys {
            let name = key.strip_prefix(&tag).unwrap_or_else(|| panic!("{key}"));
            let left: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut connection).await.unwrap();
            let kept = ["team", "groups", "accounts"].contains(&name) || name.ends_with("/ever");
            assert_eq!(left < 0, kept, "{key} {left}");
        }
    });
}

#[test]
fn what_is_stored_holds_no_key() {
    run(async {
        let server = Server::start();
        let key = "ky_0123456789abcdefghijklmnopqrstuvwxyz_0123456789";
        let client = crate::Kakiyo::builder()
            .api_key(key)
            .base_url("http://127.0.0.1:1")
            .limits(a_second(9))
            .store(server.url().parse().unwrap())
            .budget(Budget::new(5).per(Per::Ever))
            .max_retries(0)
            .build()
            .unwrap();
        client.verify().await.unwrap_err();
        let mut connection = server.connection().await;
        let names: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
        assert!(names.len() > 7, "{names:?}");
        for name in names {
            let kind: String = redis::cmd("TYPE").arg(&name).query_async(&mut connection).await.unwrap();
            let read = match kind.as_str() {
                "hash" => redis::cmd("HGETALL").arg(&name).clone(),
                "set" => redis::cmd("SMEMBERS").arg(&name).clone(),
                _ => redis::cmd("ZRANGE").arg(&name).arg(0).arg(-1).clone(),
            };
            let values: Vec<String> = read.query_async(&mut connection).await.unwrap();
            let stored = format!("{name} {values:?}");
            assert!(!stored.contains(&key[..12]) && !stored.contains(&key[12..]), "{stored}");
        }
    });
}
