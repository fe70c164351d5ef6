//! Short ways to build what conversations are made of, wherever documents describe such things, whatever they are
//! called: messages by who speaks, pictures to ask about, tools, formats of answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::emit::built::{Given, Takes, alternative, alternatives, built, field};
use crate::emit::rust::Rust;
use crate::ir::{Api, DefId, Shape, Type};
use crate::print::{self, Piece};

/// Definitions that are made of one text, and the function of theirs that takes it.
pub(crate) type OfText = BTreeMap<DefId, String>;

/// The calls that give a definition its short ways and conversions.
pub(crate) fn pieces(rust: &Rust<'_>, id: DefId) -> Vec<Piece> {
    let name = &rust.api.def(id).name;
    let conversion = if let Some(made) = rust.pictures.get(&id) {
        Some(format!("from_picture! {{ {name}: {made} }}"))
    } else {
        let made = rust.texts.get(&id);
        made.map(|made| format!("from_text! {{ {name}: {made} }}"))
    };
    let calls = [call(rust.api, id), conversion];
    calls.into_iter().flatten().map(Piece::Text).collect()
}

/// Definitions that the short ways of `id` go through.
pub(crate) fn named(api: &Api, id: DefId) -> BTreeSet<DefId> {
    let Some(call) = call(api, id) else {
        return BTreeSet::new();
    };
    // Of a path, the first part.
    let words: BTreeSet<&str> = call
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':')
        .filter_map(|path| path.split(':').next())
        .collect();
    let mut names = api.reachable(&Type::Named(id));
    names.retain(|id| words.contains(api.def(*id).name.as_str()));
    names
}

/// Where the pictures in messages are: what an image part holds.
pub(crate) fn pictures(api: &Api) -> OfText {
    let parts = (0..api.defs.len()).filter_map(|index| image_part(api, DefId(index)));
    let urls = parts.filter_map(|(url, _)| Some((url, of_text(api, url, "url")?)));
    urls.collect()
}

/// Items of lists in which there is room for nothing but text.
pub(crate) fn texts(api: &Api) -> OfText {
    let items = (0..api.defs.len())
        .flat_map(|index| api.def(DefId(index)).fields())
        .filter_map(|field| match &field.ty {
            Type::List(item) => Api::named(item),
            _ => None,
        });
    let texts = items.filter_map(|id| match &api.def(id).shape {
        Shape::Struct { fields, tag: None } => match fields.as_slice() {
            [only] => Some((id, of_text(api, id, &only.wire)?)),
            _ => None,
        },
        _ => None,
    });
    texts.collect()
}

/// `new`, or `new().text` where the text may be left out.
fn of_text(api: &Api, id: DefId, wire: &str) -> Option<String> {
    let made = built(api, id, &[Given::new(wire, "", Takes::Text)])?;
    let function = made.split_once("::")?.1;
    function.strip_suffix("()").map(str::to_owned)
}

/// One short way: its name, what it takes, and what makes it of that.
struct Way {
    name: &'static str,
    takes: String,
    made: String,
}

impl Way {
    fn new(name: &'static str, takes: impl Into<String>, made: String) -> Self {
        Self {
            name,
            takes: takes.into(),
            made,
        }
    }

    fn line(&self) -> String {
        let start = format!("        {}({})", self.name, self.takes);
        let line = format!("{start} => {};\n", self.made);
        match print::statement(&self.made) {
            Some(lines) if line.len() > 100 => {
                let body = lines.iter().map(|line| format!("            {line}\n"));
                format!("{start} => {{\n{}        }};\n", body.collect::<String>())
            }
            _ => line,
        }
    }
}

/// All short ways of one definition.
fn call(api: &Api, id: DefId) -> Option<String> {
    let def = api.def(id);
    if !def.request || def.generic {
        return None;
    }
    let mut ways = messages(api, id);
    ways.extend(function(api, id));
    ways.extend(answer_formats(api, id));
    // An optional property has a method of its name.
    let taken = |way: &Way| {
        let mut fields = api.def(id).fields().iter();
        fields.any(|field| !field.required && field.ident == way.name)
    };
    if ways.is_empty() || ways.iter().any(taken) || is_one_of_several(api, id) {
        return None;
    }
    let lines: String = ways.iter().map(Way::line).collect();
    Some(format!(
        "short! {{\n    {} {{\n{lines}    }}\n}}\n",
        def.name
    ))
}

