//! The caller's own limit on how many requests begin in a minute.

use std::{collections::VecDeque, time::Duration};

use tokio::{sync::Mutex, time::Instant};

use crate::{
    deadline::Deadline,
    error::{Error, ErrorKind},
    headers::Headers,
    send::Sleep,
};

const MINUTE: Duration = Duration::from_secs(60);

const LATE: &str = "nothing was sent, since `requests_per_minute` lets nothing begin before the deadline; \
    `total_timeout` allows more";

/// Lets so many requests begin in any minute, in the order in which they come. One that gives up costs nothing.
pub(crate) struct Pace {
    most: usize,
    /// When the requests of the last minute began, the oldest first. Whoever holds the lock is next, and it is handed on
    /// in order.
    begun: Mutex<VecDeque<Instant>>,
}

impl Pace {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            begun: Mutex::default(),
        }
    }

    /// Waits until one more request may begin, but no longer than `deadline`.
    pub(crate) async fn turn(&self, sleep: &Sleep, deadline: Option<Instant>) -> Result<(), Error> {
        let turn = Box::pin(async {
            let mut begun = self.begun.lock().await;
            let old = begun.partition_point(|at| at.elapsed() >= MINUTE);
            begun.drain(..old);
            if begun.len() >= self.most {
                if let Some(oldest) = begun.front() {
                    sleep(MINUTE.saturating_sub(oldest.elapsed())).await;
                }
                begun.pop_front();
            }
            begun.push_back(Instant::now());
        });
        let held = Deadline::total(deadline).hold(turn).await;
        held.map_err(|error| match error.kind() {
            late @ ErrorKind::Timeout(_) => Error::new(late, LATE),
            _ => error,
        })
    }
}

/// How long the service lets nothing more begin, if it says so in a `ratelimit` header.
pub(crate) fn told(headers: &Headers) -> Option<Duration> {
    let told = headers.get("ratelimit")?;
    let waits = told.split(',').filter_map(|limit| {
        let number = |name| {
            let mut members = limit.split(';').map(str::trim);
            members.find_map(|member| member.strip_prefix(name)?.parse::<u32>().ok())
        };
        (number("r=")? == 0).then_some(number("t=")?)
    });
    waits.max().map(|wait| Duration::from_secs(wait.into()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::header::{HeaderMap, HeaderValue};
    use tokio::{sync::mpsc, task::JoinSet, time::sleep};

    use super::*;
    use crate::{error::Timeout, send};

    /// When each of so many calls begins, which come one after the other with a pause in between now and then.
    async fn begun(most: usize, calls: u32, pause: Duration) -> Vec<(u32, Instant)> {
        let pace = Arc::new(Pace::new(most));
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        for call in 0..calls {
            let (pace, tell) = (pace.clone(), tell.clone());
            tasks.spawn(async move {
                pace.turn(&send::sleep(), None).await.unwrap();
                tell.send((call, Instant::now())).unwrap();
            });
            tokio::task::yield_now().await;
            if call % 7 == 0 {
                sleep(pause).await;
            }
        }
        drop(tell);
        let mut begun = Vec::new();
        while let Some(one) = told.recv().await {
            begun.push(one);
        }
        begun
    }

    #[tokio::test(start_paused = true)]
    async fn r11_no_minute_holds_more_than_the_limit_and_the_order_is_kept() {
        for (most, calls, pause) in [
            (300, 1_000, Duration::ZERO),
            (300, 1_000, Duration::from_millis(900)),
            (1, 20, Duration::from_secs(50)),
            (7, 100, Duration::from_secs(11)),
            (usize::MAX, 100, Duration::ZERO),
        ] {
            let begun = begun(most, calls, pause).await;
            let order: Vec<u32> = begun.iter().map(|(call, _)| *call).collect();
            assert_eq!(order, (0..calls).collect::<Vec<_>>());
            for window in begun.windows(most.saturating_add(1)) {
                let (first, last) = (window[0].1, window[window.len() - 1].1);
                assert!(last - first >= MINUTE, "{most}: {:?}", last - first);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn r09_a_machine_that_slept_makes_no_burst() {
        let pace = Arc::new(Pace::new(3));
        let mut calls = JoinSet::new();
        for _ in 0..9 {
            let pace = pace.clone();
            calls.spawn(async move {
                pace.turn(&send::sleep(), None).await.unwrap();
                Instant::now()
            });
        }
        tokio::task::yield_now().await;
        tokio::time::advance(MINUTE * 480).await;
        let mut begun = calls.join_all().await;
        begun.sort_unstable();
        assert!(
            begun.windows(4).all(|four| four[3] - four[0] >= MINUTE),
            "{begun:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn r06_whoever_gives_up_in_the_queue_costs_nothing() {
        let pace = Pace::new(1);
        let start = Instant::now();
        let soon = || start.checked_add(Duration::from_secs(1));
        pace.turn(&send::sleep(), None).await.unwrap();
        for _ in 0..100 {
            let error = pace.turn(&send::sleep(), soon()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Total));
            assert!(error.to_string().contains("requests_per_minute"), "{error}");
        }
        pace.turn(&send::sleep(), None).await.unwrap();
        assert!(start.elapsed() < MINUTE + Duration::from_secs(1));
    }

    #[test]
    fn h45_a_told_limit_is_read_and_a_malformed_one_is_none() {
        for (text, expected) in [
            ("\"default\";r=0;t=30", Some(30)),
            ("\"default\"; r=0; t=30", Some(30)),
            ("\"a\";r=0;t=3, \"b\";r=0;t=40, \"c\";r=9;t=50", Some(40)),
            ("\"default\";r=1;t=30", None),
            ("\"default\";r=0", None),
            ("\"default\";r=0;t=-1", None),
            ("\"default\";r=0;t=99999999999999999999", None),
            ("\"default\";t=30", None),
            ("r=;;=x", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("ratelimit", HeaderValue::from_static(text));
            let told = told(&Headers::new(headers)).map(|wait| wait.as_secs());
            assert_eq!(told, expected, "{text}");
        }
    }
}
