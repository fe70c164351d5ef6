//! What is known about a model besides its types: plain data, so that a program can list, filter
//! and print it.

use std::{
    error::Error,
    fmt::{self, Display},
    str::FromStr,
};

use serde::{Serialize, Serializer};

/// A model's entry in the catalogue, as of the day this crate was generated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelInfo {
    /// The name the service knows it by, such as `@cf/openai/whisper`.
    pub id: &'static str,
    /// The name of its type in this crate, such as `Whisper`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Who made it: the middle part of the id.
    pub author: &'static str,
    /// What it is for.
    pub task: Task,
    /// Whether it can still be called.
    pub status: Status,
    /// The day it appeared, as `2025-08-05`.
    pub created: Option<&'static str>,
    /// The day it was or will be withdrawn.
    pub retired: Option<&'static str>,
    /// The id of the model that takes its place.
    pub successor: Option<&'static str>,
    /// How many tokens a prompt and its answer may have together.
    pub context_window: Option<u64>,
    /// How many tokens of an input are read.
    pub max_input_tokens: Option<u64>,
    /// How many numbers an embedding has.
    pub dimensions: Option<u64>,
    /// What it costs; empty if that is not published.
    pub price: &'static [Price],
    /// What it can do, and what it asks for.
    pub abilities: &'static [Ability],
    /// The languages it was made for; empty if that is not published.
    pub languages: &'static [&'static str],
    /// How its reasoning is steered, if it reasons.
    pub reasoning: Option<Reasoning>,
    /// Whether it can answer piece by piece, see [`Streaming`](crate::Streaming).
    pub streaming: bool,
    /// Whether requests can be queued, see [`Batched`](crate::Batched).
    pub batch: bool,
    /// Where its licence is.
    pub terms: Option<&'static str>,
    /// Where its makers describe it.
    pub info: Option<&'static str>,
    /// Where Cloudflare documents it.
    pub documentation: Option<&'static str>,
}

impl ModelInfo {
    /// An entry that says no more than it must. For a [`Model`](crate::Model) of your own; set what
    /// else you know.
    ///
    /// ```
    /// use workers_ai_models::{ModelInfo, Task};
    ///
    /// static INFO: ModelInfo = ModelInfo {
    ///     context_window: Some(8_192),
    ///     ..ModelInfo::new("@cf/example/parrot", "Parrot", Task::TextGeneration)
    /// };
    /// # assert_eq!(INFO.title, "Parrot");
    /// ```
    #[must_use]
    pub const fn new(id: &'static str, name: &'static str, task: Task) -> Self {
        Self {
            id,
            name,
            title: name,
            author: "",
            task,
            status: Status::Live,
            created: None,
            retired: None,
            successor: None,
            context_window: None,
            max_input_tokens: None,
            dimensions: None,
            price: &[],
            abilities: &[],
            languages: &[],
            reasoning: None,
            streaming: false,
            batch: false,
            terms: None,
            info: None,
            documentation: None,
        }
    }

    /// Whether the model has this ability.
    #[doc(alias = "has")]
    #[must_use]
    pub fn can(&self, ability: Ability) -> bool {
        self.abilities.contains(&ability)
    }
}

/// What one unit of use costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Price {
    /// What is counted, such as `per M input tokens`.
    pub unit: &'static str,
    /// US dollars for one unit.
    pub usd: f64,
}

