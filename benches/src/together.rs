//! Many calls at a time: ours and by hand in turns, in one process.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;

use crate::{Fault, by_hand, ours, work::Work};

/// Calls at a time.
const CALLERS: usize = 64;

/// Calls of each caller in one turn.
const CALLS: usize = 50;

/// Prints how many calls a second ours made for each of those made by hand: the median of some turns.
pub(crate) async fn run(base: &str, turns: usize) -> Result<(), Fault> {
    let (ai, http) = (ours::client(base)?, reqwest::Client::new());
    let base: Arc<str> = base.into();
    let mut ratios = Vec::new();
    for turn in 0..=turns {
        let ai = ai.clone();
        let ours = turn_of(move || {
            let ai = ai.clone();
            async move { Ok(ours::run(&ai, Work::Chat, &Bytes::new()).await.map(drop)?) }
        });
        let ours = ours.await?;
        let (http, base) = (http.clone(), base.clone());
        let hand = turn_of(move || {
            let (http, base) = (http.clone(), base.clone());
            async move {
                by_hand::run(&http, &base, Work::Chat, &Bytes::new())
                    .await
                    .map(drop)
            }
        });
        let hand = hand.await?;
        // The first turn opens the connections.
        if turn > 0 {
            ratios.push(hand / ours);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("{:.3}", ratios.get(ratios.len() / 2).ok_or("no turns")?);
    Ok(())
}

/// How many seconds a turn takes.
async fn turn_of<F>(call: impl Fn() -> F + Clone + Send + 'static) -> Result<f64, Fault>
where
    F: Future<Output = Result<(), Fault>> + Send,
{
    let start = Instant::now();
    let callers = (0..CALLERS).map(|_| {
        let call = call.clone();
        tokio::spawn(async move {
            for _ in 0..CALLS {
                call().await?;
            }
            Ok::<_, Fault>(())
        })
    });
    let callers: Vec<_> = callers.collect();
    for caller in callers {
        caller.await??;
    }
    Ok(start.elapsed().as_secs_f64())
}
