//! Tests of whole files; the rules of addresses have their own in `identity_tests.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;

use super::*;

const CSV: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/leads.csv");
const DNC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/do-not-contact.csv");

fn plan_bytes(content: impl AsRef<[u8]>) -> Result<LeadPlan, LeadsError> {
    plan(content.as_ref(), &PlanOptions::default())
}

fn planned(content: impl AsRef<[u8]>) -> LeadPlan {
    plan_bytes(content).unwrap()
}

#[track_caller]
fn refused(content: impl AsRef<[u8]>, kind: LeadsErrorKind, field: &str) -> LeadsError {
    let error = plan_bytes(content).unwrap_err();
    assert_eq!((error.kind, error.field.as_str()), (kind, field), "{error}");
    assert!(error.rule.ends_with('.'), "{error}");
    error
}

fn slugs(plan: &LeadPlan) -> Vec<&str> {
    plan.leads.iter().map(|lead| lead.identity.as_str()).collect()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

const TWO: &str = "name,url\nZoë Müller,in/zoe\nÁdám Kő,in/adam\n";

#[test]
fn reads_every_encoding_alike() {
    let marked = format!("\u{FEFF}{TWO}");
    let long = TWO.to_string() + &"Ångström Ünal,in/x\n".repeat(20_000);
    for (bytes, encoding) in [
        (TWO.as_bytes().to_vec(), Encoding::Utf8),
        (marked.into_bytes(), Encoding::Utf8Bom),
        (utf16(TWO, false), Encoding::Utf16Le),
        (utf16(TWO, true), Encoding::Utf16Be),
        (utf16(&long, false), Encoding::Utf16Le),
        (long.clone().into_bytes(), Encoding::Utf8),
    ] {
        let plan = planned(&bytes);
        assert_eq!(plan.encoding, encoding);
        assert_eq!((plan.leads[0].name.as_str(), plan.leads[1].name.as_str()), ("Zoë Müller", "Ádám Kő"));
        assert_eq!(plan.invalid, 0);
    }
    let western = planned(b"name,url\nZo\xEB M\xFCller,in/zoe\n");
    let late = format!("name,url\n{}", "A B,in/x\n".repeat(20_000)).into_bytes();
    assert_eq!(planned([&late[..], b"Zo\xEB,in/y\n"].concat()).encoding, Encoding::Windows1252);
    assert_eq!(planned(b"name,url,c\nZoe,in/y,\xEB").encoding, Encoding::Windows1252);
    assert_eq!((western.encoding, western.leads[0].name.as_str()), (Encoding::Windows1252, "Zoë Müller"));
}

#[test]
fn refuses_what_does_not_decode() {
    refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", LeadsErrorKind::NotText, "file");
    refused(b"PK\x03\x04workbook", LeadsErrorKind::NotText, "file");
    refused((1..=31u8).collect::<Vec<_>>(), LeadsErrorKind::NotText, "file");
    refused(&utf16(TWO, false)[2..], LeadsErrorKind::NotText, "file");
    refused(b"name,url\n\x8F\x83,in/x\n", LeadsErrorKind::Undecodable, "file");
    // Windows-1251 Cyrillic.
    refused(b"name,url\n\xC8\xE2\xE0\xED,in/x\n", LeadsErrorKind::Undecodable, "file");
    refused(b"\xEF\xBB\xBFname,url\nZo\xEB,in/x\n", LeadsErrorKind::Undecodable, "line 2");
    refused(
        "name,url\nZoë Müller,in/a\n\u{e9}"
            .as_bytes()
            .iter()
            .chain(b"\xE9,in/x")
            .copied()
            .collect::<Vec<_>>(),
        LeadsErrorKind::Undecodable,
        "line 3",
    );
    let mut odd = utf16(TWO, false);
    odd.pop();
    refused(&odd, LeadsErrorKind::Undecodable, "line 3");
    let mut lone = utf16(TWO, false);
    lone.extend([0x00, 0xD8, b'a', 0]);
    refused(&lone, LeadsErrorKind::Undecodable, "line 4");
    refused(b"\xFF\xFE\0\0n\0\0\0", LeadsErrorKind::Undecodable, "file");
}

#[test]
fn a_character_may_span_two_chunks() {
    for shift in 0..4 {
        let mut text = String::from("name,url\n");
        text.push_str(&"x".repeat(64 * 1024 - 10 - shift));
        text.push_str("ééé,in/x\n");
        assert_eq!(planned(&text).encoding, Encoding::Utf8);
    }
}

#[test]
fn refuses_files_without_content_or_header() {
    refused("", LeadsErrorKind::Empty, "file");
    refused("\u{FEFF}", LeadsErrorKind::Empty, "file");
    refused("\n\r\n , ,\n", LeadsErrorKind::Empty, "file");
    refused("Zoë,https://www.linkedin.com/in/zoe\n", LeadsErrorKind::NoHeader, "header");
    refused("Zoë,in/zoe\n", LeadsErrorKind::NoHeader, "header");
    refused("zoe@example.org,Zoë\n", LeadsErrorKind::NoHeader, "header");
    let error = refused("Who,Where\n", LeadsErrorKind::NoUrlColumn, "header");
    assert!(error.rule.contains("Who, Where"), "{error}");
    refused("url,Where\n", LeadsErrorKind::NoNameColumn, "header");
    assert_eq!(planned("name,url\n").rows, 0);
}

#[test]
fn refuses_paths_that_cannot_be_read() {
    let error = plan("/no/such/leads.csv", &PlanOptions::default()).unwrap_err();
    assert_eq!((error.kind, error.field.as_str()), (LeadsErrorKind::NotFound, "file"));
    assert!(error.rule.contains("/no/such/leads.csv"), "{error}");
    let folder = plan(Path::new(CSV).parent().unwrap(), &PlanOptions::default()).unwrap_err();
    assert_eq!(folder.kind, LeadsErrorKind::Unreadable);
}

#[test]
fn a_ragged_row_stops_the_reading() {
    let error = refused("name,url\nA,in/a\nB\n", LeadsErrorKind::RaggedRow, "line 3");
    assert!(error.rule.contains("has 2 cells, this row 1"), "{error}");
    refused("name,url\r\n\r\nA,in/a\r\n\"B\r\nC\",in/b,x\r\n", LeadsErrorKind::RaggedRow, "line 4");
    let plan = planned("name,url,,\nA,in/a\nB,in/b,,,,\n ,\n,,,,,,\nC,in/c,\n");
    assert_eq!((plan.rows, plan.unique), (3, 3));
}

#[test]
fn a_quote_that_never_closes_is_found_where_it_opens() {
    refused("name,url\nA,in/a\n\"B,in/b\nC,in/c\n", LeadsErrorKind::UnclosedQuote, "line 3");
    refused("name,url\nA,\"in/a", LeadsErrorKind::UnclosedQuote, "line 2");
    refused("name,url\nA,in/a\n\"B\"\",in/b\n", LeadsErrorKind::UnclosedQuote, "line 3");
    // Quotes inside a plain cell are text.
    assert_eq!(planned("name,url\nA 5\" B,in/a\n\"C \"\"D\"\" E\",in/c\n").leads[1].name, "C \"D\" E");
    let huge = format!("name,url\nA,in/a\n\"{}\n", "B,in/b\n".repeat(200_000));
    refused(huge, LeadsErrorKind::TooLarge, "line 3");
    refused(format!("name,url\n{},in/a\n", "x".repeat((1 << 20) + 1)), LeadsErrorKind::TooLarge, "line 2");
    refused(format!("name,url\n{}\n", "x,".repeat(9 << 20)), LeadsErrorKind::TooLarge, "line 2");
}

#[test]
fn lines_are_right_for_all_line_ends() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["name,url,note", "A,in/a,", "", "\"B", "B\",in/b,\"x", "", "y\"", ",,", "C,in/c,", "D,,"];
        let plan = planned(text.join(end));
        let lines: Vec<u64> = plan.leads.iter().map(|lead| lead.line).collect();
        assert_eq!(lines, [2, 4, 9], "{end:?}");
        assert_eq!(plan.invalid_rows[0].line, 10, "{end:?}");
        assert_eq!(plan.leads[1].name, "B B");
    }
}

