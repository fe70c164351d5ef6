//! What is measured in which order, and the table that comes of it.

use crate::{
    Fault,
    children::{Children, Counted, Timed, has_valgrind},
    figures::{in_turns, median, thousands, times, to_float},
    way::{self, Way},
    work::{self, Work},
};

/// What to measure.
#[derive(Debug, Default)]
pub struct Plan {
    /// Everything once, nothing under valgrind, and nothing long unless it is named: shows that it works.
    short: bool,
    /// Only these.
    only: Option<Vec<Work>>,
}

/// What was measured of one way of doing a work.
struct Row {
    way: Way,
    timed: Vec<Timed>,
    counted: Vec<Counted>,
    instructions: Option<u64>,
}

impl Row {
    fn nanoseconds(&self) -> Vec<f64> {
        let nanoseconds = self.timed.iter().map(|timed| to_float(timed.nanoseconds));
        nanoseconds.collect()
    }

    /// How much came back, by whoever measured.
    fn done(&self) -> impl Iterator<Item = u64> {
        let timed = self.timed.iter().map(|timed| timed.done);
        timed.chain(self.counted.iter().map(|counted| counted.done))
    }

    /// The figure in the middle of those that the processes that counted told.
    fn counted(&self, figure: impl Fn(&Counted) -> u64) -> f64 {
        median(self.counted.iter().map(|counted| to_float(figure(counted))))
    }

    /// The same of those that were timed.
    fn timed(&self, figure: impl Fn(&Timed) -> u64) -> f64 {
        median(self.timed.iter().map(|timed| to_float(figure(timed))))
    }
}

impl Plan {
    /// What the arguments of the program say, unless they say something else.
    #[must_use]
    pub fn read(options: &[&str]) -> Option<Self> {
        let mut plan = Self::default();
        let mut options = options.iter();
        while let Some(option) = options.next() {
            match *option {
                "--short" => plan.short = true,
                "--only" => {
                    let works = Work::called(options.next()?);
                    if works.is_empty() {
                        return None;
                    }
                    plan.only = Some(works);
                }
                _ => return None,
            }
        }
        Some(plan)
    }

    /// Measures and prints.
    ///
    /// # Errors
    ///
    /// If a process cannot be started, tells nothing, or did other work than the others.
    pub fn run(&self) -> Result<(), Fault> {
        let children = Children::start()?;
        let under_valgrind = !self.short && has_valgrind();
        if !under_valgrind {
            println!("Without valgrind, so no instructions.\n");
        }
        println!(
            "| Work | Way | Instructions | to by hand | Allocations | CPU ms | to by hand | Heap MB | Peak MB |"
        );
        println!("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        let is_asked_for = |work: &Work| match &self.only {
            Some(only) => only.contains(work),
            None => !(self.short && work.is_long()),
        };
        for work in work::ALL.into_iter().filter(is_asked_for) {
            let rows = self.measure(work, &children, under_valgrind)?;
            same_work(work, &rows)?;
            print(work, &rows);
        }
        if self.only.is_none() {
            print!("\n{}", children.together(self.turns(100))?);
            let ways = [Way::Ours, Way::Hand, Way::Floor];
            let starts = in_turns(&ways, self.turns(30), |way| children.begin(way))?;
            for (way, milliseconds) in ways.iter().zip(starts) {
                println!(
                    "Process start to first answer, {}: {:.2} ms",
                    way.title(Work::Chat),
                    median(milliseconds)
                );
            }
        }
        Ok(())
    }

    /// How often something is done that is measured so often.
    fn turns(&self, often: usize) -> usize {
        if self.short { 1 } else { often }
    }

    fn measure(
        &self,
        work: Work,
        children: &Children,
        under_valgrind: bool,
    ) -> Result<Vec<Row>, Fault> {
        let ways = way::ALL.into_iter().filter(|way| way.can(work));
        let ways: Vec<Way> = ways.collect();
        let rounds = if self.short { 1 } else { work.rounds() };
        let timed = in_turns(&ways, self.turns(work.turns()), |way| {
            children.time(work, way, rounds)
        })?;
        let counted = in_turns(&ways, self.turns(5), |way| {
            children.count(work, way, rounds)
        })?;
        let measured = timed.into_iter().zip(counted);
        let rows = ways
            .into_iter()
            .zip(measured)
            .map(|(way, (timed, counted))| {
                // Valgrind would take many minutes for these.
                let is_slow = work == Work::Giant || (way == Way::Peer && work.is_stream());
                let count = || children.instructions(work, way, work.few_rounds());
                Ok(Row {
                    way,
                    timed,
                    counted,
                    instructions: (under_valgrind && !is_slow).then(count).transpose()?,
                })
            });
        rows.collect()
    }
}

/// What others are compared with, where it can do the work.
fn by_hand(rows: &[Row]) -> Option<&Row> {
    rows.iter().find(|row| row.way == Way::Hand)
}

/// Whether all brought back as much. What another service answers has another length.
fn same_work(work: Work, rows: &[Row]) -> Result<(), Fault> {
    let first = by_hand(rows).or(rows.first());
    let Some(expected) = first.and_then(|row| row.done().next()) else {
        return Ok(());
    };
    for row in rows.iter().filter(|row| row.way != Way::Peer) {
        if let Some(done) = row.done().find(|done| *done != expected) {
            let (work, way) = (work.name(), row.way.name());
            return Err(format!("{work} by {way}: {done} is not {expected}").into());
        }
    }
    Ok(())
}

fn print(work: Work, rows: &[Row]) {
    let hand = by_hand(rows);
    for row in rows {
        let own = row
            .instructions
            .zip(hand.and_then(|hand| hand.instructions));
        let instructions = own.map(|(own, hand)| to_float(own) / to_float(hand));
        let time = hand.map(|hand| times(&row.nanoseconds(), &hand.nanoseconds()));
        println!(
            "| {} | {} | {} | {} | {:.0} | {:.2} | {} | {:.2} | {:.1} |",
            work.title(),
            row.way.title(work),
            row.instructions.map_or_else(String::new, thousands),
            instructions.map_or_else(String::new, ratio),
            row.counted(|counted| counted.allocations),
            row.timed(|timed| timed.nanoseconds) / 1e6,
            time.map_or_else(String::new, ratio),
            row.counted(|counted| counted.heap) / 1e6,
            row.timed(|timed| timed.peak) / 1024.0,
        );
    }
}

/// Nothing where nobody told what to compare.
fn ratio(number: f64) -> String {
    if number.is_finite() {
        format!("{number:.2}")
    } else {
        String::new()
    }
}
