//! A run of every operation against the sandbox's own world, with everything that passes on the wire.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kakiyo::registry;
use kakiyo::{CallOptions, Kakiyo, Limits, PageOptions};
use kakiyo_sandbox::{Profile, Sandbox};
use kakiyo_tests::recorder::{Exchange, Recorder};
use serde_json::{Value, json};

pub(crate) const PROFILES: [Profile; 2] = [Profile::Seed, Profile::Tiered];

/// The statuses that a run has to meet, so that it cannot shrink unseen.
pub(crate) fn statuses(profile: Profile) -> BTreeSet<u16> {
    let mut statuses = BTreeSet::from([200, 201, 400, 401, 403, 404, 409, 429]);
    if profile == Profile::Seed {
        statuses.insert(402);
    }
    statuses
}

/// Sandbox, client and wire of one run.
struct Run {
    sandbox: Sandbox,
    client: Kakiyo,
}

/// Runs everything, good and refused.
pub(crate) async fn run(profile: Profile) -> Vec<Exchange> {
    let sandbox = Sandbox::builder().profile(profile).virtual_clock().start().await.unwrap();
    let recorder = Arc::new(Recorder::default());
    let client = client(&sandbox, &recorder, sandbox.api_key());
    let run = Run { sandbox, client };
    run.good().await;
    run.refused(&recorder).await;
    recorder.take()
}

fn client(sandbox: &Sandbox, recorder: &Arc<Recorder>, key: &str) -> Kakiyo {
    Kakiyo::builder()
        .base_url(sandbox.base_url())
        .api_key(key)
        .limits(Limits::unlimited())
        .max_retries(0)
        .transport(Arc::clone(recorder) as _)
        .build()
        .unwrap()
}

impl Run {
    async fn good(&self) {
        self.call("verify", json!({})).await.unwrap();
        let product = self
            .call(
                "products.create",
                json!({"name": "Nordlicht audit", "description": "A review of a contract portfolio."}),
            )
            .await
            .unwrap();
        assert_eq!(self.call("products.list", json!({})).await.unwrap().as_array().unwrap().len(), 1);
        let models = self.call("models.list", json!({})).await.unwrap();
        let model = self.call("models.get", json!({"modelId": models[0]["id"]})).await.unwrap();
        assert_eq!(model, models[0]);
        // Once answered with an id, once found in the list.
        let prompt = json!({"name": "Founder intro", "model": "680321c8001e2f527d82", "type": "Messages"});
        self.control("settings", json!({"promptId": true}));
        self.call("prompts.create", prompt.clone()).await.unwrap();
        self.control("settings", json!({"promptId": false}));
        let prompt = self.call("prompts.create", prompt).await.unwrap();
        assert_eq!(self.call("prompts.list", json!({})).await.unwrap().as_array().unwrap().len(), 2);
        self.write(&prompt["id"]).await;
        self.call("agents.create", json!({})).await.unwrap();
        let agent = self
            .call(
                "agents.create",
                json!({
                    "name": "Camille Roche", "email": "camille.roche@example.org", "password": "correct horse", "firstName": "Camille",
                    "lastName": "Roche", "limits": {"dailyConnections": 15, "dailyMessages": 40, "dailyProfileViews": 80},
                    "workingHours": {"start": "08:30", "end": "17:30", "timezone": "Europe/Paris", "days": ["monday", "friday"]},
                }),
            )
            .await
            .unwrap();
        let campaign = self
            .call(
                "campaigns.create",
                json!({
                    "name": "DACH founders, spring", "productId": product["id"], "promptId": prompt["id"], "agentId": agent["id"],
                    "qualificationAutomatic": 72, "qualificationVerification": 48, "variables": {"offer": "audit call"}, "preventAutoStart": false,
                }),
            )
            .await
            .unwrap();
        self.import(&campaign["id"]).await;
        self.next_minute();
        self.read(&campaign["id"]).await;
        self.converse(&campaign["id"]).await;
        self.end(&campaign["id"]).await;
    }

