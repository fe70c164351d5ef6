//! The pieces of work: what is asked and what the server answers, the same for all who do it.

use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};

/// A piece of work that several ways of doing it are compared at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// One small chat call.
    Chat,
    /// A stream of 50,000 tokens that comes in large pieces.
    Stream,
    /// The same, each event in a piece of its own.
    Drops,
    /// The same in large pieces and in the chat form.
    Chunks,
    /// A stream of 1 GB.
    Giant,
    /// 32 MB in events of 1 kB.
    Growing1k,
    /// 32 MB in events of 64 kB.
    Growing64k,
    /// 32 MB in events of 1 MB.
    Growing1m,
    /// 32 MB in events of 16 MB.
    Growing16m,
    /// 100 vectors with 1,024 numbers each.
    Vectors,
    /// 5 MB of sound sent as a list of numbers.
    Numbers,
    /// 5 MB of sound sent as base64.
    Base64,
    /// A picture of 4 MB that comes as base64.
    Picture,
    /// A picture of 4 MB that comes as it is.
    Raw,
}

pub(crate) const ALL: [Work; 14] = [
    Work::Chat,
    Work::Stream,
    Work::Drops,
    Work::Chunks,
    Work::Giant,
    Work::Growing1k,
    Work::Growing64k,
    Work::Growing1m,
    Work::Growing16m,
    Work::Vectors,
    Work::Numbers,
    Work::Base64,
    Work::Picture,
    Work::Raw,
];

/// Tokens of a stream.
pub(crate) const TOKENS: usize = 50_000;

const SOUND: usize = 5_000_000;
const PICTURE: usize = 4_000_000;

