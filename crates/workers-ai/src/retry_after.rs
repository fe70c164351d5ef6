//! How long the service asks to wait. A header that says nothing clear is no header.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::headers::Headers;

/// The longest wait any `retry-after` header asks for.
pub(crate) fn retry_after(headers: &Headers) -> Option<Duration> {
    retry_after_at(headers, SystemTime::now)
}

fn retry_after_at(headers: &Headers, now: fn() -> SystemTime) -> Option<Duration> {
    headers
        .all("retry-after")
        .filter_map(|value| {
            let text = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
            seconds(text).or_else(|| until(text, headers, now))
        })
        .max()
}

/// Digits only: no sign, no fraction, no exponent. More than fits is for ever.
fn seconds(text: &str) -> Option<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

/// A date is measured against the service's own clock; ours only speaks when it does not tell.
fn until(text: &str, headers: &Headers, now: fn() -> SystemTime) -> Option<Duration> {
    let then = date(text)?;
    let now = match headers.get("date").and_then(|value| date(&value)) {
        Some(now) => now,
        None => now().duration_since(UNIX_EPOCH).ok()?.as_secs(),
    };
    Some(Duration::from_secs(then.saturating_sub(now)))
}

/// Seconds since 1970 of a date in any of the three styles of HTTP.
fn date(text: &str) -> Option<u64> {
    let words: Vec<&str> = text
        .split([' ', ',', '-'])
        .filter(|word| !word.is_empty())
        .collect();
    let ([_, day, month, year, time, "GMT"] | [_, month, day, time, year]) = *words.as_slice()
    else {
        return None;
    };
    let month = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    .iter()
    .zip(1_u64..)
    .find_map(|(name, number)| (*name == month).then_some(number))?;
    let day = number(day, 31)?;
    let year = match number(year, 9_999)? {
        short @ 0..70 => short + 2_000,
        short @ 70..100 => short + 1_900,
        year => year,
    };
    let mut parts = time.split(':');
    let (hour, minute, second) = (
        number(parts.next()?, 23)?,
        number(parts.next()?, 59)?,
        number(parts.next()?, 60)?,
    );
    let seconds = days(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second;
    parts.next().is_none().then_some(seconds)
}

fn number(text: &str, most: u64) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| is_number && *number <= most)
}

/// Days since 1970, counted in years that begin in March so that a leap day comes last.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year.checked_sub(1)?, month + 9)
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    days.checked_sub(719_469)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn asked(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        asked_at(headers, SystemTime::now)
    }

    fn asked_at(
        headers: &[(&'static str, &'static str)],
        now: fn() -> SystemTime,
    ) -> Option<Duration> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        retry_after_at(&Headers::new(map), now)
    }

    #[test]
    fn h43_only_plain_digits_count() {
        for text in [
            "-10", "nan", "inf", "1e20", "0x10", "+5", "1.5", "", " ", "soon",
        ] {
            assert_eq!(asked(&[("retry-after", text)]), None, "{text:?}");
        }
        assert_eq!(
            asked(&[("retry-after", " 5 ")]),
            Some(Duration::from_secs(5))
        );
        let for_ever = asked(&[("retry-after", "99999999999999999999999999999999999")]);
        assert_eq!(for_ever, Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn h42_the_largest_valid_value_counts() {
        let twice = [
            ("retry-after", "3"),
            ("retry-after", "7"),
            ("retry-after", "x"),
        ];
        assert_eq!(asked(&twice), Some(Duration::from_secs(7)));
    }

    #[test]
    fn h44_dates_are_measured_against_the_services_clock() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for later in [
            "Sun, 06 Nov 1994 08:49:47 GMT",
            "Sunday, 06-Nov-94 08:49:47 GMT",
            "Sun Nov  6 08:49:47 1994",
        ] {
            assert_eq!(
                asked(&[date, ("retry-after", later)]),
                Some(Duration::from_secs(10)),
                "{later}"
            );
        }
        assert_eq!(
            asked(&[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]),
            Some(Duration::ZERO)
        );
        assert_eq!(
            asked(&[("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT")]),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn r07_r08_our_own_clock_may_say_anything() {
        let later = ("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT");
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let before_1970 = || UNIX_EPOCH - Duration::from_secs(1);
        let at_1970 = || UNIX_EPOCH;
        let in_9999 = || UNIX_EPOCH + Duration::from_secs(253_402_300_799);
        for now in [before_1970, at_1970, in_9999] {
            assert_eq!(asked_at(&[date, later], now), Some(Duration::from_secs(10)));
        }
        assert_eq!(asked_at(&[later], before_1970), None);
        let seconds = Duration::from_secs(784_111_787);
        assert_eq!(asked_at(&[later], at_1970), Some(seconds));
        assert_eq!(asked_at(&[later], in_9999), Some(Duration::ZERO));
    }

    #[test]
    fn dates_are_counted_right() {
        assert_eq!(super::date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(
            super::date("Thu, 29 Feb 2024 12:00:01 GMT"),
            Some(1_709_208_001)
        );
        assert_eq!(
            super::date("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        for odd in [
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
        ] {
            assert_eq!(super::date(odd), None, "{odd}");
        }
    }
}