#[test]
fn tells_the_delimiter() {
    for (text, delimiter) in [
        ("name,url\nA,in/a\n", Delimiter::Comma),
        ("name;url;\"a,b,c,d\"\nA;in/a;x\n", Delimiter::Semicolon),
        ("name\turl\nA, B\tin/a\n", Delimiter::Tab),
        ("name|url\nA|in/a\n", Delimiter::Pipe),
        ("sep=;\r\nname;url\r\nA;in/a\r\n", Delimiter::Semicolon),
        ("\n\nname;url\nA;in/a\n", Delimiter::Semicolon),
    ] {
        let plan = planned(text);
        assert_eq!((plan.delimiter, slugs(&plan)), (delimiter, vec!["a"]), "{text}");
    }
}

#[test]
fn knows_the_headers_of_real_exports() {
    for (header, row, columns) in [
        (
            "First Name,Last Name,Title,Company,Company Linkedin Url,Person Linkedin Url",
            "A,B,t,c,https://www.linkedin.com/company/c,in/a",
            ("Person Linkedin Url", None, Some("First Name")),
        ),
        (
            "firstName,lastName,companyName,linkedinUrl",
            "A,B,c,in/a",
            ("linkedinUrl", None, Some("firstName")),
        ),
        ("First name,Last name,Hs_linkedin_url", "A,B,in/a", ("Hs_linkedin_url", None, Some("First name"))),
        (
            "profileUrl,fullName,defaultProfileUrl",
            "x,A B,in/a",
            ("defaultProfileUrl", Some("fullName"), None),
        ),
        ("LinkedIn URL,Name", "in/a,A B", ("LinkedIn URL", Some("Name"), None)),
        ("name,url", "A B,in/a", ("url", Some("name"), None)),
        ("Prénom;Nom;Profil LinkedIn", "A;B;in/a", ("Profil LinkedIn", None, Some("Prénom"))),
        ("Vorname,Nachname,Profile URL", "A,B,in/a", ("Profile URL", None, Some("Vorname"))),
        (
            "Notes:\n\"When exporting, read this, please\"\n\nFirst Name,Last Name,URL,Email Address",
            "A,B,in/a,",
            ("URL", None, Some("First Name")),
        ),
    ] {
        let plan = planned(format!("{header}\n{row}\n"));
        let shown = (
            plan.columns.url.as_deref().unwrap(),
            plan.columns.name.as_deref(),
            plan.columns.first_name.as_deref(),
        );
        assert_eq!(shown, columns);
        assert_eq!((plan.leads[0].name.as_str(), slugs(&plan)), ("A B", vec!["a"]), "{header}");
    }
}