impl Work {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Work::Chat => "chat",
            Work::Stream => "stream",
            Work::Drops => "drops",
            Work::Chunks => "chunks",
            Work::Giant => "giant",
            Work::Growing1k => "growing-1k",
            Work::Growing64k => "growing-64k",
            Work::Growing1m => "growing-1m",
            Work::Growing16m => "growing-16m",
            Work::Vectors => "vectors",
            Work::Numbers => "numbers",
            Work::Base64 => "base64",
            Work::Picture => "picture",
            Work::Raw => "raw",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Work::Chat => "one small chat call",
            Work::Stream => "stream of 50,000 tokens in large pieces",
            Work::Drops => "the same, each event in its own piece",
            Work::Chunks => "the same in large pieces, in the chat form",
            Work::Giant => "stream of 1 GB",
            Work::Growing1k => "32 MB in events of 1 kB",
            Work::Growing64k => "32 MB in events of 64 kB",
            Work::Growing1m => "32 MB in events of 1 MB",
            Work::Growing16m => "32 MB in events of 16 MB",
            Work::Vectors => "embeddings, 100 x 1,024",
            Work::Numbers => "5 MB of audio as a list of numbers",
            Work::Base64 => "5 MB of audio as base64",
            Work::Picture => "4 MB image from base64",
            Work::Raw => "4 MB image as raw bytes",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|work| work.name() == name)
    }

    /// The path of the model that does it.
    pub(crate) fn model(self) -> &'static str {
        match self {
            Work::Chat => "@cf/meta/llama-3.1-8b-instruct-fp8",
            Work::Chunks => "@cf/qwen/qwen3-30b-a3b-fp8",
            _ if self.is_stream() => "@cf/meta/llama-3.1-8b-instruct-fp8",
            Work::Vectors => "@cf/baai/bge-large-en-v1.5",
            Work::Numbers => "@cf/openai/whisper-tiny-en",
            Work::Base64 => "@cf/openai/whisper-large-v3-turbo",
            Work::Picture => "@cf/black-forest-labs/flux-1-schnell",
            _ => "@cf/bytedance/stable-diffusion-xl-lightning",
        }
    }

    /// The works of a name, or of a name's first part.
    pub(crate) fn called(name: &str) -> Vec<Self> {
        let is_called = |work: &Work| work.name().split('-').next() == Some(name);
        let named = Self::named(name).into_iter();
        named.chain(ALL.into_iter().filter(is_called)).collect()
    }

    /// Whether it takes long where nothing is optimised.
    pub(crate) fn is_long(self) -> bool {
        self.chunk().is_some()
    }

    pub(crate) fn is_stream(self) -> bool {
        self.chunk().is_some() || matches!(self, Work::Stream | Work::Drops | Work::Chunks)
    }

    /// How many bytes of text each event has, where that is what differs.
    fn chunk(self) -> Option<usize> {
        match self {
            Work::Giant => Some(4_000),
            Work::Growing1k => Some(1_000),
            Work::Growing64k => Some(64_000),
            Work::Growing1m => Some(1_000_000),
            Work::Growing16m => Some(16_000_000),
            _ => None,
        }
    }

    /// How often the server repeats its answer; the last piece comes once.
    pub(crate) fn repeats(self) -> usize {
        if self == Work::Giant { 31 } else { 1 }
    }

    /// In how many turns time is measured: more where most of it is the kernel's, of which no two processes take the same.
    pub(crate) fn turns(self) -> usize {
        match self {
            Work::Base64 | Work::Picture | Work::Raw => 80,
            _ => 24,
        }
    }

    /// How often it is done in a turn where time is measured: about a tenth of a second.
    pub(crate) fn rounds(self) -> u32 {
        match self {
            Work::Chat => 2000,
            Work::Raw => 50,
            Work::Vectors | Work::Base64 | Work::Picture => 20,
            Work::Drops | Work::Numbers => 5,
            Work::Giant => 1,
            _ => 10,
        }
    }

    /// How often it is done where instructions are counted; twice as often in the second run.
    pub(crate) fn few_rounds(self) -> u32 {
        match self {
            Work::Chat => 200,
            Work::Raw => 20,
            Work::Giant => 1,
            _ => 2,
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            _ if self.is_stream() => "text/event-stream",
            Work::Raw => "image/png",
            _ => "application/json",
        }
    }

    /// What the server answers, in the pieces in which it writes it.
    pub(crate) fn answer(self) -> Vec<Vec<u8>> {
        if let Some(length) = self.chunk() {
            return long_events(length);
        }
        match self {
            Work::Chat => vec![CHAT.as_bytes().to_vec()],
            Work::Stream => in_large_pieces(&events()),
            Work::Drops => events(),
            Work::Chunks => in_large_pieces(&chunks()),
            Work::Vectors => vec![vectors().into_bytes()],
            Work::Numbers | Work::Base64 => vec![TRANSCRIPT.as_bytes().to_vec()],
            Work::Picture => {
                let image = STANDARD.encode(picture());
                vec![envelope(&format!(r#"{{"image":"{image}"}}"#)).into_bytes()]
            }
            _ => vec![picture()],
        }
    }
}

const CHAT: &str = r#"{"result":{"response":"The sky is blue because air scatters short waves of light more than long ones.","usage":{"prompt_tokens":16,"completion_tokens":18,"total_tokens":34,"prompt_tokens_details":{"cached_tokens":0}}},"success":true,"errors":[],"messages":[]}"#;

/// The same in the shape of another service, for a crate that knows no other.
pub(crate) const OPENAI: &str = r#"{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"The sky is blue because air scatters short waves of light more than long ones."},"finish_reason":"stop"}],"usage":{"prompt_tokens":16,"completion_tokens":18,"total_tokens":34}}"#;

const TRANSCRIPT: &str = r#"{"result":{"text":"Good morning.","word_count":2,"words":[{"word":"Good","start":0.1,"end":0.4},{"word":"morning.","start":0.5,"end":0.9}]},"success":true,"errors":[],"messages":[]}"#;

fn envelope(result: &str) -> String {
    format!(r#"{{"result":{result},"success":true,"errors":[],"messages":[]}}"#)
}

/// Events as the service writes them, with padding, a count at the end and the end marker.
fn events() -> Vec<Vec<u8>> {
    let token = |index: usize| {
        format!(
            "data: {{\"response\":\" token{}\",\"p\":\"abcdefgh\"}}\n\n",
            index % 1000
        )
        .into_bytes()
    };
    let usage = "data: {\"response\":\"\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":50000,\"total_tokens\":50009}}\n\n";
    let mut events: Vec<Vec<u8>> = (0..TOKENS).map(token).collect();
    events.push(usage.as_bytes().to_vec());
    events.push(b"data: [DONE]\n\n".to_vec());
    events
}

/// The same tokens in the chat form.
fn chunks() -> Vec<Vec<u8>> {
    let chunk = |rest: &str| {
        format!("data: {{\"id\":\"chatcmpl-1f4a\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"@cf/qwen/qwen3-30b-a3b-fp8\",{rest},\"p\":\"abcdefgh\"}}\n\n").into_bytes()
    };
    let token = |index: usize| {
        let token = index % 1000;
        chunk(&format!(
            "\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" token{token}\"}},\"finish_reason\":null}}]"
        ))
    };
    let usage = "\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":50000,\"total_tokens\":50009}";
    let mut chunks: Vec<Vec<u8>> = (0..TOKENS).map(token).collect();
    chunks.push(chunk(usage));
    chunks.push(b"data: [DONE]\n\n".to_vec());
    chunks
}

fn in_large_pieces(events: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let all = events.concat();
    all.chunks(64 << 10).map(<[u8]>::to_vec).collect()
}

/// 32 MB of text in events of this length, in pieces of 64 kB, and the end.
fn long_events(length: usize) -> Vec<Vec<u8>> {
    let event = format!("data: {{\"response\":\"{}\"}}\n\n", "x".repeat(length));
    let all = event.repeat(32_000_000 / length).into_bytes();
    let mut pieces: Vec<Vec<u8>> = all.chunks(64 << 10).map(<[u8]>::to_vec).collect();
    pieces.push(b"data: [DONE]\n\n".to_vec());
    pieces
}

fn vectors() -> String {
    let mut data = String::new();
    let mut seed = 7_u64;
    for row in 0..100 {
        data.push_str(if row == 0 { "[" } else { ",[" });
        for column in 0..1024 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let sign = if seed >> 63 == 0 { "" } else { "-" };
            let comma = if column == 0 { "" } else { "," };
            let digits = (seed >> 20) % 10_000_000_000_000_000;
            // Writing to text cannot fail.
            let _ = write!(data, "{comma}{sign}0.0{digits:016}");
        }
        data.push(']');
    }
    envelope(&format!(
        r#"{{"shape":[100,1024],"data":[{data}],"pooling":"cls"}}"#
    ))
}

/// The sound that is sent.
pub(crate) fn sound() -> Vec<u8> {
    noise(b"RIFF\0\0\0\0WAVE", SOUND)
}

fn picture() -> Vec<u8> {
    noise(b"\x89PNG\r\n\x1a\n", PICTURE)
}

/// Bytes with a beginning that tells what they are.
fn noise(beginning: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = beginning.to_vec();
    let mut seed = 1_u32;
    bytes.resize_with(length, || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    });
    bytes
}