    /// One of each: new, with context, blocked, twice, no profile.
    async fn import(&self, campaign: &Value) {
        let profile =
            |slug: &str| json!({"name": "A Person", "url": format!("https://linkedin.com/in/{slug}")});
        let entries =
            json!({"entries": [{"url": "in/blocked"}, {"url": "in/blocked"}, {"url": "not-a-profile"}]});
        self.call("dnc.add_batch", entries).await.unwrap();
        self.block().await;
        let mut told = profile("amelie-fournier");
        told["ongoing"] = json!(true);
        told["customData"] = json!("Met in Lyon.");
        let rows = [
            told,
            profile("jonas-weber"),
            profile("jonas-weber"),
            profile("blocked"),
            json!({"name": "X", "url": "https://example.org/x"}),
        ];
        let accepted = self
            .call("prospects.add_batch", json!({"campaignId": campaign, "prospects": rows}))
            .await
            .unwrap();
        let list = json!({"listId": accepted["listId"]});
        assert_eq!(self.call("prospects.import_status", list.clone()).await.unwrap()["finished"], false);
        self.sandbox.advance(Duration::from_secs(5));
        let status = self.call("prospects.import_status", list).await.unwrap();
        assert_eq!((&status["finished"], &status["imported"]), (&json!(true), &json!(2)), "{status}");
    }

    /// One profile more, for a while.
    async fn block(&self) {
        let url = json!({"url": "www.linkedin.com/in/Amelie-Fournier/"});
        let free = self.call("dnc.check", url.clone()).await.unwrap();
        assert_eq!((&free["onList"], &free["entry"]), (&json!(false), &Value::Null));
        let added = self.call("dnc.add", url.clone()).await.unwrap();
        let blocked = self.call("dnc.check", url.clone()).await.unwrap();
        assert_eq!((&blocked["onList"], &blocked["entry"]["id"]), (&json!(true), &added["id"]));
        let again = self.call("dnc.add", url.clone()).await.unwrap_err();
        assert_eq!((again.kind().as_str(), again.code()), ("conflict", Some("dnc_entry_exists")));
        let listed = self.walk("dnc.list", json!({}), 1).await;
        assert_eq!((listed.len(), &listed[0]), (2, &blocked["entry"]));
        self.call("dnc.remove", json!({"entryId": added["id"]})).await.unwrap();
        assert_eq!(self.call("dnc.check", url).await.unwrap()["onList"], false);
    }

    async fn read(&self, campaign: &Value) {
        let chats = self.walk("prospects.list", json!({"campaignId": campaign}), 1).await;
        assert_eq!(chats.len(), 2);
        self.control(
            &format!("chats/{}", chats[0]["id"].as_str().unwrap()),
            json!({"messageSent": true, "replied": true}),
        );
        for form in ["flat", "spec"] {
            self.control("settings", json!({"searchForm": form}));
            assert_eq!(self.walk("prospects.search", json!({}), 1).await.len(), 2);
        }
        let filters = json!({
            "query": "a", "campaignId": campaign, "qualification": "pending", "status": 4, "city": "Lyon", "country": "France",
            "hasResponded": true, "isPaused": false,
        });
        self.walk("prospects.search", filters, 100).await;
        let filters = json!({"campaignId": campaign, "status": 4, "isPaused": false, "hasResponded": true});
        assert_eq!(self.walk("prospects.list", filters, 100).await.len(), 1);
        assert_eq!(self.walk("campaigns.list", json!({}), 1).await.len(), 1);
        let report = self.call("campaigns.stats", json!({"campaignId": campaign})).await.unwrap();
        assert_eq!(report["stats"]["responseRate"], 50.0, "{report}");
    }

