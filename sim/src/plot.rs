//! Two pictures as SVG, written by hand: a library for plots would be larger than the whole simulation.

use std::fmt::Write as _;

const STYLE: &str = "font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#222\"";

/// One field of the matrix.
pub struct Field {
    pub headline: String,
    pub detail: String,
    /// Whether the rule promises something for this server.
    pub promised: bool,
}

/// A matrix with a row for each rule and a column for each server.
#[must_use]
pub fn matrix(title: &str, columns: &[String], rows: &[(String, Vec<Field>)]) -> String {
    const WIDTH: usize = 104;
    const HEIGHT: usize = 46;
    const LEFT: usize = 70;
    const TOP: usize = 64;
    let (width, height) = (LEFT + WIDTH * columns.len() + 8, TOP + HEIGHT * rows.len() + 8);
    let mut svg = begin(width, height, title);
    for (number, column) in columns.iter().enumerate() {
        let x = LEFT + WIDTH * number + WIDTH / 2;
        text(&mut svg, x, TOP - 10, "middle", "", column);
    }
    for (row, (name, fields)) in rows.iter().enumerate() {
        let y = TOP + HEIGHT * row;
        text(&mut svg, LEFT - 8, y + HEIGHT / 2 + 4, "end", "font-weight=\"600\"", name);
        for (column, field) in fields.iter().enumerate() {
            let (x, colour) = (LEFT + WIDTH * column, if field.promised { "#cdeccf" } else { "#fde3c0" });
            let (inner_width, inner_height) = (WIDTH - 3, HEIGHT - 3);
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{inner_width}\" height=\"{inner_height}\" rx=\"4\" fill=\"{colour}\"/>"
            );
            text(&mut svg, x + WIDTH / 2, y + 19, "middle", "font-weight=\"600\"", &field.headline);
            text(&mut svg, x + WIDTH / 2, y + 35, "middle", "font-size=\"11\"", &field.detail);
        }
    }
    svg + "</svg>\n"
}

/// A day: calls let through in each minute, in means of ten, and when calls were rejected.
#[must_use]
pub fn day(title: &str, minutes: &[u32], rejected_in: &[usize], levels: &[(f64, &str)]) -> String {
    const LEFT: f64 = 44.0;
    const TOP: f64 = 44.0;
    const WIDTH: f64 = 864.0;
    const HEIGHT: f64 = 220.0;
    const TALLEST: f64 = 70.0;
    let mut svg = begin(930, 310, title);
    let x = |minute: f64| LEFT + WIDTH * minute / minutes.len().max(1) as f64;
    let y = |calls: f64| TOP + HEIGHT * (1.0 - calls / TALLEST);
    for calls in [0, 20, 40, 60] {
        let at = y(f64::from(calls));
        line(&mut svg, (LEFT, at), (LEFT + WIDTH, at), "stroke=\"#ddd\"");
        text(&mut svg, (LEFT - 6.0) as usize, (at + 4.0) as usize, "end", "", &calls.to_string());
    }
    for hour in (0..=24).step_by(4) {
        let at = x(f64::from(hour) * 60.0);
        text(&mut svg, at as usize, (TOP + HEIGHT + 18.0) as usize, "middle", "", &format!("{hour} h"));
    }
    for (calls, name) in levels {
        line(
            &mut svg,
            (LEFT, y(*calls)),
            (LEFT + WIDTH, y(*calls)),
            "stroke=\"#888\" stroke-dasharray=\"5 4\"",
        );
        text(&mut svg, (LEFT + WIDTH) as usize, (y(*calls) - 5.0) as usize, "end", "font-size=\"11\"", name);
    }
    for minute in rejected_in {
        let at = x(*minute as f64 + 0.5);
        line(&mut svg, (at, TOP), (at, TOP + HEIGHT), "stroke=\"#d33\" stroke-width=\"1.5\"");
    }
    let mut points = String::new();
    for (number, ten) in minutes.chunks_exact(10).enumerate() {
        let mean = f64::from(ten.iter().sum::<u32>()) / 10.0;
        let _ = write!(points, "{:.1},{:.1} ", x(number as f64 * 10.0 + 5.0), y(mean));
    }
    let points = points.trim_end();
    let _ =
        writeln!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"#1668b5\" stroke-width=\"2\"/>");
    text(
        &mut svg,
        LEFT as usize,
        (TOP + HEIGHT + 38.0) as usize,
        "start",
        "font-size=\"11\"",
        "blue: calls let through a minute, means of ten minutes; red: a minute with a call answered 429",
    );
    svg + "</svg>\n"
}

fn begin(width: usize, height: usize, title: &str) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" {STYLE}>\n\
         <!-- written by cargo xtask sim -->\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    text(&mut svg, 8, 22, "start", "font-size=\"14\" font-weight=\"600\"", title);
    svg
}

fn text(svg: &mut String, x: usize, y: usize, anchor: &str, more: &str, content: &str) {
    let content = content.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" {more}>{content}</text>");
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), stroke: &str) {
    let _ = writeln!(
        svg,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {stroke}/>",
        from.0, from.1, to.0, to.1
    );
}
