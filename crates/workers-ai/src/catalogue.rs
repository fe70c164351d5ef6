//! What the service says of itself: its models, their schemas and tasks; and its conversion of
//! documents into text.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use workers_ai_models::{Form, Media, Payload};

use crate::{
    call::{Call, Endpoint},
    client::Client,
    decode,
    error::Error,
    run::Run,
};

/// How many models [`Client::all_models`] asks for at a time.
const PAGE: u32 = 100;

/// Beyond this many pages the service repeats itself.
const MOST_PAGES: u32 = 1_000;

/// Which models to list. Everything is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelSearch {
    query: Vec<(&'static str, String)>,
}

impl ModelSearch {
    /// All models.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only models with this in their name.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.set("search", text.into())
    }

    /// Only models of a task: a [`Task`](workers_ai_models::Task), or a name such as
    /// `Text Generation`.
    #[must_use]
    pub fn task(self, task: impl Into<String>) -> Self {
        self.set("task", task.into())
    }

    /// Only models of an author.
    #[must_use]
    pub fn author(self, author: impl Into<String>) -> Self {
        self.set("author", author.into())
    }

    /// Whether experimental models are left out.
    #[must_use]
    pub fn hide_experimental(self, hide: bool) -> Self {
        self.set("hide_experimental", hide.to_string())
    }

    /// Whether models are listed that are about to be withdrawn, or were not long ago.
    #[must_use]
    pub fn include_deprecated(self, include: bool) -> Self {
        self.set("include_deprecated", include.to_string())
    }

    /// Which page, from 1.
    #[must_use]
    pub fn page(self, page: u32) -> Self {
        self.set("page", page.to_string())
    }

    /// How many models a page has.
    #[must_use]
    pub fn per_page(self, models: u32) -> Self {
        self.set("per_page", models.to_string())
    }

    fn set(mut self, name: &'static str, value: String) -> Self {
        self.query.retain(|(known, _)| *known != name);
        self.query.push((name, value));
        self
    }
}

/// A model in the service's list.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ListedModel {
    /// The id of its entry.
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    /// The id it is called by, such as `@cf/meta/llama-3.1-8b-instruct-fp8`.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: Option<String>,
    /// What it does.
    #[serde(default)]
    pub task: Option<ListedTask>,
    /// When it came.
    #[serde(default)]
    pub created_at: Option<String>,
    /// Labels.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// Facts such as price and context window.
    #[serde(default, deserialize_with = "or_default")]
    pub properties: Vec<ListedProperty>,
}

impl ListedModel {
    /// A fact by its name, such as `context_window`.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Value> {
        let named = self.properties.iter().find(|fact| fact.property_id == name);
        named.map(|fact| &fact.value)
    }
}

/// A fact about a model in the service's list.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ListedProperty {
    /// What it is about.
    #[serde(default, deserialize_with = "or_default")]
    pub property_id: String,
    /// Most often text, also where it stands for a number; prices are a list.
    #[serde(default)]
    pub value: Value,
}

/// A task in the service's list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ListedTask {
    /// Its id.
    #[serde(default)]
    pub id: Option<String>,
    /// Its name, such as `Text Generation`.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What models of this task do.
    #[serde(default)]
    pub description: Option<String>,
}

/// What a model takes and answers, as JSON Schema.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ModelSchema {
    /// What it takes.
    #[serde(default)]
    pub input: Value,
    /// What it answers.
    #[serde(default)]
    pub output: Value,
}

/// A file that is to become text.
#[derive(Debug, Clone, PartialEq)]
pub struct FileToConvert {
    name: String,
    media: Media,
}

impl FileToConvert {
    /// A file. Its name tells its kind, so it needs the right ending.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: impl Into<bytes::Bytes>) -> Self {
        Self {
            name: name.into(),
            media: Media::new(bytes),
        }
    }

    /// Says what the file is, if it does not tell.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.media = self.media.with_content_type(content_type.into());
        self
    }
}

/// What became of a file. One that could not be converted does not make the call an error.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ConvertedFile {
    /// The file's name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What the service took it for.
    #[serde(default, rename = "mimeType")]
    pub content_type: Option<String>,
    /// `markdown`, `text` or `error`.
    #[serde(default, deserialize_with = "or_default")]
    pub format: String,
    /// About how many tokens the text has.
    #[serde(default, deserialize_with = "count")]
    pub tokens: Option<u64>,
    /// The text.
    #[serde(default)]
    pub data: Option<String>,
    /// Why there is none.
    #[serde(default)]
    pub error: Option<String>,
}

