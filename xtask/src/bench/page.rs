//! A page of 100 rows through the whole client (from a transport in memory) against bare serde_json on the same type.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use bytes::Bytes;
use futures::future::BoxFuture;
use kakiyo::transport::{Failure, Incoming, Outgoing, Transport};
use kakiyo::{Kakiyo, Prospect};

use super::report::{Comparison, Direction, Floor};
use super::{PAIRS, calls};

const PAGES: u32 = 400;

#[derive(Debug)]
struct Memory(Bytes);

impl Transport for Memory {
    fn send(&self, _: Outgoing) -> BoxFuture<'_, Result<Incoming, Failure>> {
        let mut headers = http::HeaderMap::new();
        headers.insert("x-has-more", http::HeaderValue::from_static("false"));
        Box::pin(std::future::ready(Ok(Incoming { status: 200, headers, body: self.0.clone() })))
    }
}

pub(super) fn compare() -> Result<Comparison> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let body = Bytes::from(serde_json::to_vec(&rows())?);
    let client = Kakiyo::builder()
        .api_key("k".repeat(40))
        .base_url("http://127.0.0.1:9/v1")
        .limits(calls::wide_limit())
        .transport(Arc::new(Memory(body.clone())))
        .build()?;
    let ours = || -> Result<f64> {
        let started = Instant::now();
        for _ in 0..PAGES {
            let page = runtime.block_on(client.prospects().list("campaign").page())?;
            anyhow::ensure!(std::hint::black_box(page).len() == 100, "not a page");
        }
        Ok(f64::from(PAGES) / started.elapsed().as_secs_f64())
    };
    let theirs = || -> Result<f64> {
        let started = Instant::now();
        for _ in 0..PAGES {
            let rows: Vec<Prospect> = serde_json::from_slice(&body)?;
            anyhow::ensure!(std::hint::black_box(rows).len() == 100, "not a page");
        }
        Ok(f64::from(PAGES) / started.elapsed().as_secs_f64())
    };
    let mut pairs = Vec::new();
    for pair in 0..=PAIRS {
        let (one, other) = if pair % 2 == 0 {
            (ours()?, theirs()?)
        } else {
            let other = theirs()?;
            (ours()?, other)
        };
        if pair > 0 {
            pairs.push((one, other));
        }
    }
    Ok(Comparison {
        name: "Rust, page of 100 rows, from bytes to rows".to_owned(),
        against: "serde_json with the same type".to_owned(),
        unit: "pages/s".to_owned(),
        pairs,
        floor: Floor { limit: Some(1.15), direction: Direction::AtMost },
    })
}

/// Rows as the service sends them.
fn rows() -> Vec<serde_json::Value> {
    (0..100)
        .map(|number| {
            serde_json::json!({
                "id": format!("6a01b2c3d4e5f607{number:04x}"),
                "status": number % 8,
                "qualification": "inProgress",
                "paused": false,
                "lastMessage": "2026-06-23T07:41:00.000Z",
                "prospect": {
                    "id": format!("6a01b2c3d4e5f608{number:04x}"),
                    "name": format!("Amélie Fournier {number}"),
                    "url": format!("https://linkedin.com/in/amelie-fournier-{number}"),
                    "headline": "Head of Sales at Nordlicht | energy contracts, teams and numbers",
                    "currentCompanyName": "Nordlicht",
                    "currentJobTitle": "Head of Sales",
                    "currentCompanyWebsite": null,
                    "currentCompanyLinkedInUrl": "https://www.linkedin.com/company/nordlicht",
                },
            })
        })
        .collect()
}
