//! Stacked areas by hour, one series each for a name.

use std::fmt::Write;

use jiff::Timestamp;
use maud::{Markup, PreEscaped, html};

use super::scale::{nice, real, short};
use crate::parts::time::zone_name;
use crate::t;
use crate::viewer::Viewer;

/// What is drawn: for each name, a value for each hour.
pub(crate) struct Hourly {
    pub(crate) title: String,
    /// First instants of the hours, oldest first.
    pub(crate) hours: Vec<Timestamp>,
    /// Values in the order of the hours; missing ones count as none.
    pub(crate) series: Vec<(String, Vec<u64>)>,
}

/// There are six colours; what comes after the fifth series is drawn as one.
const SERIES: usize = 6;
const WIDTH: f64 = 640.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 8.0;
const FOOT: f64 = 22.0;

/// The canvas of one chart.
struct Canvas {
    height: f64,
    columns: u64,
    /// The value at the top of the axis.
    top: f64,
}

impl Canvas {
    fn x(&self, column: u64) -> f64 {
        let last = self.columns.saturating_sub(1).max(1);
        LEFT + (WIDTH - LEFT - 2.0) * real(column) / real(last)
    }

    fn y(&self, value: f64) -> f64 {
        TOP + (self.height - TOP - FOOT) * (1.0 - value / self.top)
    }
}

/// Draws it `height` units high on a width of 640.
pub(crate) fn stacked(v: &Viewer, chart: &Hourly, height: f64) -> Markup {
    let series = folded(v, chart);
    let totals: Vec<u64> = (0..chart.hours.len())
        .map(|at| series.iter().map(|(_, row)| row.get(at).copied().unwrap_or(0)).sum())
        .collect();
    let canvas = Canvas {
        height,
        columns: u64::try_from(chart.hours.len()).unwrap_or(0),
        top: nice(totals.iter().copied().max().unwrap_or(0)),
    };
    html! {
        figure.chart data-chart data-x0=(LEFT) data-x1=(WIDTH - 2.0) data-w=(WIDTH) {
            div.plot dir="ltr" {
                svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label=(chart.title) {
                    g.grid { (grid(v, &canvas, &chart.hours)) }
                    (areas(&canvas, &series, chart.hours.len()))
                    line.cross x1="0" x2="0" y1=(TOP) y2=(height - FOOT) {}
                }
                div.tip hidden {}
            }
            @if series.len() > 1 { (legend(v, &series)) }
            (numbers(v, chart, &series, &totals))
        }
    }
}

/// The series, of which those after the fifth are added up.
fn folded(v: &Viewer, chart: &Hourly) -> Vec<(String, Vec<u64>)> {
    if chart.series.len() <= SERIES {
        return chart.series.clone();
    }
    let (shown, rest) = chart.series.split_at(SERIES - 1);
    let sum = |at: usize| rest.iter().map(|(_, row)| row.get(at).copied().unwrap_or(0)).sum();
    let others = (0..chart.hours.len()).map(sum).collect();
    let mut series = shown.to_vec();
    series.push((t!(v.lang, "others"), others));
    series
}

/// Writing to a string cannot fail; what is written is numbers and times of ours, never data.
fn grid(v: &Viewer, canvas: &Canvas, hours: &[Timestamp]) -> Markup {
    let mut out = String::new();
    for k in 0..=4 {
        let value = canvas.top * f64::from(k) / 4.0;
        let y = canvas.y(value);
        let _ = write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            y + 4.0,
            short(value)
        );
    }
    let every = spacing(canvas.columns);
    for (column, hour) in (0_u64..).zip(hours) {
        // The labels at the edges would be cut off.
        let at_edge = column == 0 || column + 1 == canvas.columns;
        if !column.is_multiple_of(every) || at_edge {
            continue;
        }
        let local = hour.to_zoned(v.zone.clone());
        let shape = if every >= 24 { "%m-%d" } else { "%H:%M" };
        let minor = if (column / every).is_multiple_of(2) { "" } else { " class=\"alt\"" };
        let _ = write!(
            out,
            "<text{minor} x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            canvas.x(column),
            canvas.height - 5.0,
            local.strftime(shape)
        );
    }
    PreEscaped(out)
}

/// Hours between labels, so that at most eight stand side by side.
fn spacing(columns: u64) -> u64 {
    [1, 2, 3, 6, 12, 24, 48].into_iter().find(|step| columns / step <= 8).unwrap_or(columns / 8)
}

fn areas(canvas: &Canvas, series: &[(String, Vec<u64>)], columns: usize) -> Markup {
    let mut out = String::new();
    let mut base = vec![0_u64; columns];
    for (number, (_, row)) in (1..).zip(series) {
        let upper: Vec<u64> = base
            .iter()
            .enumerate()
            .map(|(at, below)| below.saturating_add(row.get(at).copied().unwrap_or(0)))
            .collect();
        let edge = path(canvas, (0..).zip(&upper), 'M');
        let back = path(canvas, (0_u64..).zip(&base).collect::<Vec<_>>().into_iter().rev(), 'L');
        let _ = write!(
            out,
            "<g class=\"s{number}\"><path class=\"fill\" d=\"{edge}{back}Z\"/>\
             <path class=\"line\" d=\"{edge}\"/></g>"
        );
        base = upper;
    }
    PreEscaped(out)
}

fn path<'a>(canvas: &Canvas, points: impl Iterator<Item = (u64, &'a u64)>, first: char) -> String {
    let mut out = String::new();
    let mut pen = first;
    for (column, value) in points {
        let _ = write!(out, "{pen}{:.1} {:.1}", canvas.x(column), canvas.y(real(*value)));
        pen = 'L';
    }
    out
}

/// Each series with its busiest hour: distinct addresses of several hours cannot be added up.
fn legend(v: &Viewer, series: &[(String, Vec<u64>)]) -> Markup {
    html! {
        ul.legend { @for (number, (name, row)) in (1..).zip(series) {
            li class={ "s" (number) } {
                span.clip dir="auto" { (name) } b { (v.lang.num(row.iter().copied().max().unwrap_or(0))) }
            }
        } }
    }
}

fn numbers(v: &Viewer, chart: &Hourly, series: &[(String, Vec<u64>)], totals: &[u64]) -> Markup {
    let l = v.lang;
    let several = series.len() > 1;
    html! {
        details.numbers {
            summary { (t!(l, "show-table")) }
            div.scroll tabindex="0" role="region" aria-label=(chart.title) { table {
                thead { tr {
                    th scope="col" { (t!(l, "hour")) " (" (zone_name(v)) ")" }
                    @for (name, _) in series { th.num scope="col" dir="auto" { (name) } }
                    @if several { th.num scope="col" { (t!(l, "total")) } }
                } }
                tbody { @for (at, hour) in chart.hours.iter().enumerate() { tr {
                    th scope="row" { (hour.to_zoned(v.zone.clone()).strftime("%m-%d %H:%M")) }
                    @for (_, row) in series { td.num { (l.num(row.get(at).copied().unwrap_or(0))) } }
                    @if several { td.num { (l.num(totals.get(at).copied().unwrap_or(0))) } }
                } } }
            } }
        }
    }
}
