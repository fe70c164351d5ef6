//! One model → its file: marker, input, output, event, constructors, facts, trait implementations.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::emit::example;
use crate::emit::items::{self, doc, required};
use crate::emit::rust::Rust;
use crate::emit::{card, docs, form};
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
    lines.extend(card::table(model));
    for note in card::strings(&model.facts, "uncertain") {
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
    let deprecated =
        card::deprecation(rust.api, model).map(|note| quote!(#[deprecated(note = #note)]));
    quote! {
        #(#[doc = #lines])*
        #deprecated
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct #marker;
    }
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
    let constructors: Vec<TokenStream> = constructor_names(rust.api, model)
        .into_iter()
        .filter_map(|(id, name)| {
            let def = rust.api.def(id);
            let Shape::Struct { fields, .. } = &def.shape else {
                return None;
            };
            let asked: Vec<&Field> = required(fields).collect();
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
                #[inline]
                pub fn #ident(#(#parameters),*) -> #target {
                    #function::new(#(#arguments),*)
                }
            })
        })
        .collect();
    quote!(#(#constructors)*)
}

/// The structs a caller can build for this model, each with its constructor: called after the one thing it asks for;
/// where there are several or none, after the alternative.
pub(crate) fn constructor_names(api: &Api, model: &Model) -> Vec<(DefId, String)> {
    // What every model has of itself.
    let mut taken = ["encode", "from_media", "set_stream"]
        .map(str::to_owned)
        .to_vec();
    let mut names = Vec::new();
    for (id, variant) in inputs_of(api, model) {
        let Shape::Struct { fields, .. } = &api.def(id).shape else {
            continue;
        };
        let mut asked = required(fields);
        let name = match (asked.next(), asked.next(), variant) {
            (Some(only), None, _) => only.ident.clone(),
            (_, _, Some(variant)) => name::snake_case(&variant),
            _ => "input".to_owned(),
        };
        let name = name::free(&name, |name| taken.iter().any(|known| known == name));
        taken.push(name.clone());
        names.push((id, name));
    }
    names
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
    required(api.def(id).fields()).filter_map(|field| Api::named(&field.ty))
}

fn implementation(rust: &Rust<'_>, model: &Model) -> TokenStream {
    let marker = format_ident!("{}", model.name);
    let id = &model.id;
    let info = card::info(model);
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
    let whole = model
        .stream
        .as_ref()
        .filter(|stream| stream.default)
        .map(|_| {
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
            let fields = fields(rust.api, &model.input);
            let body = fields.iter().find(|known| known.wire == *field)?;
            let ident = format_ident!("{}", body.ident);
            if fields.len() == 1 {
                quote!(Payload::raw(#kind, &input.#ident))
            } else {
                quote!(Payload::raw(#kind, &input.#ident)?.with_query(input))
            }
        }
        Wire::Multipart => {
            let own = model.options.map(|id| rust.api.def(id));
            form::payload(rust.api, &model.input, own, &quote!(input))?
        }
    };
    Some(quote! {
        #[inline]
        fn encode(input: &Self::Input) -> Result<Payload, EncodeError> {
            #body
        }
    })
}

fn fields<'a>(api: &'a Api, ty: &Type) -> &'a [Field] {
    match ty {
        Type::Named(id) => api.def(*id).fields(),
        _ => &[],
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
    let fields = fields(api, &model.output);
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
                let on = items::transport_value(rust, &model.input);
                quote!(input.stream = #on;)
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