/// What is told by its tag from the other alternatives of a union: that has the short ways.
fn is_one_of_several(api: &Api, id: DefId) -> bool {
    let has_it = |shape: &Shape| match shape {
        Shape::Union(variants) => variants.iter().any(|variant| variant.ty == Type::Named(id)),
        _ => false,
    };
    let tagged = matches!(api.def(id).shape, Shape::Struct { tag: Some(_), .. });
    tagged && api.defs.iter().any(|def| has_it(&def.shape))
}

/// An expression that is the definition itself or becomes it.
fn as_whole(api: &Api, id: DefId, part: DefId, made: &str) -> String {
    if part == id {
        let rest = made.strip_prefix(&api.def(id).name).unwrap_or(made);
        format!("Self{rest}")
    } else {
        format!("{made}.into()")
    }
}

/// The first alternative of `id` in which there is a way, which may be itself.
fn find<T>(api: &Api, id: DefId, way: impl Fn(DefId) -> Option<T>) -> Option<(DefId, T)> {
    alternatives(api, id)
        .into_iter()
        .find_map(|part| Some((part, way(part)?)))
}

fn messages(api: &Api, id: DefId) -> Vec<Way> {
    let said = Given::new("content", "content", Takes::TextOrOther);
    let message = |role: &'static str, given: &[Given<'static>]| {
        find(api, id, |part| {
            let made = alternative(api, part, ("role", Takes::Word(role)), given.to_vec())?;
            let content = &field(api, part, "content")?.ty;
            let name = Api::named(content).map_or("String", |id| &api.def(id).name);
            Some((name, made))
        })
    };
    let mut ways = Vec::new();
    for role in ["system", "user", "assistant"] {
        if let Some((part, (content, made))) = message(role, std::slice::from_ref(&said)) {
            let made = as_whole(api, id, part, &made);
            ways.push(Way::new(role, format!("content: {content}"), made));
            if role == "user" {
                ways.extend(about_image(api, part));
            }
        }
    }
    let answered = Given::new("tool_call_id", "call_id", Takes::Text);
    let mut answers = [
        ("", vec![said.clone()]),
        ("call_id, ", vec![answered, said]),
    ];
    let repeated = find(api, id, |part| calls(api, part));
    // Where calls are repeated with their ids, answers name them.
    if repeated.is_some() {
        answers.reverse();
    }
    let tool = answers
        .iter()
        .find_map(|(call, given)| Some((call, message("tool", given)?)));
    let in_order = tool.as_ref().is_some_and(|(call, _)| call.is_empty());
    if let Some((call, (part, (content, made)))) = tool {
        let made = as_whole(api, id, part, &made);
        ways.push(Way::new("tool", format!("{call}content: {content}"), made));
    }
    if let Some((part, made)) = repeated {
        ways.push(Way::new("calls", "calls", as_whole(api, id, part, &made)));
    } else if in_order && ways.iter().any(|way| way.name == "assistant") {
        let made = "Self::assistant(calls)".to_owned();
        ways.push(Way::new("calls", "calls as text", made));
    }
    ways
}

/// The message that repeats calls one by one.
fn calls(api: &Api, message: DefId) -> Option<String> {
    let Type::List(item) = &field(api, message, "tool_calls")?.ty else {
        return None;
    };
    let item = Api::named(item)?;
    let (_, call) = find(api, item, |call| {
        let function = Api::named(&field(api, call, "function")?.ty)?;
        let given = [
            Given::new("name", "call.name.unwrap_or_default()", Takes::Text),
            Given::new("arguments", "call.arguments_text()", Takes::TextOrOther),
        ];
        let made = built(api, function, &given)?;
        let given = vec![
            Given::new("id", "call.id.unwrap_or_default()", Takes::Text),
            Given::new("function", made, Takes::Named(function)),
        ];
        alternative(api, call, ("type", Takes::Word("function")), given)
    })?;
    let calls = format!("calls.into_iter().map(|call| {call})");
    // Several models refuse a message without content.
    let given = vec![
        Given::new("content", "\"\"", Takes::TextOrOther),
        Given::new("tool_calls", calls, Takes::ListOf(item)),
    ];
    alternative(api, message, ("role", Takes::Word("assistant")), given)
}