/// How the depth of a model's reasoning is chosen. A request chooses by a method of its input:
/// `reasoning_effort` in chat, `reasoning` in the Responses dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Reasoning {
    /// The efforts it knows.
    pub efforts: &'static [&'static str],
    /// The effort it takes when none is asked for.
    pub default: Option<&'static str>,
    /// Efforts that are accepted and read as another: what is sent, and what it means.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Whether reasoning cannot be turned off.
    pub mandatory: bool,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Task {
    /// Speech to text.
    AutomaticSpeechRecognition,
    /// A picture to labels.
    ImageClassification,
    /// A picture to a description.
    ImageToText,
    /// A picture to labels and where they are.
    ObjectDetection,
    /// A text to a shorter one.
    Summarization,
    /// A text to labels, or texts to an order.
    TextClassification,
    /// Texts to vectors.
    TextEmbeddings,
    /// A prompt or a conversation to an answer.
    TextGeneration,
    /// A description to a picture.
    TextToImage,
    /// Text to speech.
    TextToSpeech,
    /// A text to another language.
    Translation,
    /// Sound to whether and when somebody speaks.
    VoiceActivityDetection,
    /// Something else, by the service's own name for it.
    Other(&'static str),
}

impl Task {
    /// Every task that has a variant of its own.
    pub const ALL: &'static [Self] = &[
        Self::AutomaticSpeechRecognition,
        Self::ImageClassification,
        Self::ImageToText,
        Self::ObjectDetection,
        Self::Summarization,
        Self::TextClassification,
        Self::TextEmbeddings,
        Self::TextGeneration,
        Self::TextToImage,
        Self::TextToSpeech,
        Self::Translation,
        Self::VoiceActivityDetection,
    ];

    /// The service's own name for it, such as `Text Generation`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AutomaticSpeechRecognition => "Automatic Speech Recognition",
            Self::ImageClassification => "Image Classification",
            Self::ImageToText => "Image-to-Text",
            Self::ObjectDetection => "Object Detection",
            Self::Summarization => "Summarization",
            Self::TextClassification => "Text Classification",
            Self::TextEmbeddings => "Text Embeddings",
            Self::TextGeneration => "Text Generation",
            Self::TextToImage => "Text-to-Image",
            Self::TextToSpeech => "Text-to-Speech",
            Self::Translation => "Translation",
            Self::VoiceActivityDetection => "Voice Activity Detection",
            Self::Other(name) => name,
        }
    }
}

/// Reads the service's name; case does not count, and a blank, `-` and `_` are the same.
impl FromStr for Task {
    type Err = UnknownTask;

    fn from_str(name: &str) -> Result<Self, UnknownTask> {
        let plain = |c: char| match c {
            '-' | '_' => ' ',
            c => c.to_ascii_lowercase(),
        };
        Self::ALL
            .iter()
            .find(|task| task.as_str().chars().map(plain).eq(name.chars().map(plain)))
            .copied()
            .ok_or(UnknownTask(()))
    }
}

/// A name that is no [`Task`] of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownTask(());

impl Display for UnknownTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown task; known are ")?;
        for (index, task) in Task::ALL.iter().enumerate() {
            write!(f, "{}{task}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl Error for UnknownTask {}

/// Whether a model can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Status {
    /// In the catalogue.
    Live,
    /// Documented, though not in the catalogue.
    Documented,
    /// Withdrawn, or about to be.
    Deprecated,
}

impl Status {
    /// The status as a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Documented => "documented",
            Self::Deprecated => "deprecated",
        }
    }
}

/// Something a model can do, or asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Ability {
    /// Still being tried out.
    Beta,
    /// Takes a fine-tuned adapter.
    Lora,
    /// Calls tools.
    FunctionCalling,
    /// Thinks before it answers.
    Reasoning,
    /// Reads pictures.
    Vision,
    /// Takes queued requests.
    AsyncQueue,
    /// Talks over a lasting connection.
    Realtime,
    /// Run by a partner of Cloudflare.
    Partner,
    /// Needs the Workers Paid plan.
    RequireWorkersPaid,
}

impl Ability {
    /// The catalogue's own name for it, such as `function_calling`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Beta => "beta",
            Self::Lora => "lora",
            Self::FunctionCalling => "function_calling",
            Self::Reasoning => "reasoning",
            Self::Vision => "vision",
            Self::AsyncQueue => "async_queue",
            Self::Realtime => "realtime",
            Self::Partner => "partner",
            Self::RequireWorkersPaid => "require_workers_paid",
        }
    }
}

macro_rules! written_as_str {
    ($($name:ident),*) => {$(
        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}

written_as_str!(Task, Status, Ability);
