//! The traits that tie a model's name to what it takes and what it answers.

use std::fmt::Debug;

use serde::{Serialize, Serializer, de::DeserializeOwned};

use crate::{
    EncodeError, Invalid, Media, ModelInfo, Payload, Validate,
    members::{Members, Writer},
};

/// One Workers AI model: its name, its input and its answer.
///
/// Every model of the catalogue is a unit struct that implements this trait. Implement it for a
/// type of your own to call a model this crate does not know, or one whose types you want to shape
/// yourself: two types, two constants, and [`ModelInput`] for the input. The crate's first page has
/// all of it.
pub trait Model: Sized + 'static {
    /// The name the service knows the model by, such as `@cf/openai/whisper`.
    const ID: &'static str;

    /// What is known about the model besides its types.
    const INFO: &'static ModelInfo;

    /// What the model takes.
    type Input: Serialize + Validate + Clone + Debug + Send + Sync + 'static;

    /// What the model answers.
    type Output: DeserializeOwned + Debug + Send + 'static;

    /// Asks for one whole answer, where the service would stream without being asked.
    fn ask_whole(input: &mut Self::Input) {
        let _ = input;
    }

    /// The body in which `input` travels. JSON, unless the model says otherwise.
    ///
    /// # Errors
    ///
    /// If the input cannot be written in that form.
    fn encode(input: &Self::Input) -> Result<Payload, EncodeError> {
        Payload::document(input)
    }

    /// The answer, when the service sends bytes instead of JSON. `None` if this model never does.
    #[must_use]
    fn from_media(media: Media) -> Option<Self::Output> {
        drop(media);
        None
    }
}

/// An input that knows which model it is for, so that passing it is enough to make a call.
///
/// Where a model takes one of several inputs (a prompt or a list of messages, say), each of them is
/// a `ModelInput` and converts into [`Model::Input`].
///
/// A function for any model takes any of them; what it may do with the answer is a bound of the
/// output:
///
/// ```
/// use workers_ai_models::{Answer, Llama31_8bInstructFp8, Model, ModelInput};
///
/// fn ask<I>(input: I) -> Result<(), workers_ai_models::Invalid>
/// where
///     I: ModelInput<Model: Model<Output: Answer>>,
/// {
///     println!("asks {}", I::Model::INFO.title);
///     input.validate()
/// }
///
/// ask(Llama31_8bInstructFp8::prompt("Why is the sky blue?"))?;
/// # Ok::<(), workers_ai_models::Invalid>(())
/// ```
///
/// For streams it is `ModelInput<Model: Streaming<Event: Answer>>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the input of a model",
    label = "not an input of a model",
    note = "a model's type makes its inputs: `Llama31_8bInstructFp8::prompt(\"…\")`",
    note = "an input of your own needs `impl ModelInput`; a model's id with any JSON needs `run_any`, not `run`"
)]
pub trait ModelInput: Into<<Self::Model as Model>::Input> + Validate {
    /// The model this input is for.
    type Model: Model;

    /// Compares every field with the limits the model's document states.
    ///
    /// # Errors
    ///
    /// If a field is outside its limits. The error names the model and every such field.
    fn validate(&self) -> Result<(), Invalid> {
        Invalid::unless_fits(self).map_err(|invalid| invalid.for_model(Self::Model::ID))
    }
}

/// A model that can answer piece by piece.
#[diagnostic::on_unimplemented(
    message = "the model `{Self}` does not stream",
    note = "`Client::run` gives its answer as a whole"
)]
pub trait Streaming: Model {
    /// One piece of the answer.
    type Event: DeserializeOwned + Debug + Send + 'static;

    /// The data of the event that ends a stream.
    const END: &'static str;

    /// Whether the service streams when the request does not say.
    const DEFAULT: bool = false;

    /// Asks for a stream, or for one whole answer.
    fn set_stream(input: &mut Self::Input, on: bool);
}

/// A model whose requests can be queued many at a time, see [`Batch`](crate::Batch).
#[diagnostic::on_unimplemented(
    message = "requests of the model `{Self}` cannot be queued",
    note = "`catalogue::all()` tells of each model whether they can: `ModelInfo::batch`"
)]
pub trait Batched: Model {
    /// One of the queued requests: the model's input, one form of it, or a type of its own whose name
    /// ends in `BatchItem`.
    type Request: Serialize + Validate + Clone + Debug + Send + Sync + 'static;
}

/// A model that takes options of its own beside those it shares with others.
///
/// Shared inputs such as [`ChatMessages`](crate::ChatMessages) carry them, and have a method for each.
pub trait Extended: Sized + 'static {
    /// The options.
    type Options: ModelOptions;
}

/// What every model's own options can do; implemented for everything that can.
pub trait ModelOptions:
    Members + Serialize + Validate + Default + Clone + PartialEq + Debug + Send + Sync + 'static
{
}

impl<
    T: Members + Serialize + Validate + Default + Clone + PartialEq + Debug + Send + Sync + 'static,
> ModelOptions for T
{
}

/// The options of a model that has none of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "roundtrip", derive(serde::Deserialize))]
pub struct NoOptions {}

impl Members for NoOptions {
    fn write<S: Serializer>(&self, _: &mut Writer<S>) {}
}

impl Validate for NoOptions {}
