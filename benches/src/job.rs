//! A work that is done in one way so many times: what the processes that are measured have to do.

use bytes::Bytes;
use tokio::runtime::Runtime;

use crate::{
    Done, Fault, runtime,
    way::{Way, Worker},
    work::{self, Work},
};

/// A work, a way and how many times, ready to go.
pub struct Job {
    runtime: Runtime,
    worker: Worker,
    work: Work,
    sound: Bytes,
    rounds: u32,
    done: Done,
}

impl Job {
    /// What the arguments of a process say is to be done: work, way, rounds and the server's address. Does it once.
    ///
    /// # Errors
    ///
    /// If they say something else, or it cannot be done.
    pub fn begin(arguments: &[&str]) -> Result<Self, Fault> {
        let &[work, way, rounds, base] = arguments else {
            return Err("a job is a work, a way, how many rounds and an address".into());
        };
        let work = Work::named(work).ok_or("no such work")?;
        let way = Way::named(way).ok_or("no such way")?;
        let sound: Bytes = match work {
            Work::Numbers | Work::Base64 => work::sound().into(),
            _ => Bytes::new(),
        };
        let runtime = runtime(false)?;
        let mut worker = runtime.block_on(Worker::new(way, base))?;
        let done = runtime.block_on(worker.run(work, &sound))?;
        Ok(Self {
            runtime,
            worker,
            work,
            sound,
            rounds: rounds.parse()?,
            done,
        })
    }

    /// Does all its rounds.
    ///
    /// # Errors
    ///
    /// If one of them cannot be done.
    pub fn repeat(&mut self) -> Result<(), Fault> {
        self.runtime.block_on(async {
            for _ in 0..self.rounds {
                self.done = self.worker.run(self.work, &self.sound).await?;
            }
            Ok(())
        })
    }

    /// What one round has of a sum over all.
    #[must_use]
    pub fn each(&self, sum: u64) -> u64 {
        sum / u64::from(self.rounds.max(1))
    }

    /// How much came back in the last round.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done.0
    }
}
