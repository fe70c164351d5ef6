//! Which operation a path means.

use hyper::Method;

use crate::refusal::Refusal;

/// An operation, with what its path says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The model is in the path.
    Run(String),
    /// The model is in the body, and its input beside it.
    RunAny,
    ChatCompletions,
    Responses,
    Embeddings,
    /// Anthropic's dialect, which the service's own models do not speak.
    Messages,
    Search,
    Schema,
    Authors,
    Tasks,
    Finetunes,
    NewFinetune,
    PublicFinetunes,
    FinetuneAssets(String),
    Markdown,
    MarkdownFormats,
}

/// A path that was understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) account: String,
    /// The gateway in the path.
    pub(crate) gateway: Option<String>,
    pub(crate) route: Route,
}

impl Place {
    /// Reads a path as it was sent, escapes included.
    ///
    /// # Errors
    ///
    /// There is nothing there, or not with this method.
    pub(crate) fn read(method: &Method, path: &str) -> Result<Place, Refusal> {
        if let Some(rest) = path.strip_prefix("/client/v4/accounts/") {
            let (account, rest) = rest.split_once('/').ok_or_else(Refusal::no_route)?;
            let rest = rest.strip_prefix("ai/").ok_or_else(Refusal::no_route)?;
            return Ok(Place {
                account: decoded(account)?,
                gateway: None,
                route: route(method, rest)?,
            });
        }
        gateway(method, path)
    }
}

/// The paths of the gateway's own host.
fn gateway(method: &Method, path: &str) -> Result<Place, Refusal> {
    let rest = path.strip_prefix("/v1/").ok_or_else(Refusal::no_route)?;
    let mut parts = rest.splitn(3, '/');
    let (Some(account), Some(id), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Refusal::no_route());
    };
    let route = match rest.strip_prefix("workers-ai/") {
        Some(openai) if openai.starts_with("v1/") => route(method, openai)?,
        Some(model) => {
            let model = model.strip_prefix("run/").unwrap_or(model);
            only(method, "POST", Route::Run(decoded_model(model)?))?
        }
        None => match rest.strip_prefix("compat/") {
            Some(openai) => route(method, &format!("v1/{openai}"))?,
            None => return Err(Refusal::no_route()),
        },
    };
    Ok(Place {
        account: decoded(account)?,
        gateway: Some(decoded(id)?),
        route,
    })
}

/// What follows `/ai/`.
fn route(method: &Method, path: &str) -> Result<Route, Refusal> {
    if let Some(model) = path.strip_prefix("run/") {
        return only(method, "POST", Route::Run(decoded_model(model)?));
    }
    let (expected, route) = match path {
        "run" => ("POST", Route::RunAny),
        "v1/chat/completions" => ("POST", Route::ChatCompletions),
        "v1/responses" => ("POST", Route::Responses),
        "v1/embeddings" => ("POST", Route::Embeddings),
        "v1/messages" => ("POST", Route::Messages),
        "v1/models" => return Err(Refusal::no_method(method.as_str())),
        "models/search" => ("GET", Route::Search),
        "models/schema" => ("GET", Route::Schema),
        "authors/search" => ("GET", Route::Authors),
        "tasks/search" => ("GET", Route::Tasks),
        "finetunes" if method == Method::POST => ("POST", Route::NewFinetune),
        "finetunes" => ("GET", Route::Finetunes),
        "finetunes/public" => ("GET", Route::PublicFinetunes),
        "tomarkdown" => ("POST", Route::Markdown),
        "tomarkdown/supported" => ("GET", Route::MarkdownFormats),
        other => {
            let id = other
                .strip_prefix("finetunes/")
                .and_then(|rest| rest.strip_suffix("/finetune-assets"))
                .filter(|id| !id.is_empty() && !id.contains('/'))
                .ok_or_else(Refusal::no_route)?;
            ("POST", Route::FinetuneAssets(decoded(id)?))
        }
    };
    only(method, expected, route)
}

fn only(method: &Method, expected: &str, route: Route) -> Result<Route, Refusal> {
    if method.as_str() == expected {
        Ok(route)
    } else {
        Err(Refusal::no_method(method.as_str()))
    }
}

/// A model's id. An escaped slash makes it a path that leads nowhere, as it does at the service.
fn decoded_model(path: &str) -> Result<String, Refusal> {
    let parts: Vec<String> = path.split('/').map(decoded).collect::<Result<_, _>>()?;
    Ok(parts.join("/"))
}

/// One part of a path without its escapes.
fn decoded(part: &str) -> Result<String, Refusal> {
    let decoded = percent_decoded(part).filter(|part| !part.is_empty() && !part.contains('/'));
    decoded.ok_or_else(Refusal::no_route)
}

/// Text without its `%` escapes; none if it is not UTF-8 then.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = match (first, after) {
            (b'%', [high, low, after @ ..]) => digit(*high)
                .zip(digit(*low))
                .map(|(high, low)| (high * 16 + low, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// The first value of `name` in a query.
pub(crate) fn query(query: Option<&str>, name: &str) -> Option<String> {
    query?.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| percent_decoded(&text.replace('+', " "));
        (plain(key)? == name).then(|| plain(value)).flatten()
    })
}
