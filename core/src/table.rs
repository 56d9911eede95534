//! Tables for people: plain text for terminals and logs, HTML for notebooks.

use std::fmt::{self, Write as _};

/// Rows under a heading; every row has as many cells as the heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) heading: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Lines below the table.
    pub(crate) notes: Vec<String>,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = self.heading.iter().map(|cell| (*cell).to_owned()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&heading).chain(&self.rows).collect();
        let width = |column: usize| {
            lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.heading.len()).map(width).collect();
        f.write_str(&self.title)?;
        for line in &lines {
            let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            let text = cells.collect::<Vec<_>>().join("  ");
            write!(f, "\n{}", text.trim_end())?;
        }
        for note in &self.notes {
            write!(f, "\n{note}")?;
        }
        Ok(())
    }
}

impl Table {
    /// The same as an HTML fragment; texts are escaped.
    pub(crate) fn html(&self) -> String {
        let mut html = format!("<table><caption>{}</caption><thead><tr>", escaped(&self.title));
        for cell in &self.heading {
            let _ = write!(html, "<th style=\"text-align:left\">{}</th>", escaped(cell));
        }
        html.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            html.push_str("<tr>");
            for cell in row {
                let _ = write!(html, "<td style=\"text-align:left\">{}</td>", escaped(cell));
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table>");
        for note in &self.notes {
            let _ = write!(html, "<p>{}</p>", escaped(note));
        }
        html
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A time as people say it.
pub(crate) fn duration(time: std::time::Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        0.0 => "now".to_owned(),
        _ if seconds < 10.0 => format!("{seconds:.1} s"),
        _ if seconds < 120.0 => format!("{seconds:.0} s"),
        _ if seconds < 7_200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_html_is_escaped() {
        let table = Table {
            title: "T".to_owned(),
            heading: vec!["a", "b"],
            rows: vec![vec!["long <x>".to_owned(), "1".to_owned()], vec!["y".to_owned(), "22".to_owned()]],
            notes: vec!["n & m".to_owned()],
        };
        assert_eq!(table.to_string(), "T\na         b\nlong <x>  1\ny         22\nn & m");
        assert!(table.html().contains("<td style=\"text-align:left\">long &lt;x&gt;</td>"));
        assert!(table.html().ends_with("<p>n &amp; m</p>"));
    }
}
