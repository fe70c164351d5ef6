//! What an answer says, from the marks `x-says` of the documents: an `Answer` implementation that passes each question
//! on to the fields that know.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::emit::rust::Rust;
use crate::ir::{Api, Def, DefId, Field, Says, Shape, Type, Variant};

/// Definitions that say something, themselves or in a part.
pub(crate) fn speaking(api: &Api) -> BTreeSet<DefId> {
    let mut asked = BTreeSet::new();
    let mut open: Vec<DefId> = roots(api).collect();
    while let Some(id) = open.pop() {
        if !asked.insert(id) {
            continue;
        }
        match &api.def(id).shape {
            Shape::Struct { fields, .. } => {
                open.extend(
                    fields
                        .iter()
                        .filter(|field| field.says.is_some())
                        .filter_map(|field| Api::named(&field.ty)),
                );
            }
            Shape::Union(_) => open.extend(api.parts(id)),
            Shape::Enum(_) => {}
        }
    }
    let mut found: BTreeSet<DefId> = BTreeSet::new();
    loop {
        let before = found.len();
        for id in &asked {
            let def = api.def(*id);
            let speaks = def.says.is_some()
                || match &def.shape {
                    Shape::Struct { fields, .. } => fields
                        .iter()
                        .any(|field| field.says.is_some() && answers(&field.ty, &found)),
                    Shape::Union(variants) => {
                        variants.iter().any(|variant| answers(&variant.ty, &found))
                    }
                    Shape::Enum(_) => false,
                };
            if speaks {
                found.insert(*id);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

fn roots(api: &Api) -> impl Iterator<Item = DefId> {
    api.models
        .iter()
        .map(|model| &model.output)
        .chain(events(api))
        .filter_map(|ty| match ty {
            Type::Named(id) => Some(*id),
            _ => None,
        })
}

fn events(api: &Api) -> impl Iterator<Item = &Type> {
    api.models
        .iter()
        .filter_map(|model| model.stream.as_ref().map(|stream| &stream.event))
}

/// Whether this definition is an event of a stream, or one of the forms of events.
pub(crate) fn is_event(api: &Api, id: DefId) -> bool {
    events(api).filter_map(Api::named).any(|event| {
        let is_union = matches!(api.def(event).shape, Shape::Union(_));
        event == id || is_union && api.parts(event).contains(&id)
    })
}

/// Whether callers get this definition as a whole answer or event.
pub(crate) fn is_root(api: &Api, id: DefId) -> bool {
    roots(api).any(|root| root == id)
}

fn answers(ty: &Type, speaking: &BTreeSet<DefId>) -> bool {
    match ty {
        Type::Text | Type::TextOrJson => true,
        Type::List(inner) | Type::Nullable(inner) => answers(inner, speaking),
        Type::Named(id) => speaking.contains(id),
        _ => false,
    }
}

/// The questions, and which marks answer them.
const QUESTIONS: [(&str, &[Says]); 4] = [
    ("text", &[Says::Text, Says::Part, Says::First]),
    ("reasoning", &[Says::Reasoning, Says::Part, Says::First]),
    ("tool_calls", &[Says::ToolCalls, Says::Part, Says::First]),
    ("usage", &[Says::Usage, Says::Part, Says::First]),
];

pub(crate) fn structure(rust: &Rust<'_>, def: &Def, fields: &[Field]) -> Option<TokenStream> {
    match def.says {
        Some(Says::Usage) => return Some(usage(rust, def, fields)),
        Some(_) => return Some(tool_call(rust, def, fields)),
        None => {}
    }
    let methods = QUESTIONS.iter().filter_map(|(question, marks)| {
        let mut asked: Vec<&Field> = fields
            .iter()
            .filter(|field| answers(&field.ty, &rust.speaking))
            .filter(|field| field.says.is_some_and(|says| marks.contains(&says)))
            .filter(|field| can(rust.api, field, question))
            .collect();
        // An answer in two forms has the words as they are and the ids in the list; a value beside it is read from them.
        asked.sort_by_key(|field| field.says != Some(Says::First));
        let asked: Vec<TokenStream> = asked
            .into_iter()
            .map(|field| {
                let ident = format_ident!("{}", field.ident);
                // Reasoning is the text of what is marked so.
                let question = if field.says == Some(Says::Reasoning) { "text" } else { question };
                let question = format_ident!("{question}");
                match field.says {
                    Some(Says::First) if question == "tool_calls" => {
                        quote!(answer::first(&self.#ident).map(Answer::tool_calls).unwrap_or_default())
                    }
                    Some(Says::First) => quote!(answer::first(&self.#ident).and_then(Answer::#question)),
                    _ => quote!(Answer::#question(&self.#ident)),
                }
            })
            .collect();
        method(question, &asked)
    });
    let name = format_ident!("{}", def.name);
    let methods: Vec<TokenStream> = methods.collect();
    (!methods.is_empty()).then(|| quote!(impl Answer for #name { #(#methods)* }))
}

/// Whether asking this field this question can lead anywhere: plain text has no usage.
fn can(api: &Api, field: &Field, question: &str) -> bool {
    let mut seen = BTreeSet::new();
    let question = if field.says == Some(Says::Reasoning) {
        "text"
    } else {
        question
    };
    leads(api, &field.ty, question, &mut seen)
}

/// Whether asking a type this question can lead anywhere.
pub(crate) fn leads_to(api: &Api, ty: &Type, question: &str) -> bool {
    leads(api, ty, question, &mut BTreeSet::new())
}

fn leads(api: &Api, ty: &Type, question: &str, seen: &mut BTreeSet<DefId>) -> bool {
    match ty {
        Type::Text | Type::TextOrJson => question == "text",
        Type::List(inner) | Type::Nullable(inner) => leads(api, inner, question, seen),
        Type::Named(id) if seen.insert(*id) => {
            let def = api.def(*id);
            def.says.is_some()
                || match &def.shape {
                    Shape::Struct { fields, .. } => fields.iter().any(|field| {
                        let marked = QUESTIONS.iter().any(|(known, marks)| {
                            *known == question
                                && field.says.is_some_and(|says| marks.contains(&says))
                        });
                        let question = if field.says == Some(Says::Reasoning) {
                            "text"
                        } else {
                            question
                        };
                        marked && leads(api, &field.ty, question, seen)
                    }),
                    Shape::Union(variants) => variants
                        .iter()
                        .any(|variant| leads(api, &variant.ty, question, seen)),
                    Shape::Enum(_) => false,
                }
        }
        _ => false,
    }
}

fn method(question: &str, asked: &[TokenStream]) -> Option<TokenStream> {
    let (first, rest) = asked.split_first()?;
    let ident = format_ident!("{question}");
    Some(match question {
        "tool_calls" => {
            let all = rest.iter().fold(
                first.clone(),
                |known, next| quote!(answer::either(#known, || #next)),
            );
            quote!(#[inline] fn #ident(&self) -> Vec<CalledTool<'_>> { #all })
        }
        "usage" => {
            quote!(#[inline] fn #ident(&self) -> Option<TokenUsage> { #first #(.or_else(|| #rest))* })
        }
        _ => {
            quote!(#[inline] fn #ident(&self) -> Option<Cow<'_, str>> { #first #(.or_else(|| #rest))* })
        }
    })
}

/// A field of the definition or of one of its parts, by the names it has in the dialects.
fn find(
    api: &Api,
    fields: &[Field],
    names: &[&str],
    fits: impl Fn(&Type) -> bool,
) -> Option<TokenStream> {
    names.iter().find_map(|name| {
        let (outer, inner) = name
            .split_once('.')
            .map_or((*name, None), |(outer, inner)| (outer, Some(inner)));
        let field = fields.iter().find(|field| field.wire == outer)?;
        let ident = format_ident!("{}", field.ident);
        let Some(inner) = inner else {
            return fits(&field.ty).then(|| quote!(self.#ident.as_ref()));
        };
        let Type::Named(id) = field.ty else {
            return None;
        };
        let Shape::Struct { fields, .. } = &api.def(id).shape else {
            return None;
        };
        let part = fields
            .iter()
            .find(|field| field.wire == inner && fits(&field.ty))?;
        let part = format_ident!("{}", part.ident);
        Some(quote!(self.#ident.as_ref().and_then(|part| part.#part.as_ref())))
    })
}

/// The names of what a bill counts, in all dialects.
const COUNTS: [&[&str]; 5] = [
    &["prompt_tokens", "input_tokens"],
    &["completion_tokens", "output_tokens"],
    &["total_tokens"],
    &[
        "prompt_tokens_details.cached_tokens",
        "input_tokens_details.cached_tokens",
    ],
    &[
        "completion_tokens_details.reasoning_tokens",
        "output_tokens_details.reasoning_tokens",
    ],
];

fn is_count(ty: &Type) -> bool {
    matches!(ty, Type::Integer { unsigned: true })
}

fn neurons(api: &Api, fields: &[Field]) -> Option<TokenStream> {
    find(api, fields, &["neurons"], |ty| *ty == Type::Number)
}

/// Whether an object has anything that a bill says.
pub(crate) fn is_bill(api: &Api, fields: &[Field]) -> bool {
    let count = |names: &&[&str]| find(api, fields, names, is_count).is_some();
    COUNTS.iter().any(count) || neurons(api, fields).is_some()
}

/// A bill in the names of its dialect → [`TokenUsage`].
fn usage(rust: &Rust<'_>, def: &Def, fields: &[Field]) -> TokenStream {
    let name = format_ident!("{}", def.name);
    let counts =
        COUNTS.map(|names| find(rust.api, fields, names, is_count).unwrap_or_else(|| quote!(None)));
    let neurons = neurons(rust.api, fields).unwrap_or_else(|| quote!(None));
    quote! {
        impl Answer for #name {
            #[inline]
            fn usage(&self) -> Option<TokenUsage> {
                TokenUsage::of([#(#counts),*], #neurons)
            }
        }
    }
}

/// What a call says of itself, in all dialects: its number, id, name and arguments.
const CALL: [&[&str]; 4] = [
    &["index", "output_index"],
    &["call_id", "id"],
    &["name", "function.name"],
    &["arguments", "function.arguments", "delta"],
];

fn all_of(api: &Api, fields: &[Field], part: usize) -> Vec<TokenStream> {
    let fits = |ty: &Type| match part {
        0 => is_count(ty),
        3 => matches!(ty, Type::Text | Type::TextOrJson | Type::Object),
        _ => *ty == Type::Text,
    };
    let names = CALL.get(part).copied().unwrap_or_default();
    names
        .iter()
        .filter_map(|name| find(api, fields, &[name], fits))
        .collect()
}

/// Whether an object has a name or arguments as a call of a tool does.
pub(crate) fn is_call(api: &Api, fields: &[Field]) -> bool {
    [2, 3]
        .iter()
        .any(|part| !all_of(api, fields, *part).is_empty())
}

/// A call in the form of its dialect → [`CalledTool`].
fn tool_call(rust: &Rust<'_>, def: &Def, fields: &[Field]) -> TokenStream {
    let name = format_ident!("{}", def.name);
    let either = |values: Vec<TokenStream>| {
        let mut values = values.into_iter();
        let first = values.next().unwrap_or_else(|| quote!(None));
        values.fold(first, |known, next| {
            let plain = !next.to_string().contains('|');
            if plain {
                quote!(#known.or(#next))
            } else {
                quote!(#known.or_else(|| #next))
            }
        })
    };
    let [index, id, called] = [0, 1, 2].map(|part| either(all_of(rust.api, fields, part)));
    let given = all_of(rust.api, fields, 3).into_iter();
    let given = either(
        given
            .map(|value| quote!(#value.map(Arguments::from)))
            .collect(),
    );
    quote! {
        impl Answer for #name {
            #[inline]
            fn tool_calls(&self) -> Vec<CalledTool<'_>> {
                vec![CalledTool::of(#index, #id, #called, #given)]
            }
        }
    }
}

pub(crate) fn union(rust: &Rust<'_>, def: &Def, variants: &[Variant]) -> Option<TokenStream> {
    let methods: Vec<TokenStream> = QUESTIONS
        .iter()
        .filter_map(|(question, _)| {
            let arms: Vec<TokenStream> = variants
                .iter()
                .filter(|variant| answers(&variant.ty, &rust.speaking))
                .filter(|variant| leads(rust.api, &variant.ty, question, &mut BTreeSet::new()))
                .map(|variant| {
                    let (ident, question) = (
                        format_ident!("{}", variant.name),
                        format_ident!("{question}"),
                    );
                    quote!(Self::#ident(part) => Answer::#question(part),)
                })
                .collect();
            if arms.is_empty() {
                return None;
            }
            let ident = format_ident!("{question}");
            let (output, nothing) = match *question {
                "tool_calls" => (quote!(Vec<CalledTool<'_>>), quote!(Vec::new())),
                "usage" => (quote!(Option<TokenUsage>), quote!(None)),
                _ => (quote!(Option<Cow<'_, str>>), quote!(None)),
            };
            Some(quote!(#[inline] fn #ident(&self) -> #output { match self { #(#arms)* _ => #nothing, } }))
        })
        .collect();
    let name = format_ident!("{}", def.name);
    (!methods.is_empty()).then(|| quote!(impl Answer for #name { #(#methods)* }))
}

/// The call that gives a whole answer the methods as its own.
pub(crate) fn methods(def: &Def) -> String {
    format!("answers! {{ {} }}\n", def.name)
}
