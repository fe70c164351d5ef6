//! The tables of a struct's members, by which it is written and read.

use crate::emit::items::{is_body, is_optional};
use crate::emit::rust::Rust;
use crate::ir::{Def, Docs, Encoding, Field, Limits, Options, Tag, Type};

/// The fields that are printed; in an answer, a constant is a field like any other.
pub(crate) fn printed(
    def: &Def,
    fields: &[Field],
    tag: Option<&Tag>,
) -> Vec<(Option<usize>, Field)> {
    let mut out: Vec<(Option<usize>, Field)> = Vec::new();
    if let Some(tag) = tag.filter(|_| def.response && !def.request) {
        out.push((
            None,
            Field {
                wire: tag.wire.clone(),
                ident: tag.ident.clone(),
                ty: Type::Text,
                required: false,
                docs: Docs {
                    text: format!("Kind: `{}`.", tag.value.replace('`', "'")),
                    ..Default::default()
                },
                limits: Limits::default(),
                item_limits: Limits::default(),
                deprecated: false,
                constant: None,
                says: None,
            },
        ));
    }
    out.extend(
        fields
            .iter()
            .cloned()
            .enumerate()
            .map(|(index, field)| (Some(index), field)),
    );
    out
}

/// How an input is written, as a macro call: which field is which member, and nothing for what is not set.
pub(crate) fn writing(rust: &Rust<'_>, def: &Def, fields: &[Field], tag: Option<&Tag>) -> String {
    let generics = match (def.generic, def.options) {
        (false, _) => "",
        (true, Options::Extended) => "<M: Extended>",
        (true, _) => "<M>",
    };
    let mut out = format!("members! {{\n    {}{generics} {{\n", def.name);
    if let Some(tag) = tag {
        out.push_str(&format!(
            "        const {:?} = {:?},\n",
            tag.wire, tag.value
        ));
    }
    for field in fields.iter().filter(|field| !is_body(rust, def, field)) {
        let how = match (&field.ty, is_optional(def, field)) {
            (Type::Media(Encoding::Numbers), true) => "opt_numbers",
            (Type::Media(Encoding::Numbers), false) => "numbers",
            (_, true) => "opt",
            (_, false) => "put",
        };
        out.push_str(&format!(
            "        {:?} => {how} {},\n",
            field.wire, field.ident
        ));
    }
    if def.options == Options::Extended {
        out.push_str("        .. own\n");
    }
    out.push_str("    }\n}\n");
    out
}

/// How an answer's object is read, as a macro call: which member goes into which field, and which the document requires.
pub(crate) fn reading(def: &Def, fields: &[(Option<usize>, Field)], tag: Option<&Tag>) -> String {
    let whole = if def.whole { " as WHOLE" } else { "" };
    let mut out = format!("fields! {{\n    {}{whole} {{\n", def.name);
    // Where it is no field, since it is written too.
    if let Some(tag) = tag.filter(|_| def.request) {
        out.push_str(&format!(
            "        const {:?} = {:?},\n",
            tag.wire, tag.value
        ));
    }
    for (_, field) in fields {
        let how = match &field.ty {
            Type::Integer { .. } => "integer",
            Type::List(inner) if matches!(**inner, Type::Integer { .. }) => "integers",
            _ => "put",
        };
        out.push_str(&format!(
            "        {:?} => {how} {},\n",
            field.wire, field.ident
        ));
    }
    out.push_str("    }");
    let required = fields.iter().filter(|(_, field)| field.required);
    let required: Vec<String> = required
        .map(|(_, field)| format!("{:?}", field.wire))
        .collect();
    if !required.is_empty() {
        out.push_str(&format!(" always [{}]", required.join(", ")));
    }
    out.push_str("\n}\n");
    out
}
