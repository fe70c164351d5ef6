//! What all calls of one server share.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    batch::Batches, documents::Documents, fault::Script, finetunes::Finetunes, gateway::Cached,
    record::Record, settings::Settings,
};

/// The state of a server.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) documents: &'static Documents,
    script: Mutex<Script>,
    record: Mutex<Record>,
    batches: Mutex<Batches>,
    finetunes: Mutex<Finetunes>,
    cache: Mutex<HashMap<u64, Cached>>,
    calls: AtomicU64,
}

impl State {
    pub(crate) fn new(settings: Settings) -> Self {
        State {
            documents: Documents::embedded(),
            script: Mutex::default(),
            record: Mutex::new(Record::new(settings.keep)),
            batches: Mutex::default(),
            finetunes: Mutex::default(),
            cache: Mutex::default(),
            calls: AtomicU64::new(0),
            settings,
        }
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        lock(&self.record)
    }

    pub(crate) fn batches(&self) -> MutexGuard<'_, Batches> {
        lock(&self.batches)
    }

    pub(crate) fn finetunes(&self) -> MutexGuard<'_, Finetunes> {
        lock(&self.finetunes)
    }

    pub(crate) fn cache(&self) -> MutexGuard<'_, HashMap<u64, Cached>> {
        lock(&self.cache)
    }

    /// The ids of the next call.
    pub(crate) fn next_ids(&self) -> Ids {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        Ids(mix(self.settings.seed ^ mix(call.wrapping_add(1))))
    }
}

/// A panic elsewhere leaves what is inside complete.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The ids of one call, made from one number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids(u64);

impl Ids {
    /// A UUID. Each use has a number of its own.
    pub(crate) fn uuid(self, usage: u64) -> String {
        uuid(mix(self.0 ^ usage), mix(self.0.wrapping_add(usage + 1)))
    }

    /// A `cf-ray`.
    pub(crate) fn ray(self) -> String {
        format!("{:016x}-LOC", self.0)
    }
}

/// A UUID of version 4 out of two numbers.
pub(crate) fn uuid(high: u64, low: u64) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48) & 0x3fff,
        low & 0xffff_ffff_ffff
    )
}

/// The UUID that always belongs to this name.
pub(crate) fn uuid_of(name: &str) -> String {
    let number = hash(name.as_bytes());
    uuid(mix(number), mix(!number))
}

/// Spreads a number over all its bits.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The same number for the same text, in every run.
pub(crate) fn hash(text: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    text.iter().fold(start, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
