//! How a union is read: by what is present, never by the first alternative that parses.
//!
//! Alternatives of different JSON kinds are told apart by kind. Objects are told apart by a constant that only one of
//! them has, by the shape of a value they share, or by a key that only one of them has, in this order.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::emit::rust::Rust;
use crate::ir::{Api, Def, DefId, Encoding, Field, Options, Shape, Type, Variant};

/// What must be so for an alternative to be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    /// The value is of this JSON kind, and no other alternative is.
    Kind(&'static str),
    /// One of `key` = `value`.
    Tags(String, Vec<String>),
    /// One of these keys is present.
    Keys(Vec<String>),
    /// The value under this key looks like this.
    Shape(String, &'static str),
}

/// The order in which alternatives are tried, each with its test; and those that no test tells from another.
pub(crate) fn decide(api: &Api, variants: &[Variant]) -> (Vec<(usize, Test)>, Vec<usize>) {
    let mut tests: Vec<(usize, Test)> = Vec::new();
    let mut blurred = Vec::new();
    let kinds: Vec<&'static str> = variants
        .iter()
        .map(|variant| kind(api, &variant.ty))
        .collect();
    for (index, kind) in kinds.iter().enumerate() {
        let alone = kinds.iter().filter(|other| *other == kind).count() == 1;
        if alone {
            tests.push((index, Test::Kind(kind)));
        }
    }
    let objects: Vec<usize> = (0..variants.len())
        .filter(|index| kinds[*index] == "Object" && !tests.iter().any(|(known, _)| known == index))
        .collect();
    let outlines: Vec<(usize, Outline)> = objects
        .iter()
        .map(|index| (*index, outline(api, &variants[*index].ty)))
        .collect();
    let mut by_tag = Vec::new();
    let mut by_key = Vec::new();
    let mut by_shape = Vec::new();
    let mut rest = Vec::new();
    for (index, own) in &outlines {
        let others: Vec<&Outline> = outlines
            .iter()
            .filter(|(other, _)| other != index)
            .map(|(_, outline)| outline)
            .collect();
        if let Some((key, values)) = own.tags.iter().find(|(key, values)| {
            others.iter().all(|other| {
                other
                    .tags
                    .iter()
                    .all(|(k, v)| k != key || v.iter().all(|value| !values.contains(value)))
            })
        }) {
            by_tag.push((*index, Test::Tags(key.clone(), values.clone())));
            continue;
        }
        let only = |keys: &[String]| -> Vec<String> {
            keys.iter()
                .filter(|key| others.iter().all(|other| !other.keys.contains(*key)))
                .cloned()
                .collect()
        };
        let required = only(&own.required);
        let any = only(&own.keys);
        let keys = if required.is_empty() { any } else { required };
        if !keys.is_empty() {
            by_key.push((*index, Test::Keys(keys.into_iter().take(8).collect())));
            continue;
        }
        let shape = own.shapes.iter().find(|(key, shape)| {
            others
                .iter()
                .all(|other| other.shapes.iter().all(|(k, s)| k != key || s != shape))
                && others
                    .iter()
                    .any(|other| other.shapes.iter().any(|(k, _)| k == key))
        });
        match shape {
            Some((key, shape)) => by_shape.push((*index, Test::Shape(key.clone(), shape))),
            None => rest.push((*index, Test::Keys(own.keys.clone()))),
        }
    }
    tests.extend(by_tag);
    tests.extend(by_shape);
    tests.extend(by_key);
    // The widest first: what is left has no key of its own.
    rest.sort_by_key(|(_, test)| match test {
        Test::Keys(keys) => usize::MAX - keys.len(),
        _ => 0,
    });
    blurred.extend(rest.iter().skip(1).map(|(index, _)| *index));
    tests.extend(
        rest.into_iter()
            .take(1)
            .filter(|(_, test)| *test != Test::Keys(Vec::new())),
    );
    for (index, kind) in kinds.iter().enumerate() {
        let decided = tests.iter().any(|(known, _)| *known == index) || blurred.contains(&index);
        if *kind != "Object" && !decided {
            let earlier = kinds[..index].contains(kind);
            if earlier {
                blurred.push(index);
            } else {
                tests.push((index, Test::Kind(kind)));
            }
        }
    }
    (tests, blurred)
}

/// What is known of an object before it is read.
#[derive(Debug, Default)]
struct Outline {
    keys: Vec<String>,
    required: Vec<String>,
    tags: Vec<(String, Vec<String>)>,
    shapes: Vec<(String, &'static str)>,
}

fn outline(api: &Api, ty: &Type) -> Outline {
    let mut out = Outline::default();
    let Type::Named(id) = ty else { return out };
    match &api.def(*id).shape {
        Shape::Struct { fields, tag } => {
            if let Some(tag) = tag {
                out.tags.push((tag.wire.clone(), vec![tag.value.clone()]));
                out.keys.push(tag.wire.clone());
            }
            for field in fields {
                out.keys.push(field.wire.clone());
                if field.required {
                    out.required.push(field.wire.clone());
                }
                if let Some(value) = &field.constant {
                    out.tags.push((field.wire.clone(), vec![value.clone()]));
                }
                if let Some(shape) = letters(api, field) {
                    out.shapes.push((field.wire.clone(), shape));
                }
            }
        }
        // A union inside a union: told by the tags of its members, if all have the same.
        Shape::Union(variants) => {
            let inner: Vec<Outline> = variants
                .iter()
                .map(|variant| outline(api, &variant.ty))
                .collect();
            let first = inner
                .first()
                .and_then(|outline| outline.tags.first())
                .map(|(key, _)| key.clone());
            if let Some(key) = first {
                let values: Vec<Vec<String>> = inner
                    .iter()
                    .filter_map(|outline| {
                        outline
                            .tags
                            .iter()
                            .find(|(k, _)| *k == key)
                            .map(|(_, values)| values.clone())
                    })
                    .collect();
                if values.len() == inner.len() {
                    // Any value of this key will do, newer ones too: the key itself is what tells.
                    out.keys.push(key.clone());
                    out.required.push(key);
                    return out;
                }
            }
            for outline in inner {
                out.keys.extend(outline.keys);
            }
        }
        Shape::Enum(_) => {}
    }
    out
}

/// How a field's value looks in `Raw::shape`.
fn letters(api: &Api, field: &Field) -> Option<&'static str> {
    Some(match &field.ty {
        Type::Bool => "b",
        Type::Integer { .. } | Type::Number => "n",
        Type::Text | Type::Media(Encoding::Base64 | Encoding::Raw) => "s",
        Type::Matrix => "[[",
        Type::Object | Type::Map(_) => "{",
        Type::Media(Encoding::Numbers) => "[n",
        Type::Named(_) => match kind(api, &field.ty) {
            "Object" => "{",
            "Text" => "s",
            _ => return None,
        },
        Type::List(inner) => match kind(api, inner) {
            "Object" => "[{",
            "Text" => "[s",
            "Number" => "[n",
            "List" => "[[",
            "Bool" => "[b",
            _ => return None,
        },
        Type::Any | Type::TextOrJson => return None,
    })
}

/// The JSON kind of a type's values.
fn kind(api: &Api, ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "Bool",
        Type::Integer { .. } | Type::Number => "Number",
        Type::Text | Type::TextOrJson | Type::Media(Encoding::Base64 | Encoding::Raw) => "Text",
        Type::List(_) | Type::Matrix | Type::Media(Encoding::Numbers) => "List",
        Type::Any | Type::Object | Type::Map(_) => "Object",
        Type::Named(id) => match &api.def(*id).shape {
            Shape::Enum(_) => "Text",
            Shape::Struct { .. } | Shape::Union(_) => "Object",
        },
    }
}