/// Without the text.
impl std::fmt::Debug for ConvertedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConvertedFile")
            .field("format", &self.format)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Lists models, one page of them. What this crate knows without asking is in
    /// [`models::catalogue`](workers_ai_models::catalogue).
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
    /// use workers_ai::{ModelSearch, models::Task};
    ///
    /// let search = ModelSearch::new().task(Task::TextEmbeddings).text("bge");
    /// for model in ai.search_models(&search).await? {
    ///     println!("{} {:?}", model.name, model.property("max_input_tokens"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[inline] // Compiled where it is used, and the reader of its answer with it.
    pub fn search_models(&self, search: &ModelSearch) -> Run<Vec<ListedModel>> {
        let run = self.get("models/search");
        let query = search.query.iter();
        query.fold(run, |run, (name, value)| run.query(*name, value))
    }

    /// Lists models, page after page until there are no more.
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
    /// use workers_ai::ModelSearch;
    ///
    /// let known = workers_ai::models::catalogue::all();
    /// for model in ai.all_models(&ModelSearch::new()).await? {
    ///     if !known.iter().any(|info| info.id == model.name) {
    ///         println!("new: {}", model.name);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The error of the first page that could not be had.
    pub async fn all_models(&self, search: &ModelSearch) -> Result<Vec<ListedModel>, Error> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let search = search.clone().page(page).per_page(PAGE);
            let mut models = self.search_models(&search).await?;
            if models.is_empty() {
                break;
            }
            all.append(&mut models);
        }
        Ok(all)
    }

    /// What a model takes and answers, as the service documents it.
    pub fn model_schema(&self, model: impl Into<String>) -> Run<ModelSchema> {
        self.get("models/schema").query("model", model)
    }

    /// Lists the tasks that models are for.
    #[inline] // Compiled where it is used, and the reader of its answer with it.
    pub fn tasks(&self) -> Run<Vec<ListedTask>> {
        self.get("tasks/search")
    }

    /// Turns documents and pictures into Markdown, all in one call and in their order.
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use workers_ai::FileToConvert;
    ///
    /// let report = FileToConvert::new("report.pdf", std::fs::read("report.pdf")?);
    /// for file in ai.to_markdown([report]).await? {
    ///     println!("{}", file.data.or(file.error).unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_markdown(
        &self,
        files: impl IntoIterator<Item = FileToConvert>,
    ) -> Run<Vec<ConvertedFile>> {
        let form = files.into_iter().fold(Form::new(), |form, file| {
            form.named_file("files", file.name, &file.media)
        });
        let call = Call::to(Endpoint::Post("tomarkdown".into()), form.into_payload());
        Run::new(self.clone(), call, decode::json_only)
    }

    /// Reads anything else of the API, by its path below `/ai`: `authors/search`, `finetunes/public`.
    pub fn get_any(&self, path: impl Into<Cow<'static, str>>) -> Run<Value> {
        self.get(path)
    }

    /// Posts JSON to anything else of the API, by its path below `/ai`: `finetunes`,
    /// `v1/chat/completions`.
    ///
    /// ```no_run
    /// # async fn example(ai: workers_ai::Client) -> Result<(), workers_ai::Error> {
    /// use serde_json::json;
    ///
    /// let adapter = json!({ "model": "@cf/google/gemma-7b-it-lora", "name": "my-adapter" });
    /// println!("{}", ai.post_any("finetunes", adapter).await?["id"]);
    /// println!("{}", ai.get_any("finetunes/public").query("limit", "5").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn post_any(
        &self,
        path: impl Into<Cow<'static, str>>,
        body: impl Into<Value>,
    ) -> Run<Value> {
        let call = Call::to(Endpoint::Post(path.into()), Payload::json(&body.into()));
        Run::new(self.clone(), call, decode::json_only)
    }

    fn get<T: DeserializeOwned + 'static>(&self, path: impl Into<Cow<'static, str>>) -> Run<T> {
        let call = Call::to(Endpoint::Get(path.into()), Ok(Payload::Json(Vec::new())));
        Run::new(self.clone(), call, decode::json_only)
    }
}

/// `null` is the same as absent.
fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A count, which some answers have as text.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_u64(),
        _ => None,
    })
}
