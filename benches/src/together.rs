//! Many calls at a time: ours and by hand in turns, in one process.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;

use crate::{
    Fault, by_hand,
    figures::{in_turns, times},
    ours, runtime,
    way::Way,
    work::Work,
};

/// Calls at a time.
const CALLERS: usize = 64;

/// Calls of each caller in one turn.
const CALLS: usize = 50;

/// Prints how many calls a second ours made for each of those made by hand, without and with limits of time: the
/// one in the middle of some turns.
///
/// # Errors
///
/// If a call fails.
pub fn together(base: &str, turns: &str) -> Result<(), Fault> {
    let runtime = runtime(true)?;
    let (ai, plain, limited) = (
        ours::client(base)?,
        reqwest::Client::new(),
        by_hand::limited()?,
    );
    let ours = move || {
        let ai = ai.clone();
        async move { Ok(ours::run(&ai, Work::Chat, &Bytes::new()).await.map(drop)?) }
    };
    let base: Arc<str> = base.into();
    let by_hand = |http: &reqwest::Client| {
        let (http, base) = (http.clone(), base.clone());
        move || {
            let (http, base) = (http.clone(), base.clone());
            async move {
                by_hand::run(&http, &base, Work::Chat, &Bytes::new())
                    .await
                    .map(drop)
            }
        }
    };
    let turn = |way| match way {
        Way::Hand => runtime.block_on(turn_of(by_hand(&plain))),
        Way::Limited => runtime.block_on(turn_of(by_hand(&limited))),
        _ => runtime.block_on(turn_of(ours.clone())),
    };
    let ways = [Way::Ours, Way::Hand, Way::Limited];
    // The first turn opens the connections.
    in_turns(&ways, 1, turn)?;
    let seconds = in_turns(&ways, turns.parse()?, turn)?;
    let what = format!("{CALLERS} calls at a time, throughput to by hand");
    println!("{what}: {:.3}", times(&seconds[1], &seconds[0]));
    println!(
        "{what} with limits of time: {:.3}",
        times(&seconds[2], &seconds[0])
    );
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
