//! A run of every operation of both services against the sandbox's own world, in all of its profiles, with everything that
//! passes on the wire. One file per subject; `run` holds what they call with, `fixtures` what they begin with.

mod adding;
mod agents;
mod analytics;
mod basics;
mod campaigns;
mod deletions;
mod dnc;
mod fixtures;
mod kaiko;
mod kaiko_refusals;
mod prospects;
mod refusals;
mod run;
mod webhooks;
mod workspaces;

use std::collections::BTreeSet;

use kakiyo_sandbox::{KaikoProfile, Profile};
use kakiyo_tests::recorder::Exchange;

use self::run::Run;

/// What passed, the statuses that it has to hold so that a run cannot shrink unseen, and what to call it.
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) statuses: BTreeSet<u16>,
}

/// Runs everything of Kakiyo, good and refused, in each profile.
pub(crate) async fn kakiyo() -> Vec<Seen> {
    let mut seen = Vec::new();
    for profile in [Profile::Seed, Profile::Tiered] {
        let run = Run::kakiyo(profile).await;
        basics::scenario(&run).await;
        agents::scenario(&run).await;
        campaigns::scenario(&run).await;
        dnc::scenario(&run).await;
        prospects::scenario(&run).await;
        adding::scenario(&run).await;
        deletions::scenario(&run).await;
        analytics::scenario(&run).await;
        webhooks::scenario(&run).await;
        workspaces::scenario(&run).await;
        refusals::scenario(&run, profile).await;
        let mut statuses = BTreeSet::from([200, 201, 202, 400, 401, 403, 404, 409, 429]);
        if profile == Profile::Seed {
            statuses.insert(402);
        }
        seen.push(Seen { name: format!("{profile:?}"), exchanges: run.exchanges(), statuses });
    }
    seen
}

/// Runs everything of Kaiko, good and refused, in each profile.
pub(crate) async fn kaiko() -> Vec<Seen> {
    let mut seen = Vec::new();
    for profile in [KaikoProfile::Contract, KaikoProfile::Observed] {
        let run = Run::kaiko(profile).await;
        kaiko::scenario(&run, profile).await;
        kaiko_refusals::scenario(&run, profile).await;
        let statuses = BTreeSet::from(match profile {
            KaikoProfile::Contract => [200, 400, 401, 403, 404, 409, 422, 429],
            KaikoProfile::Observed => [200, 402, 403, 404, 413, 422, 429, 500],
        });
        seen.push(Seen { name: format!("{profile:?}"), exchanges: run.exchanges(), statuses });
    }
    seen
}