    /// The text of a prompt of each kind. Only some servers have it.
    async fn write(&self, prompt: &Value) {
        self.next_minute();
        self.control("settings", json!({"promptText": false}));
        let error = self.call("prompts.get", json!({"promptId": prompt})).await.unwrap_err();
        assert_eq!(error.kind().as_str(), "not_found");
        self.control("settings", json!({"promptText": true}));
        let change = json!({
            "promptId": prompt, "context": "You write for {{company}}.", "firstMessage": "Greet the person.", "followUpEnabled": true,
            "followUps": [{"prompt": "Ask one short question.", "delay": 4}],
        });
        self.call("prompts.update", change).await.unwrap();
        let details = self.call("prompts.get", json!({"promptId": prompt})).await.unwrap();
        assert_eq!(details["followUps"], json!([{"prompt": "Ask one short question.", "delay": 4}]));
        let wrong = json!({"promptId": prompt, "comment": "Agree."});
        assert_eq!(self.call("prompts.update", wrong).await.unwrap_err().status(), Some(400));
        let comment = json!({"name": "Comments", "model": "680321c8001e2f527d82", "type": "Comment"});
        let comment = self.call("prompts.create", comment).await.unwrap();
        let change = json!({"promptId": comment["id"], "comment": "Agree, and add one thought."});
        self.call("prompts.update", change).await.unwrap();
        let details = self.call("prompts.get", json!({"promptId": comment["id"]})).await.unwrap();
        assert_eq!(details["comment"], "Agree, and add one thought.");
    }

    /// One conversation, read and changed.
    async fn converse(&self, campaign: &Value) {
        self.next_minute();
        let chats = self.walk("prospects.list", json!({"campaignId": campaign}), 100).await;
        let chat = json!({"chatId": chats[0]["id"]});
        for text in ["", "Wants a call after 15 September."] {
            let change = json!({"chatId": chats[0]["id"], "customData": text});
            let saved = self.call("prospects.set_custom_data", change).await.unwrap();
            assert_eq!(saved["customDataLength"], text.len(), "{saved}");
        }
        // What is paused already can be paused.
        for verb in ["pause", "pause", "resume", "pause", "qualify"] {
            self.call(&format!("prospects.{verb}"), chat.clone()).await.unwrap();
        }
        let details = self.call("prospects.get", chat).await.unwrap();
        assert_eq!((&details["paused"], &details["qualification"]), (&json!(true), &json!("qualified")));
        assert_eq!(details["customData"], "Wants a call after 15 September.");
        assert_eq!(&details["campaign"]["id"], campaign);
        assert_eq!(details["messages"].as_array().unwrap().len(), 2, "{details}");
    }

