//! The ways of doing the work, behind one face.

use bytes::Bytes;

use crate::{Done, Fault, by_hand, floor::Connection, ours, work::Work};

/// A way of doing the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// `workers-ai`.
    Ours,
    /// `reqwest` and structs.
    Hand,
    /// The same with limits of time.
    Limited,
    /// `reqwest` and values.
    Untyped,
    /// `hyper`, and decoding for just these answers.
    Floor,
    /// `async-openai`, and `eventsource-stream` for streams.
    Peer,
}

pub(crate) const ALL: [Way; 6] = [
    Way::Ours,
    Way::Hand,
    Way::Limited,
    Way::Untyped,
    Way::Floor,
    Way::Peer,
];

impl Way {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Way::Ours => "ours",
            Way::Hand => "hand",
            Way::Limited => "limited",
            Way::Untyped => "untyped",
            Way::Floor => "floor",
            Way::Peer => "peer",
        }
    }

    pub(crate) fn title(self, work: Work) -> &'static str {
        match (self, work) {
            (Way::Ours, _) => "workers-ai",
            (Way::Hand, _) => "reqwest, structs",
            (Way::Limited, _) => "reqwest, structs, limits of time",
            (Way::Untyped, _) => "reqwest, Value",
            (Way::Floor, _) => "hyper alone",
            (Way::Peer, Work::Stream | Work::Drops) => "eventsource-stream, Value",
            (Way::Peer, _) => "async-openai",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|way| way.name() == name)
    }

    /// Whether this way can do this work at all.
    pub(crate) fn can(self, work: Work) -> bool {
        match self {
            Way::Ours => true,
            // It looks again at all that has come with each piece, which large events make it pay for.
            Way::Hand => {
                !work.is_stream() || matches!(work, Work::Stream | Work::Drops | Work::Chunks)
            }
            Way::Floor => !work.is_stream() || matches!(work, Work::Stream | Work::Drops),
            Way::Limited => matches!(work, Work::Chat | Work::Stream | Work::Drops),
            Way::Untyped => matches!(work, Work::Chat | Work::Vectors | Work::Picture),
            Way::Peer => {
                cfg!(feature = "peers") && matches!(work, Work::Chat | Work::Stream | Work::Drops)
            }
        }
    }
}

/// A way, ready to work: what is made once is made.
pub(crate) enum Worker {
    Ours(workers_ai::Client),
    Hand(reqwest::Client, String),
    Untyped(reqwest::Client, String),
    Floor(Connection),
    #[cfg(feature = "peers")]
    Peer(
        async_openai::Client<async_openai::config::OpenAIConfig>,
        reqwest::Client,
        String,
    ),
}

impl Worker {
    pub(crate) async fn new(way: Way, base: &str) -> Result<Self, Fault> {
        Ok(match way {
            Way::Ours => Self::Ours(ours::client(base)?),
            Way::Hand => Self::Hand(reqwest::Client::new(), base.to_owned()),
            Way::Limited => Self::Hand(by_hand::limited()?, base.to_owned()),
            Way::Untyped => Self::Untyped(reqwest::Client::new(), base.to_owned()),
            Way::Floor => Self::Floor(Connection::open(base).await?),
            #[cfg(feature = "peers")]
            Way::Peer => {
                let openai = crate::peers::openai(base);
                Self::Peer(openai, reqwest::Client::new(), base.to_owned())
            }
            #[cfg(not(feature = "peers"))]
            Way::Peer => return Err("built without the feature `peers`".into()),
        })
    }

    /// Does it once.
    pub(crate) async fn run(&mut self, work: Work, sound: &Bytes) -> Result<Done, Fault> {
        match self {
            Self::Ours(ai) => Ok(ours::run(ai, work, sound).await?),
            Self::Hand(http, base) => by_hand::run(http, base, work, sound).await,
            Self::Untyped(http, base) => {
                let done = by_hand::run_untyped(http, base, work).await?;
                done.ok_or_else(|| "not this work".into())
            }
            Self::Floor(connection) => connection.run(work, sound).await,
            #[cfg(feature = "peers")]
            Self::Peer(openai, http, base) => match work {
                Work::Stream | Work::Drops => crate::peers::events(http, base, work).await,
                _ => crate::peers::chat(openai).await,
            },
        }
    }
}
