//! One model → its file: marker, input, output, event, constructors, facts, trait implementations.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::emit::docs;
use crate::emit::example;
use crate::emit::items::{self, doc, required};
use crate::emit::number::{grouped, readable};
use crate::emit::rust::Rust;
use crate::ir::{Api, DefId, Encoding, Field, Model, Options, Shape, Type, Wire};
use crate::name;
use crate::print::Piece;

/// The marker and everything that hangs on it.
pub(crate) fn pieces(rust: &Rust<'_>, model: &Model) -> Vec<Piece> {
    let marker = format_ident!("{}", model.name);
    let mut out = vec![Piece::item(declaration(rust, model))];
    out.extend(names(rust, model));
    let constructors = constructors(rust, model);
    if !constructors.is_empty() {
        out.push(Piece::item(quote!(impl #marker { #constructors })));
    }
    out.push(Piece::item(implementation(rust, model)));
    out.extend(streaming(rust, model).map(Piece::item));
    out.extend(extension(rust, model).into_iter().map(Piece::item));
    if let Some(batch) = &model.batch {
        let request = if *batch == model.input {
            let input = format_ident!("{}Input", model.name);
            quote!(#input)
        } else {
            rust.plain(batch, &quote!(#marker))
        };
        out.push(Piece::item(
            quote!(impl Batched for #marker { type Request = #request; }),
        ));
    }
    out.extend(inputs(rust, model).into_iter().map(Piece::item));
    out
}

fn declaration(rust: &Rust<'_>, model: &Model) -> TokenStream {
    let marker = format_ident!("{}", model.name);
    let mut lines: Vec<String> = Vec::new();
    let head = if model.summary.is_empty() {
        model.title.clone() + "."
    } else {
        model.summary.clone()
    };
    lines.extend(docs::lines(&docs::paragraphs(&format!(
        "{head} {}",
        model.description
    ))));
    lines.push(String::new());
    lines.extend(table(model));
    for note in strings(&model.facts, "uncertain") {
        lines.push(String::new());
        lines.extend(docs::lines(&docs::paragraphs(&format!(
            "Uncertain: {note}"
        ))));
    }
    if let Some(example) = example::lines(rust, model) {
        lines.push(String::new());
        lines.extend(example);
    }
    let lines = lines.into_iter().map(|line| {
        if line.is_empty() {
            line
        } else {
            format!(" {line}")
        }
    });
    let deprecated = deprecation(rust.api, model).map(|note| quote!(#[deprecated(note = #note)]));
    quote! {
        #(#[doc = #lines])*
        #deprecated
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct #marker;
    }
}

fn text<'a>(facts: &'a Value, key: &str) -> Option<&'a str> {
    facts.get(key).and_then(Value::as_str)
}

fn strings<'a>(facts: &'a Value, key: &str) -> Vec<&'a str> {
    facts
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn deprecation(api: &Api, model: &Model) -> Option<String> {
    if text(&model.facts, "status") != Some("deprecated") {
        return None;
    }
    let mut note = match text(&model.facts, "retired") {
        Some(date) => format!("retired by Cloudflare on {date}"),
        None => "retired by Cloudflare".to_owned(),
    };
    if let Some(successor) = text(&model.facts, "successor") {
        let known = api.models.iter().find(|model| model.id == successor);
        let name = known.map_or_else(|| successor.to_owned(), |model| format!("`{}`", model.name));
        note.push_str(&format!("; use {name}"));
    }
    Some(note)
}

/// The facts as a table.
fn table(model: &Model) -> Vec<String> {
    let facts = &model.facts;
    let mut rows = vec![("Id".to_owned(), format!("`{}`", model.id))];
    let mut row = |name: &str, value: Option<String>| {
        rows.extend(value.map(|value| (name.to_owned(), value)));
    };
    let number = |key: &str, unit: &str| {
        facts
            .get(key)
            .and_then(Value::as_u64)
            .map(|n| format!("{} {unit}", grouped(n)))
    };
    row("Task", text(facts, "task").map(str::to_owned));
    row("Status", status_row(model));
    row("Context window", number("context_window", "tokens"));
    row("Input", number("max_input_tokens", "tokens at most"));
    row(
        "Dimensions",
        facts.get("dimensions").and_then(Value::as_u64).map(grouped),
    );
    let prices: Vec<String> = prices(facts)
        .iter()
        .map(|(unit, usd)| format!("${usd} {unit}"))
        .collect();
    row("Price", (!prices.is_empty()).then(|| prices.join(", ")));
    let abilities: Vec<String> = strings(facts, "abilities")
        .iter()
        .map(|ability| ability.replace('_', " "))
        .collect();
    row(
        "Abilities",
        (!abilities.is_empty()).then(|| abilities.join(", ")),
    );
    let efforts = facts
        .get("reasoning")
        .map(|reasoning| strings(reasoning, "efforts"))
        .unwrap_or_default();
    row(
        "Reasoning efforts",
        (!efforts.is_empty()).then(|| efforts.join(", ")),
    );
    row(
        "Languages",
        Some(strings(facts, "languages").join(", ")).filter(|list| !list.is_empty()),
    );
    row(
        "Streams",
        Some(if model.stream.is_some() { "yes" } else { "no" }.to_owned()),
    );
    row("Batches", model.batch.as_ref().map(|_| "yes".to_owned()));
    row("Terms", text(facts, "terms").map(|url| format!("<{url}>")));
    row(
        "More",
        [text(facts, "documentation"), text(facts, "info")]
            .into_iter()
            .flatten()
            .map(|url| format!("<{url}>"))
            .reduce(|a, b| format!("{a}, {b}")),
    );
    let mut out = vec!["| | |".to_owned(), "|---|---|".to_owned()];
    out.extend(rows.into_iter().map(|(name, value)| {
        format!(
            "| {name} | {} |",
            value.replace('|', "\\|").replace('\n', " ")
        )
    }));
    out
}

fn status_row(model: &Model) -> Option<String> {
    let status = text(&model.facts, "status")?;
    let since = text(&model.facts, "created")
        .map(|date| format!(", since {}", date.get(..10).unwrap_or(date)));
    let until = text(&model.facts, "retired").map(|date| format!(", retired on {date}"));
    Some(format!(
        "{status}{}{}",
        since.unwrap_or_default(),
        until.unwrap_or_default()
    ))
}

fn prices(facts: &Value) -> Vec<(String, Value)> {
    let list = facts.get("price").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|price| {
            Some((
                price.get("unit")?.as_str()?.to_owned(),
                price.get("usd")?.clone(),
            ))
        })
        .collect()
}

/// The four names of a model; those that are not types of their own are aliases of shared ones.
fn names(rust: &Rust<'_>, model: &Model) -> Vec<Piece> {
    let marker = format_ident!("{}", model.name);
    let mut out = Vec::new();
    let event = model.stream.as_ref().map(|stream| &stream.event);
    for (ty, suffix, what) in [
        (Some(&model.input), "Input", "takes"),
        (Some(&model.output), "Output", "answers"),
        (event, "Event", "sends piece by piece"),
    ] {
        let Some(ty) = ty else { continue };
        let name = format!("{}{suffix}", model.name);
        if matches!(ty, Type::Named(id) if rust.api.def(*id).name == name) {
            continue;
        }
        let ident = format_ident!("{name}");
        let docs = doc(&[format!("What [`{}`] {what}.", model.name)]);
        let target = rust.plain(ty, &quote!(#marker));
        out.push(Piece::item(quote!(#docs pub type #ident = #target;)));
    }
    out
}

fn constructors(rust: &Rust<'_>, model: &Model) -> TokenStream {
    let mut taken = Vec::new();
    let constructors: Vec<TokenStream> = inputs_of(rust.api, model)
        .into_iter()
        .filter_map(|(id, variant)| {
            let def = rust.api.def(id);
            let Shape::Struct { fields, .. } = &def.shape else {
                return None;
            };
            let asked: Vec<&Field> = required(fields).collect();
            let mut name = constructor_name(&asked, variant.as_deref());
            while taken.contains(&name) {
                name.push('_');
            }
            taken.push(name.clone());
            let ident = format_ident!("{name}");
            let model_parameter = quote!(Self);
            let parameters = asked.iter().map(|field| {
                let ident = format_ident!("{}", field.ident);
                let ty = rust.parameter(&field.ty, &model_parameter);
                quote!(#ident: #ty)
            });
            let arguments = asked.iter().map(|field| format_ident!("{}", field.ident));
            let target = rust.named(id, &model_parameter);
            let function = format_ident!("{}", def.name);
            let mut lines = docs::paragraphs(&def.docs.text);
            lines.truncate(1);
            if lines.is_empty() {
                lines.push(format!("Starts an input for [`{}`].", model.name));
            }
            if let [only] = asked.as_slice() {
                lines.extend(
                    docs::paragraphs(&only.docs.text)
                        .into_iter()
                        .take(1)
                        .map(|text| format!("`{}`: {text}", only.ident)),
                );
            }
            let docs = doc(&lines);
            Some(quote! {
                #docs
                #[must_use]
                pub fn #ident(#(#parameters),*) -> #target {
                    #function::new(#(#arguments),*)
                }
            })
        })
        .collect();
    quote!(#(#constructors)*)
}

/// Called after the one thing it asks for; where there are several or none, after the alternative.
pub(crate) fn constructor_name(asked: &[&Field], variant: Option<&str>) -> String {
    match (asked, variant) {
        ([only], _) => only.ident.clone(),
        (_, Some(variant)) => name::snake_case(variant),
        _ => "input".to_owned(),
    }
}

/// The structs a caller can build for this model, with their names as alternatives.
pub(crate) fn inputs_of(api: &Api, model: &Model) -> Vec<(DefId, Option<String>)> {
    let Type::Named(root) = &model.input else {
        return Vec::new();
    };
    match &api.def(*root).shape {
        Shape::Struct { .. } => vec![(*root, None)],
        Shape::Union(variants) => variants
            .iter()
            .filter_map(|variant| match variant.ty {
                Type::Named(id) => Some((id, Some(variant.name.clone()))),
                _ => None,
            })
            .collect(),
        Shape::Enum(_) => Vec::new(),
    }
}

/// The definitions in the parameters of a struct's constructor.
pub(crate) fn asked_for(api: &Api, id: DefId) -> impl Iterator<Item = DefId> {
    let fields = match &api.def(id).shape {
        Shape::Struct { fields, .. } => fields.as_slice(),
        _ => &[],
    };
    required(fields).filter_map(|field| Api::named(&field.ty))
}

fn implementation(rust: &Rust<'_>, model: &Model) -> TokenStream {
    let marker = format_ident!("{}", model.name);
    let id = &model.id;
    let info = info(model);
    let (input, output) = (
        format_ident!("{}Input", model.name),
        format_ident!("{}Output", model.name),
    );
    let encode = encode(rust, model);
    let media = from_media(rust.api, model).map(|value| {
        quote! {
            fn from_media(media: Media) -> Option<Self::Output> {
                Some(#value)
            }
        }
    });
    let whole = model.stream.as_ref().filter(|stream| stream.default).map(|_| {
        quote! {
            fn ask_whole(input: &mut Self::Input) {
                Self::set_stream(input, false);
            }
        }
    });
    quote! {
        impl Model for #marker {
            const ID: &'static str = #id;
            const INFO: &'static ModelInfo = &#info;
            type Input = #input;
            type Output = #output;
            #whole
            #encode
            #media
        }
    }
}

fn info(model: &Model) -> TokenStream {
    let facts = &model.facts;
    let optional =
        |value: Option<&str>| value.map_or_else(|| quote!(None), |value| quote!(Some(#value)));
    let number = |key: &str| {
        facts.get(key).and_then(Value::as_u64).map_or_else(
            || quote!(None),
            |n| {
                let literal = readable(n);
                quote!(Some(#literal))
            },
        )
    };
    let (id, name, title) = (&model.id, &model.name, &model.title);
    let author = text(facts, "author").unwrap_or(&model.author);
    let task = text(facts, "task").unwrap_or("Other");
    let task = if TASKS.contains(&task) {
        let variant = format_ident!("{}", name::camel_case(task));
        quote!(Task::#variant)
    } else {
        quote!(Task::Other(#task))
    };
    let status = match text(facts, "status") {
        Some("deprecated") => quote!(Status::Deprecated),
        Some("documented") => quote!(Status::Documented),
        _ => quote!(Status::Live),
    };
    let prices = prices(facts).into_iter().map(|(unit, usd)| {
        let usd = Literal::f64_unsuffixed(usd.as_f64().unwrap_or_default());
        quote!(Price { unit: #unit, usd: #usd })
    });
    let abilities = strings(facts, "abilities")
        .into_iter()
        .filter(|ability| ABILITIES.contains(ability))
        .map(|ability| {
            let variant = format_ident!("{}", name::camel_case(ability));
            quote!(Ability::#variant)
        });
    let languages = strings(facts, "languages");
    let reasoning = facts.get("reasoning").map_or_else(|| quote!(None), |reasoning| {
        let efforts = strings(reasoning, "efforts");
        let default = optional(text(reasoning, "default"));
        let mandatory = reasoning.get("mandatory").and_then(Value::as_bool).unwrap_or_default();
        let aliases = reasoning.get("aliases").and_then(Value::as_object).into_iter().flatten();
        let aliases = aliases.filter_map(|(from, to)| to.as_str().map(|to| quote!((#from, #to))));
        quote!(Some(Reasoning { efforts: &[#(#efforts),*], default: #default, aliases: &[#(#aliases),*], mandatory: #mandatory }))
    });
    let created = optional(text(facts, "created").map(|date| date.get(..10).unwrap_or(date)));
    let (retired, successor) = (
        optional(text(facts, "retired")),
        optional(text(facts, "successor")),
    );
    let (terms, more, page) = (
        optional(text(facts, "terms")),
        optional(text(facts, "info")),
        optional(text(facts, "documentation")),
    );
    let (window, tokens, dimensions) = (
        number("context_window"),
        number("max_input_tokens"),
        number("dimensions"),
    );
    let (streaming, batch) = (model.stream.is_some(), model.batch.is_some());
    quote! {
        ModelInfo {
            id: #id, name: #name, title: #title, author: #author, task: #task, status: #status, created: #created,
            retired: #retired, successor: #successor, context_window: #window, max_input_tokens: #tokens,
            dimensions: #dimensions, price: &[#(#prices),*], abilities: &[#(#abilities),*],
            languages: &[#(#languages),*], reasoning: #reasoning, streaming: #streaming, batch: #batch,
            terms: #terms, info: #more, documentation: #page,
        }
    }
}

/// Tasks that the models crate knows by name and has a feature for.
pub(crate) const TASKS: &[&str] = &[
    "Automatic Speech Recognition",
    "Image Classification",
    "Image-to-Text",
    "Object Detection",
    "Summarization",
    "Text Classification",
    "Text Embeddings",
    "Text Generation",
    "Text-to-Image",
    "Text-to-Speech",
    "Translation",
    "Voice Activity Detection",
];

const ABILITIES: &[&str] = &[
    "beta",
    "lora",
    "function_calling",
    "reasoning",
    "vision",
    "async_queue",
    "realtime",
    "partner",
    "require_workers_paid",
];

fn encode(rust: &Rust<'_>, model: &Model) -> Option<TokenStream> {
    let body = match &model.wire {
        Wire::Json => return None,
        Wire::Raw {
            content_type,
            field,
        } => {
            let kind = if content_type.contains('*') {
                "application/octet-stream"
            } else {
                content_type
            };
            let fields = struct_fields(rust.api, &model.input)?;
            let body = fields.iter().find(|known| known.wire == *field)?;
            let ident = format_ident!("{}", body.ident);
            if fields.len() == 1 {
                quote!(Payload::raw(#kind, &input.#ident))
            } else {
                quote!(Payload::raw(#kind, &input.#ident)?.with_query(input))
            }
        }
        Wire::Multipart => {
            let parts = struct_fields(rust.api, &model.input)?.iter().map(|field| {
                let (wire, ident) = (&field.wire, format_ident!("{}", field.ident));
                match (&field.ty, field.required) {
                    (Type::Media(_), true) => quote!(.file(#wire, &input.#ident)),
                    (Type::Media(_), false) => quote!(.file_opt(#wire, input.#ident.as_ref())),
                    (_, true) => quote!(.text(#wire, &input.#ident)),
                    (_, false) => quote!(.text_opt(#wire, input.#ident.as_ref())),
                }
            });
            quote!(Form::new() #(#parts)* .into_payload())
        }
    };
    Some(quote! {
        fn encode(input: &Self::Input) -> Result<Payload, EncodeError> {
            #body
        }
    })
}

fn struct_fields<'a>(api: &'a Api, ty: &Type) -> Option<&'a [Field]> {
    let Type::Named(id) = ty else { return None };
    match &api.def(*id).shape {
        Shape::Struct { fields, .. } => Some(fields),
        _ => None,
    }
}

/// Where raw bytes go in the output: they are it, or they fill its only field for bytes.
fn from_media(api: &Api, model: &Model) -> Option<TokenStream> {
    if model.media.is_empty() {
        return None;
    }
    if model.output == Type::Media(Encoding::Raw) {
        return Some(quote!(media));
    }
    let fields = struct_fields(api, &model.output)?;
    let mut media = fields
        .iter()
        .filter(|field| matches!(field.ty, Type::Media(_)));
    let (Some(field), None) = (media.next(), media.next()) else {
        return None;
    };
    let ident = format_ident!("{}", field.ident);
    let output = format_ident!("{}Output", model.name);
    let rest = (fields.len() > 1).then(|| quote!(..#output::default()));
    Some(quote!(#output { #ident: Some(media), #rest }))
}

fn streaming(rust: &Rust<'_>, model: &Model) -> Option<TokenStream> {
    let stream = model.stream.as_ref()?;
    let marker = format_ident!("{}", model.name);
    let event = format_ident!("{}Event", model.name);
    let end = &stream.end;
    let default = stream.default.then(|| {
        quote!(
            const DEFAULT: bool = true;
        )
    });
    let set = match &model.input {
        Type::Named(id) if rust.api.def(*id).streams => {
            let alone = matches!(rust.api.def(*id).shape, Shape::Struct { .. });
            if alone {
                quote!(input.stream = Some(on);)
            } else {
                quote!(input.set_stream(on);)
            }
        }
        _ => quote!(let _ = (input, on);),
    };
    Some(quote! {
        impl Streaming for #marker {
            type Event = #event;
            const END: &'static str = #end;
            #default
            fn set_stream(input: &mut Self::Input, on: bool) {
                #set
            }
        }
    })
}

/// Types of the model's own know their model without a parameter.
fn inputs(rust: &Rust<'_>, model: &Model) -> Vec<TokenStream> {
    let marker = format_ident!("{}", model.name);
    let Type::Named(root) = &model.input else {
        return Vec::new();
    };
    let alternatives = inputs_of(rust.api, model).into_iter().map(|(id, _)| id);
    let mut ids: Vec<DefId> = std::iter::once(*root)
        .chain(alternatives)
        .filter(|id| !rust.api.def(*id).generic)
        .collect();
    ids.dedup();
    ids.into_iter()
        .map(|id| {
            let name = rust.named(id, &quote!(#marker));
            quote!(impl ModelInput for #name { type Model = #marker; })
        })
        .collect()
}

/// The model's own options, and their methods on the shared inputs that carry them.
fn extension(rust: &Rust<'_>, model: &Model) -> Vec<TokenStream> {
    let marker = format_ident!("{}", model.name);
    let inputs = inputs_of(rust.api, model).into_iter().map(|(id, _)| id);
    let extended: Vec<DefId> = inputs
        .filter(|id| rust.api.def(*id).options == Options::Extended)
        .collect();
    if extended.is_empty() {
        return Vec::new();
    }
    let Some(options) = model.options else {
        return vec![quote!(impl Extended for #marker { type Options = NoOptions; })];
    };
    let own = rust.named(options, &quote!(#marker));
    let mut out = vec![quote!(impl Extended for #marker { type Options = #own; })];
    for id in extended {
        let name = rust.named(id, &quote!(#marker));
        let setters = items::option_setters(rust, options, &quote!(#marker));
        out.push(quote!(impl #name { #setters }));
    }
    out
}

/// A shared input is for whichever model it carries.
pub(crate) fn shared_input(rust: &Rust<'_>, id: DefId) -> TokenStream {
    let name = rust.named(id, &quote!(M));
    let extended = (rust.api.def(id).options == Options::Extended).then(|| quote!(+ Extended));
    quote! {
        impl<M: Model #extended> ModelInput for #name
        where
            Self: Into<M::Input>,
        {
            type Model = M;
        }
    }
}