    /// The campaign is changed, stopped and deleted with all that belongs to it.
    async fn end(&self, campaign: &Value) {
        self.next_minute();
        let id = json!({"campaignId": campaign});
        let change = json!({
            "campaignId": campaign, "name": "DACH founders, summer", "qualificationAutomatic": 80, "qualificationVerification": 40,
            "variables": {"offer": "audit call"},
        });
        self.call("campaigns.update", change).await.unwrap();
        let error = self.call("campaigns.delete", id.clone()).await.unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(409), Some("campaign_active")));
        for verb in ["pause", "resume", "pause", "pause"] {
            self.call(&format!("campaigns.{verb}"), id.clone()).await.unwrap();
        }
        let report = self.call("campaigns.stats", id.clone()).await.unwrap();
        assert_eq!((&report["name"], &report["status"]), (&json!("DACH founders, summer"), &json!("paused")));
        let deleted = self.call("campaigns.delete", id).await.unwrap();
        assert_eq!(
            deleted["deletionSummary"]["deletedItems"],
            json!({"prospects": 2, "chats": 2, "messages": 2, "tasks": 0, "webhookEvents": 0})
        );
        assert_eq!(self.walk("prospects.search", json!({}), 100).await.len(), 0);
        assert_eq!(self.walk("campaigns.list", json!({}), 100).await.len(), 0);
    }

    async fn refused(&self, recorder: &Arc<Recorder>) {
        let nothing = json!({});
        for (operation, arguments, kind) in [
            ("campaigns.stats", json!({"campaignId": "unknown"}), "not_found"),
            ("prospects.list", json!({"campaignId": "unknown"}), "not_found"),
            ("campaigns.update", json!({"campaignId": "unknown", "name": "abc"}), "not_found"),
            ("campaigns.delete", json!({"campaignId": "unknown"}), "not_found"),
            ("campaigns.pause", json!({"campaignId": "unknown"}), "not_found"),
            ("campaigns.resume", json!({"campaignId": "unknown"}), "not_found"),
            ("prompts.get", json!({"promptId": "unknown"}), "not_found"),
            ("prompts.update", json!({"promptId": "unknown", "context": "x"}), "not_found"),
            ("prospects.get", json!({"chatId": "unknown"}), "not_found"),
            ("prospects.set_custom_data", json!({"chatId": "unknown", "customData": "x"}), "not_found"),
            ("prospects.pause", json!({"chatId": "unknown"}), "not_found"),
            ("prospects.resume", json!({"chatId": "unknown"}), "not_found"),
            ("prospects.qualify", json!({"chatId": "unknown"}), "not_found"),
            ("prospects.import_status", json!({"listId": "unknown"}), "not_found"),
            ("prospects.search", json!({"qualification": "archived"}), "invalid_request"),
            ("agents.create", json!({"email": "no address"}), "invalid_request"),
            ("models.get", json!({"modelId": "unknown"}), "not_found"),
            ("dnc.remove", json!({"entryId": "unknown"}), "not_found"),
            ("dnc.add", json!({"url": "not-a-profile"}), "invalid_request"),
        ] {
            self.next_minute();
            let error = self.call(operation, arguments).await.unwrap_err();
            assert_eq!(error.kind().as_str(), kind, "{operation}");
        }
        let stranger = client(&self.sandbox, recorder, &"x".repeat(40));
        let error = stranger.verify().await.unwrap_err();
        assert_eq!(error.kind().as_str(), "auth");
        self.control("settings", json!({"limits": {"verify": 1, "dnc.add_batch": 0}}));
        self.call("verify", nothing.clone()).await.ok();
        assert_eq!(self.call("verify", nothing.clone()).await.unwrap_err().kind().as_str(), "rate_limited");
        let blocked = self.call("dnc.add_batch", json!({"entries": [{"url": "in/a"}]})).await.unwrap_err();
        assert_eq!(blocked.kind().as_str(), "rate_limited");
        self.control("credits", json!({"set": 0}));
        let broke = self.call("prompts.list", nothing.clone()).await;
        assert!(broke.is_ok() || broke.is_err_and(|error| error.kind().as_str() == "out_of_credits"));
        self.control("settings", json!({"subscriptionActive": false}));
        assert_eq!(self.call("prompts.list", nothing).await.unwrap_err().kind().as_str(), "permission");
    }

    /// So many calls fit in no window.
    fn next_minute(&self) {
        self.sandbox.advance(Duration::from_secs(61));
    }

    async fn call(&self, operation: &str, arguments: Value) -> kakiyo::Result<Value> {
        let entry = registry::find(operation)?;
        if entry.spec.paging.cap > 0 {
            let options = PageOptions::default();
            let mut pages = entry.open(
                self.client.clone(),
                arguments.to_string().as_bytes(),
                CallOptions::new(),
                options,
            )?;
            let page = pages.next(&CallOptions::new()).await.unwrap()?;
            return Ok(page.document.tree().clone());
        }
        let call = entry.invoke(self.client.clone(), arguments.to_string().as_bytes(), CallOptions::new())?;
        Ok(call.await?.document.tree().clone())
    }

    async fn walk(&self, operation: &str, arguments: Value, size: u32) -> Vec<Value> {
        let mut options = PageOptions::default();
        options.page_size = Some(size);
        let entry = registry::find(operation).unwrap();
        let mut pages = entry
            .open(self.client.clone(), arguments.to_string().as_bytes(), CallOptions::new(), options)
            .unwrap();
        let mut rows = Vec::new();
        while let Some(page) = pages.next(&CallOptions::new()).await {
            rows.extend(page.unwrap().document.tree().as_array().unwrap().iter().cloned());
        }
        rows
    }

    fn control(&self, route: &str, body: Value) {
        self.sandbox.control("POST", &format!("/_sandbox/{route}"), body).unwrap();
    }
}
