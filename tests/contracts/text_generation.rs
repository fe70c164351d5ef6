//! Text generation: one model has answered in several forms, so no form is bound to a model.

pub(crate) mod chat;
mod events;
mod every_model;
mod native;
mod own_forms;

use serde_json::Value;
use workers_ai_models::{ChatCompletion, Llama31_8bInstruct, Model, TextGenerationOutput};

use crate::models::{answer, read};

fn native(body: &Value) -> TextGenerationOutput {
    read::<<Llama31_8bInstruct as Model>::Output>(body).expect("an answer")
}

fn chat<M: Model<Output = ChatCompletion>>(body: &Value) -> ChatCompletion {
    answer::<M>(body)
}
