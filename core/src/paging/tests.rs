//! Ends of walks, decided without a network.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

use super::*;
use crate::kakiyo::{Campaign, DncEntry};

/// One answer: its headers, its body.
fn page(headers: &[(&'static str, &str)], ids: std::ops::Range<u32>) -> Page<Campaign> {
    let rows: Vec<_> = ids.map(|id| serde_json::json!({"id": format!("c{id}")})).collect();
    enveloped(headers, serde_json::Value::from(rows))
}

fn enveloped(headers: &[(&'static str, &str)], body: serde_json::Value) -> Page<Campaign> {
    let headers = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect();
    let document = Document::new(Bytes::from(body.to_string()), Page::<Campaign>::LAYOUT);
    Page::from_document(&document, &headers).unwrap()
}

fn walk(style: PagingStyle, options: PageOptions) -> Walk {
    Walk::new(Paging { style, cap: 100 }, options).unwrap()
}

fn asked(walk: &Walk) -> String {
    walk.query()
        .map(|pairs| {
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        })
        .unwrap_or_else(|| "end".to_owned())
}

#[test]
fn without_any_sign_a_short_page_ends() {
    let mut walk = walk(PagingStyle::OffsetOrAfter, PageOptions::default());
    assert_eq!(asked(&walk), "limit=100");
    walk.book(&mut page(&[], 0..100)).unwrap();
    assert_eq!(asked(&walk), "limit=100&offset=100");
    walk.book(&mut page(&[], 100..130)).unwrap();
    assert_eq!(asked(&walk), "end");
    assert_eq!(walk.read, 130);
}

#[test]
fn an_empty_page_ends() {
    let mut walk = walk(PagingStyle::OffsetOrAfter, PageOptions::default());
    walk.book(&mut page(&[], 0..100)).unwrap();
    walk.book(&mut page(&[], 0..0)).unwrap();
    assert_eq!(asked(&walk), "end");
}

#[test]
fn the_cursor_wins_over_the_offset() {
    let mut walk = walk(PagingStyle::Headers, PageOptions::default());
    walk.book(&mut page(&[("x-next-cursor", "abc"), ("x-has-more", "true")], 0..100)).unwrap();
    assert_eq!(asked(&walk), "limit=100&cursor=abc");
    walk.book(&mut page(&[("x-has-more", "true")], 100..200)).unwrap();
    assert_eq!(asked(&walk), "limit=100&offset=200");
    walk.book(&mut page(&[("x-has-more", "false")], 200..300)).unwrap();
    assert_eq!(asked(&walk), "end");
}

#[test]
fn no_more_ends_even_with_a_cursor() {
    let mut walk = walk(PagingStyle::Headers, PageOptions::default());
    walk.book(&mut page(&[("x-next-cursor", "abc"), ("x-has-more", "False")], 0..100)).unwrap();
    assert_eq!(asked(&walk), "end");
}

#[test]
fn a_short_page_with_more_goes_on() {
    let mut walk = walk(PagingStyle::HasMore, PageOptions::default());
    let body = serde_json::json!({"campaigns": [{"id": "a"}], "pagination": {"hasMore": true, "total": 2}});
    let mut first = enveloped(&[], body);
    assert_eq!(first.total(), Some(2));
    walk.book(&mut first).unwrap();
    assert_eq!(asked(&walk), "limit=100&offset=1");
}

#[test]
fn the_total_of_one_page_is_no_total() {
    let body =
        serde_json::json!({"error": null, "data": {"entries": [{"$id": "a"}], "total": 1, "limit": 1}});
    let document = Document::new(Bytes::from(body.to_string()), Page::<DncEntry>::LAYOUT);
    let page = Page::<DncEntry>::from_document(&document, &HeaderMap::new()).unwrap();
    assert_eq!((page.total(), page.has_more(), page[0].row_id()), (None, None, Some("a")));
}

#[test]
fn the_last_page_asks_for_no_more_than_is_wanted() {
    let mut walk = walk(PagingStyle::Headers, PageOptions { max_items: Some(130), ..PageOptions::default() });
    walk.book(&mut page(&[("x-has-more", "true")], 0..100)).unwrap();
    assert_eq!(asked(&walk), "limit=30&offset=100");
    walk.book(&mut page(&[("x-has-more", "true")], 100..130)).unwrap();
    assert_eq!(asked(&walk), "end");
}

#[test]
fn no_items_wanted_asks_nothing() {
    assert_eq!(
        asked(&walk(PagingStyle::Headers, PageOptions { max_items: Some(0), ..PageOptions::default() })),
        "end"
    );
}

#[test]
fn a_server_that_ignores_the_limit_has_sent_everything() {
    let mut walk = walk(PagingStyle::Headers, PageOptions { page_size: Some(10), ..PageOptions::default() });
    let mut whole = page(&[], 0..57);
    walk.book(&mut whole).unwrap();
    assert_eq!((whole.len(), asked(&walk).as_str()), (57, "end"));
}

#[test]
fn more_rows_than_wanted_are_cut() {
    let mut walk = walk(PagingStyle::Headers, PageOptions { max_items: Some(7), ..PageOptions::default() });
    let mut whole = page(&[], 0..57);
    walk.book(&mut whole).unwrap();
    assert_eq!((whole.len(), walk.read), (7, 7));
}

#[test]
fn a_repeated_page_tries_after_once_where_it_exists() {
    let mut walk = walk(PagingStyle::OffsetOrAfter, PageOptions::default());
    walk.book(&mut page(&[], 0..100)).unwrap();
    let mut repeated = page(&[], 0..100);
    walk.book(&mut repeated).unwrap();
    assert_eq!((repeated.len(), asked(&walk).as_str()), (0, "limit=100&after=c99"));
    walk.book(&mut page(&[], 100..200)).unwrap();
    assert_eq!(asked(&walk), "limit=100&after=c199");
    let error = walk.book(&mut page(&[], 100..200)).unwrap_err();
    assert!(error.to_string().contains("200 rows"), "{error}");
    assert_eq!(asked(&walk), "end");
}

#[test]
fn a_repeated_page_elsewhere_is_an_error() {
    let mut walk = walk(PagingStyle::Headers, PageOptions::default());
    walk.book(&mut page(&[("x-has-more", "true")], 0..100)).unwrap();
    let error = walk.book(&mut page(&[("x-has-more", "true")], 0..100)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("after 100 rows"), "{error}");
}

#[test]
fn a_repeated_cursor_is_an_error() {
    let mut walk = walk(PagingStyle::Headers, PageOptions::default());
    walk.book(&mut page(&[("x-next-cursor", "same")], 0..100)).unwrap();
    walk.book(&mut page(&[("x-next-cursor", "same")], 100..200)).unwrap();
    // The rows that came with it belong to the caller; the walk fails after them.
    assert_eq!((walk.read, asked(&walk).as_str()), (200, "end"));
    assert!(walk.failure.is_some_and(|error| error.to_string().contains("after 200 rows")));
}

#[test]
fn page_sizes_beyond_the_cap_are_refused() {
    for size in [0, 101] {
        let options = PageOptions { page_size: Some(size), ..PageOptions::default() };
        let error = Walk::new(Paging { style: PagingStyle::Headers, cap: 100 }, options).unwrap_err();
        assert_eq!(error.details()[0].field, "pageSize");
    }
}

mod walks_end {
    //! Whatever the server sends, a walk ends and reads no row twice more than the server repeats it.

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn within_as_many_pages_as_there_are_rows(
            total in 0_u32..400,
            size in 1_u32..=100,
            max_items in proptest::option::of(0_u64..500),
            says_more in any::<bool>(),
        ) {
            let options = PageOptions { page_size: Some(size), max_items, ..PageOptions::default() };
            let mut walk = walk(PagingStyle::Headers, options);
            let mut pages = 0;
            while let Some(query) = walk.query() {
                let value = |name: &str| query.iter().find(|(key, _)| *key == name).map_or(0, |(_, value)| value.parse().unwrap());
                let (offset, limit): (u32, u32) = (value("offset"), value("limit"));
                prop_assert!(limit >= 1 && limit <= size);
                let end = (offset + limit).min(total);
                let more = if end < total { "true" } else { "false" };
                let headers: &[(&'static str, &str)] = if says_more { &[("x-has-more", more)] } else { &[] };
                walk.book(&mut page(headers, offset.min(total)..end)).unwrap();
                pages += 1;
                prop_assert!(pages <= total / size + 2);
            }
            prop_assert_eq!(walk.read, u64::from(total).min(max_items.unwrap_or(u64::MAX)));
        }
    }
}