/// Text and a picture in one message.
fn about_image(api: &Api, message: DefId) -> Option<Way> {
    let content = Api::named(&field(api, message, "content")?.ty)?;
    let Shape::Union(variants) = &api.def(content).shape else {
        return None;
    };
    variants.iter().find_map(|variant| {
        let item = match &variant.ty {
            Type::List(item) => match **item {
                Type::Named(item) => item,
                _ => return None,
            },
            _ => return None,
        };
        let (part, text) = find(api, item, |part| {
            let given = vec![Given::new("text", "text", Takes::Text)];
            alternative(api, part, ("type", Takes::Word("text")), given)
        })?;
        let into = if part == item { "" } else { ".into()" };
        let (_, (url, image)) = find(api, item, |part| image_part(api, part))?;
        let content = &api.def(content).name;
        let parts = format!(
            "{content}::{}(vec![{text}{into}, {image}{into}])",
            variant.name
        );
        let takes = format!("text, image: {}", api.def(url).name);
        Some(Way::new(
            "about_image",
            takes,
            format!("Self::user({parts})"),
        ))
    })
}

/// What an image part holds, and the part that is made of it.
fn image_part(api: &Api, part: DefId) -> Option<(DefId, String)> {
    let url = Api::named(&field(api, part, "image_url")?.ty)?;
    of_text(api, url, "url")?;
    let given = vec![Given::new("image_url", "image", Takes::Named(url))];
    let made = alternative(api, part, ("type", Takes::Word("image_url")), given)?;
    Some((url, made))
}

/// An alternative that holds these properties, itself or in an object called `within`.
fn wrapped(
    api: &Api,
    part: DefId,
    kind: Takes<'static>,
    within: &'static str,
    given: Vec<Given<'static>>,
) -> Option<String> {
    let given = match field(api, part, within) {
        Some(field) => {
            let inner = Api::named(&field.ty)?;
            let made = built(api, inner, &given)?;
            vec![Given::new(within, made, Takes::Named(inner))]
        }
        None => given,
    };
    alternative(api, part, ("type", kind), given)
}

/// A function among the tools.
fn function(api: &Api, id: DefId) -> Option<Way> {
    let (part, made) = find(api, id, |part| {
        let given = vec![
            Given::new("name", "name", Takes::Text),
            Given::new("description", "description", Takes::Text),
            Given::new("parameters", "parameters", Takes::Object),
        ];
        wrapped(api, part, Takes::Word("function"), "function", given)
    })?;
    let made = as_whole(api, id, part, &made);
    Some(Way::new("function", "name, description, parameters", made))
}

/// Answers in JSON, of any form or of a given one.
fn answer_formats(api: &Api, id: DefId) -> Vec<Way> {
    let json = find(api, id, |part| {
        alternative(
            api,
            part,
            ("type", Takes::Choice("json_object")),
            Vec::new(),
        )
    });
    let kind = Takes::Choice("json_schema");
    let unnamed = find(api, id, |part| {
        let given = vec![Given::new("json_schema", "schema", Takes::Json)];
        alternative(api, part, ("type", kind), given)
    });
    let named = || {
        find(api, id, |part| {
            let given = vec![
                Given::new("name", "name", Takes::Text),
                Given::new("schema", "schema", Takes::Object),
            ];
            wrapped(api, part, kind, "json_schema", given)
        })
    };
    let schema = match unnamed {
        Some(found) => Some(("schema", found)),
        None => named().map(|found| ("name, schema", found)),
    };
    let json = json.map(|found| ("json", "", found));
    let schema = schema.map(|(takes, found)| ("schema", takes, found));
    let ways = [json, schema].into_iter().flatten();
    ways.map(|(name, takes, (part, made))| Way::new(name, takes, as_whole(api, id, part, &made)))
        .collect()
}
