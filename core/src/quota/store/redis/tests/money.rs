//! Caps over several connections at once, and a record of money that is lost.

use super::*;
use crate::credits::Refusal;
use crate::quota::store::Change;

#[test]
fn a_cap_holds_over_connections_and_crashes() {
    run(async {
        const CAP: u64 = 37;
        let (server, clock) = (Server::start(), TestClock::new());
        let stores: Vec<_> = (0..4).map(|_| store(&server, 1, Some(&clock))).collect();
        let ask = Ask {
            money: Some(claim(&[Budget::new(CAP).per(Per::Ever)])),
            ..ask("a.list", Limits::unlimited())
        };
        let callers = (0..200_usize).map(|caller| {
            let (store, ask) = (Arc::clone(&stores[caller % 4]), ask.clone());
            tokio::spawn(async move {
                match admit(&store, &ask).await.unwrap() {
                    Step::Admit(grant) => {
                        // Each third caller dies before it can tell.
                        if caller % 3 > 0 {
                            end(&store, &ask, &grant, How::Answered(CLEAN)).await;
                        }
                        true
                    }
                    Step::Refuse(Refusal::Budget { .. }) => false,
                    other => panic!("{other:?}"),
                }
            })
        });
        let sent =
            futures::future::join_all(callers).await.into_iter().filter(|sent| *sent.as_ref().unwrap());
        assert_eq!(sent.count() as u64, CAP);
        let view = stores[0].clone().view().await.unwrap();
        let account = view.ledger.accounts[&"team/ever".parse().unwrap()];
        assert_eq!((account.min, account.max + account.reserved), (account.max, CAP));
    });
}

#[test]
fn what_a_crash_left_reserved_can_be_reconciled() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let store = store(&server, 1, Some(&clock));
        let money = Some(claim(&[Budget::new(2).per(Per::Ever)]));
        let ask = Ask { money, lease: Duration::from_secs(5), ..ask("a.list", a_second(9)) };
        granted(&store, &ask).await;
        clock.pass(Duration::from_secs(6));
        let open = granted(&store, &ask).await;
        assert!(matches!(admit(&store, &ask).await.unwrap(), Step::Refuse(_)));
        let account = "team/ever".parse().unwrap();
        assert_eq!(store.clone().view().await.unwrap().in_flight_of(&account), 1);
        store.clone().change(Change::Reconcile { account, charged: 0 }).await.unwrap();
        granted(&store, &ask).await;
        assert!(matches!(admit(&store, &ask).await.unwrap(), Step::Refuse(_)));
        end(&store, &ask, &open, How::Released).await;
        granted(&store, &ask).await;
    });
}

#[test]
fn without_the_record_of_what_was_spent_no_budget_passes_until_the_user_says_so() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let (one, other) = (store(&server, 1, Some(&clock)), store(&server, 1, Some(&clock)));
        let budget = Budget::new(9).per(Per::Ever);
        let capped = Ask { money: Some(claim(&[budget])), ..ask("a.list", a_second(9)) };
        let free = Ask { money: Some(claim(&[])), ..ask("a.list", a_second(9)) };
        for _ in 0..3 {
            granted(&one, &capped).await;
        }
        granted(&other, &free).await;
        let mut connection = server.connection().await;
        redis::cmd("FLUSHALL").exec_async(&mut connection).await.unwrap();
        // A process that knew of nothing begins a new record; those that knew the old one see it.
        granted(&store(&server, 1, Some(&clock)), &free).await;
        let error = admit(&one, &capped).await.unwrap_err();
        assert!(error.message.contains("lost its record of what was spent"), "{error}");
        clock.pass(Duration::from_secs(10));
        admit(&other, &capped).await.unwrap_err();
        granted(&other, &free).await;
        one.clone().change(Change::Resume).await.unwrap();
        granted(&one, &capped).await;
        granted(&other, &capped).await;
    });
}

#[test]
fn a_402_stops_all_processes() {
    run(async {
        let (server, clock) = (Server::start(), TestClock::new());
        let (one, other) = (store(&server, 1, Some(&clock)), store(&server, 1, Some(&clock)));
        let ask = Ask { money: Some(claim(&[])), ..ask("a.list", a_second(9)) };
        let grant = granted(&one, &ask).await;
        let ending = Ending { out_of_credits: true, charge: Credits::NONE, ..ending(How::Unproven) };
        one.clone().end(Arc::new(ask.clone()), grant, ending).await.unwrap();
        clock.pass(Duration::from_secs(20));
        match admit(&other, &ask).await.unwrap() {
            Step::Refuse(Refusal::OutOfCredits { since, probe_in }) => {
                assert_eq!((since, probe_in), (Duration::from_secs(20), Duration::from_secs(40)));
            }
            step => panic!("{step:?}"),
        }
        other.clone().change(Change::Declare { balance: 50, option: None }).await.unwrap();
        granted(&one, &ask).await;
    });
}
