//! From many measurements to one figure: taking turns, the one in the middle, and how it is written.

use crate::Fault;

/// Measures each so many times, in turns and each time in another order, so that nobody is always first or always
/// after the same. What was measured of each stands in the order in which they were given.
pub(crate) fn in_turns<W: Copy, T>(
    ways: &[W],
    turns: usize,
    mut measure: impl FnMut(W) -> Result<T, Fault>,
) -> Result<Vec<Vec<T>>, Fault> {
    let mut measured: Vec<Vec<T>> = ways.iter().map(|_| Vec::new()).collect();
    for turn in 0..turns {
        for index in order(ways.len(), turn) {
            measured[index].push(measure(ways[index])?);
        }
    }
    Ok(measured)
}

/// Each begins once, then all again backwards.
fn order(count: usize, turn: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.rotate_left(turn % count.max(1));
    if turn / count.max(1) % 2 == 1 {
        order.reverse();
    }
    order
}

/// The one in the middle, or the mean of the two.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    match numbers.get(half) {
        None => 0.0,
        Some(upper) if numbers.len() % 2 == 1 => *upper,
        Some(upper) => f64::midpoint(numbers[half - 1], *upper),
    }
}

/// How many times as much the first is as the second: each turn by itself, and the one in the middle of them.
pub(crate) fn times(own: &[f64], other: &[f64]) -> f64 {
    median(own.iter().zip(other).map(|(own, other)| own / other))
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub(crate) fn to_float(number: u64) -> f64 {
    number as f64
}

/// With a comma before each three digits.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{in_turns, median, order, thousands, times};

    #[test]
    fn everybody_is_in_every_place_as_often() {
        for count in 1..=5 {
            let mut places = vec![vec![0; count]; count];
            for turn in 0..2 * count {
                for (place, index) in order(count, turn).into_iter().enumerate() {
                    places[index][place] += 1;
                }
            }
            assert_eq!(places, vec![vec![2; count]; count]);
        }
    }

    #[test]
    fn what_is_measured_stands_with_whom_it_was_measured_of() {
        let measured = in_turns(&['a', 'b', 'c'], 7, Ok).unwrap();
        assert_eq!(measured, [['a'; 7], ['b'; 7], ['c'; 7]]);
        assert!(in_turns(&['a'], 1, |_| Err::<(), _>("no".into())).is_err());
        assert!(in_turns(&[], 3, |way: char| Ok(way)).unwrap().is_empty());
    }

    #[test]
    fn figures() {
        let medians: [(&[f64], &str); 4] = [
            (&[], "0"),
            (&[3.0], "3"),
            (&[9.0, 1.0, 2.0], "2"),
            (&[4.0, 1.0, 9.0, 2.0], "3"),
        ];
        for (numbers, middle) in medians {
            assert_eq!(median(numbers.iter().copied()).to_string(), middle);
        }
        assert_eq!(times(&[2.0, 9.0, 6.0], &[1.0, 1.0, 2.0]).to_string(), "3");
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
