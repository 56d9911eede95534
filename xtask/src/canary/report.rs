//! The report: Markdown that can be pasted into an issue.

use std::fmt::Write as _;

use kakiyo::Service;

use super::Sung;

pub(crate) fn markdown(service: Service, sung: &Sung) -> String {
    let mut text = format!(
        "## Canary: {service:?}, library {}\n\n{} calls, at most {} credits. Forms only, no contents.\n\n",
        env!("CARGO_PKG_VERSION"),
        sung.calls,
        sung.credits_at_most
    );
    text.push_str("| Row | Question | Seen |\n| --- | --- | --- |\n");
    for finding in &sung.findings {
        let row = if finding.row == 0 { "-".to_owned() } else { finding.row.to_string() };
        let _ = writeln!(text, "| {row} | {} | {} |", finding.question, finding.seen);
    }
    for (name, why) in &sung.left_out {
        let _ = writeln!(text, "| - | {name} | not asked: {why} |");
    }
    text.push_str("\n<details><summary>What was answered</summary>\n");
    for recording in &sung.recordings {
        let _ = write!(
            text,
            "\n{}: `{} {}` answered {}\n\n```json\n{}\n```\n",
            recording.name,
            recording.method,
            recording.route,
            recording.status,
            serde_json::to_string_pretty(&recording.scrubbed()).unwrap_or_default()
        );
        if !recording.headers.is_empty() {
            let headers: Vec<String> =
                recording.headers.iter().map(|(name, value)| format!("`{name}`: {value}")).collect();
            let _ = writeln!(text, "\nHeaders: {}", headers.join(", "));
        }
    }
    text.push_str("\n</details>\n");
    text
}