#[test]
fn a_mapping_wins() {
    let csv = "name,url,Alias,Link 2,Note\nA,in/a,B,in/b,hello\n";
    let columns = ColumnMapping {
        first_name: Some("alias".into()),
        url: Some("Link 2".into()),
        custom_data: Some("Note".into()),
        ..ColumnMapping::default()
    };
    let plan_with = |columns: ColumnMapping, csv: &str| plan(csv.as_bytes(), &PlanOptions { columns });
    let lead = &plan_with(columns.clone(), csv).unwrap().leads[0];
    assert_eq!(
        (lead.name.as_str(), lead.identity.as_str(), lead.custom_data.as_deref()),
        ("B", "b", Some("hello"))
    );
    let unknown = ColumnMapping { url: Some("Nowhere".into()), ..ColumnMapping::default() };
    let error = plan_with(unknown, csv).unwrap_err();
    assert_eq!((error.kind, error.field.as_str()), (LeadsErrorKind::UnknownColumn, "column"));
    let long = csv.replace("hello", &"é".repeat(3001));
    assert_eq!(plan_with(columns, &long).unwrap().invalid_rows[0].reason, "custom_data_too_long");
}

#[test]
fn the_first_valid_row_of_a_person_wins() {
    let plan = planned(
        "name,url\n,in/a\nAnna,https://fr.linkedin.com/in/A/\nAnn,in/a\n,\nBo,\n,\"nowhere\"\n-,in/c\n\"Cy\n Li\",in/c\n",
    );
    assert_eq!((plan.rows, plan.unique, plan.duplicates, plan.invalid), (7, 2, 1, 4));
    assert_eq!((plan.leads[0].name.as_str(), plan.leads[1].name.as_str()), ("Anna", "Cy Li"));
    assert_eq!((plan.duplicate_rows[0].line, plan.duplicate_rows[0].first_line), (4, 3));
    let reasons: Vec<_> = plan.invalid_rows.iter().map(|row| (row.line, row.reason)).collect();
    assert_eq!(reasons, [(2, "missing_name"), (6, "missing_url"), (7, "not_linkedin"), (8, "missing_name")]);
}

#[test]
fn calls_and_batches_follow_from_the_people() {
    for (people, batches) in [(0u64, 0u64), (1, 1), (100, 1), (101, 2), (250, 3)] {
        let mut csv = String::from("name,url\n");
        (0..people).for_each(|at| csv.push_str(&format!("A,in/a-{at}\n")));
        let plan = planned(csv);
        assert_eq!((plan.unique, plan.submit_calls, plan.batches().len() as u64), (people, batches, batches));
        assert_eq!((plan.calls.min, plan.calls.max, plan.credits), (2 * batches, 4 * batches, plan.calls));
    }
}