/// The `Deserialize` implementation of a union.
pub(crate) fn deserialize(rust: &Rust<'_>, def: &Def, variants: &[Variant]) -> TokenStream {
    let name = format_ident!("{}", def.name);
    let bound = (def.options == Options::Extended).then(|| quote!(: Extended));
    let (parameters, generics) = if def.generic {
        (quote!(<'de, M #bound>), quote!(<M>))
    } else {
        (quote!(<'de>), quote!())
    };
    let (tests, _) = decide(rust.api, variants);
    let variant = |index: usize| format_ident!("{}", variants[index].name);
    let otherwise = if def.response {
        quote!(raw.decode().map(Self::Unknown))
    } else {
        let text = &def.name;
        quote!(Err(raw.unfit(#text)))
    };
    let same_tag = tests
        .iter()
        .try_fold(None, |key: Option<&String>, (_, test)| match test {
            Test::Tags(own, _) if key.is_none_or(|key| key == own) => Ok(Some(own)),
            _ => Err(()),
        });
    let body = if let Ok(Some(key)) = same_tag {
        let arms = tests.iter().filter_map(|(index, test)| match test {
            Test::Tags(_, values) => {
                let ident = variant(*index);
                Some(quote!(Some(#(#values)|*) => raw.decode().map(Self::#ident),))
            }
            _ => None,
        });
        quote!(match raw.tag(#key).as_deref() { #(#arms)* _ => #otherwise, })
    } else {
        let branches = tests.iter().enumerate().map(|(position, (index, test))| {
            let ident = variant(*index);
            let condition = condition(rust, def, test);
            let keyword = if position == 0 {
                quote!(if)
            } else {
                quote!(else if)
            };
            quote!(#keyword #condition { raw.decode().map(Self::#ident) })
        });
        if tests.is_empty() {
            otherwise
        } else {
            quote!(#(#branches)* else { #otherwise })
        }
    };
    // What is compiled for `roundtrip` only names its paths itself.
    if !def.response && !rust.settings.features {
        return quote!();
    }
    let gate = (!def.response).then(|| quote!(#[cfg(feature = "roundtrip")]));
    let serde = gate.as_ref().map(|_| quote!(serde::));
    let union = union_path(rust, def);
    quote! {
        #gate
        impl #parameters #serde Deserialize<'de> for #name #generics {
            fn deserialize<D: #serde Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = #union Raw::read(deserializer)?;
                #body
            }
        }
    }
}

fn union_path(rust: &Rust<'_>, def: &Def) -> Option<TokenStream> {
    let core: TokenStream = rust.settings.core.parse().unwrap_or_default();
    (!def.response).then(|| quote!(#core::union::))
}

fn condition(rust: &Rust<'_>, def: &Def, test: &Test) -> TokenStream {
    match test {
        Test::Kind(kind) => {
            let kind = format_ident!("{kind}");
            let union = union_path(rust, def);
            quote!(raw.kind() == #union Kind::#kind)
        }
        Test::Tags(key, values) => {
            let tests = values
                .iter()
                .map(|value| quote!(raw.tag(#key).as_deref() == Some(#value)));
            quote!(#(#tests)||*)
        }
        Test::Keys(keys) => quote!(#(raw.has(#keys))||*),
        Test::Shape(key, shape) => quote!(raw.shape(#key) == #shape),
    }
}

/// Alternatives of a union that would never be chosen.
pub(crate) fn blurred(api: &Api, id: DefId) -> Vec<String> {
    match &api.def(id).shape {
        Shape::Union(variants) if api.def(id).response => {
            let (_, blurred) = decide(api, variants);
            blurred
                .into_iter()
                .map(|index| variants[index].name.clone())
                .collect()
        }
        _ => Vec::new(),
    }
}