#[test]
fn crosses_as_json() {
    let json =
        serde_json::to_value(planned("First Name,URL\nZoë,in/zoë\nZ,IN/ZOË\nX,linkedin.com/company/x\n"))
            .unwrap();
    assert_eq!(
        json["leads"][0],
        serde_json::json!({"line": 2, "name": "Zoë", "identity": {"kind": "slug", "value": "zoë"}, "url": "https://linkedin.com/in/zo%C3%AB"})
    );
    assert_eq!(json["duplicateRows"][0], serde_json::json!({"line": 3, "firstLine": 2}));
    assert_eq!(json["invalidReasons"], serde_json::json!({"company_page": 1}));
    assert_eq!((json["encoding"].as_str(), json["delimiter"].as_str()), (Some("utf-8"), Some("comma")));
    let error = serde_json::to_value(plan_bytes("").unwrap_err()).unwrap();
    assert_eq!((error["kind"].as_str(), error["field"].as_str()), (Some("empty"), Some("file")));
}

/// The numbers in `examples/data/README.md`.
#[test]
fn the_example_data_counts_as_described() {
    let plan = plan(CSV, &PlanOptions::default()).unwrap();
    assert_eq!((plan.rows, plan.unique, plan.duplicates, plan.invalid), (1000, 858, 64, 78));
    assert_eq!((plan.batches().len(), plan.calls.min, plan.calls.max), (9, 18, 36));
    assert_eq!(plan.encoding, Encoding::Utf8Bom);
    assert_eq!(plan.leads.iter().filter(|lead| lead.identity.slug().is_none()).count(), 9);
    let reasons = [
        ("company_page", 14),
        ("dot_segment", 1),
        ("empty_slug", 2),
        ("group_page", 1),
        ("invalid_escape", 1),
        ("invalid_utf8", 1),
        ("job_page", 1),
        ("legacy_pub", 2),
        ("missing_name", 8),
        ("missing_url", 14),
        ("not_linkedin", 10),
        ("not_profile", 1),
        ("post_page", 1),
        ("recruiter", 1),
        ("sales_navigator", 15),
        ("school_page", 4),
        ("whitespace", 1),
    ];
    assert_eq!(plan.invalid_reasons, BTreeMap::from(reasons));
    let dnc = read_profile_urls(DNC, &PlanOptions::default()).unwrap();
    let blocked =
        plan.leads.iter().filter(|lead| dnc.profiles.iter().any(|p| p.identity == lead.identity)).count();
    assert_eq!((dnc.rows, dnc.unique, dnc.duplicates, dnc.invalid, blocked), (25, 24, 1, 0, 18));
}

proptest! {
    #[test]
    fn any_bytes_give_a_plan_or_an_error(content in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = plan_bytes(content);
    }

    #[test]
    fn every_row_is_counted_once(
        rows in proptest::collection::vec(("[A-Z \"]{0,4}", "(in/[a-f]|https://fr\\.linkedin\\.com/IN/[A-F]/|x||company/a)"), 0..60),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["Full Name", "LinkedIn URL"]).unwrap();
        for (name, url) in &rows {
            writer.write_record([name, url]).unwrap();
        }
        let plan = planned(writer.into_inner().unwrap());
        let filled = rows.iter().filter(|(name, url)| !name.trim().is_empty() || !url.trim().is_empty()).count();
        prop_assert_eq!(plan.rows, filled as u64);
        prop_assert_eq!(plan.rows, plan.unique + plan.duplicates + plan.invalid);
        prop_assert_eq!(plan.invalid_reasons.values().sum::<u64>(), plan.invalid);
        let mut lines: Vec<u64> = plan.leads.iter().map(|lead| lead.line)
            .chain(plan.duplicate_rows.iter().map(|row| row.line))
            .chain(plan.invalid_rows.iter().map(|row| row.line)).collect();
        lines.sort_unstable();
        lines.dedup();
        prop_assert_eq!(lines.len() as u64, plan.rows);
    }

    #[test]
    fn cells_come_back_as_they_were_written(cells in proptest::collection::vec("[a-z,;\"\n|é]{1,12}", 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["name", "url", "note"]).unwrap();
        for (at, cell) in cells.iter().enumerate() {
            writer.write_record(["A", &format!("in/a-{at}"), cell]).unwrap();
        }
        let columns = ColumnMapping { custom_data: Some("note".into()), ..ColumnMapping::default() };
        let plan = plan(writer.into_inner().unwrap(), &PlanOptions { columns }).unwrap();
        let notes: Vec<&str> = plan.leads.iter().map(|lead| lead.custom_data.as_deref().unwrap_or_default()).collect();
        prop_assert_eq!(notes, cells.iter().map(|cell| cell.trim()).collect::<Vec<_>>());
    }
}
