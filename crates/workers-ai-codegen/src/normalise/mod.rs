//! Documents → [`Api`]: references resolved, nulls and single alternatives taken off, every inline object, union and
//! enum given a definition of its own.

mod all_of;
mod facts;
mod input;
mod limits;
mod node;
mod object;
mod plain;
mod recursion;
mod union;

use std::collections::HashMap;

pub(crate) use node::{Context, Node};

use crate::check;
use crate::fault::{Fault, Faults, Loosened, Place};
use crate::ir::{Api, Def, DefId, Naming, Options, Owner, Says, Shape, Type};
use crate::load::Corpus;
use crate::name;
use crate::operation;
use recursion::{Key, Known};

/// Understands the whole corpus.
///
/// # Errors
///
/// One fault for each document or schema that cannot be understood.
pub(crate) fn normalise(corpus: &Corpus) -> Result<Api, Vec<Fault>> {
    let mut reader = Reader {
        corpus,
        api: Api::default(),
        faults: Faults::default(),
        known: HashMap::new(),
        aliases: HashMap::new(),
        nested: HashMap::new(),
        options: HashMap::new(),
    };
    for (file, document) in &corpus.models {
        operation::read(&mut reader, file, document);
    }
    reader.replace_aliases();
    let Reader {
        mut api,
        mut faults,
        ..
    } = reader;
    api.loosened.sort();
    api.loosened.dedup();
    faults.settle(api)
}

pub(crate) struct Reader<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) api: Api,
    pub(crate) faults: Faults,
    /// What has been read already, or is being read.
    known: HashMap<Key, Known>,
    /// Places kept for definitions that turned out to be these types.
    aliases: HashMap<DefId, Type>,
    nested: HashMap<(Owner, String), Vec<DefId>>,
    /// What each model takes beside what it shares with others.
    pub(crate) options: HashMap<Owner, DefId>,
}

impl<'a> Reader<'a> {
    pub(crate) fn loosen(&mut self, place: &Place, message: impl Into<String>) {
        self.api.loosened.push(Loosened {
            place: place.clone(),
            message: message.into(),
        });
    }

    /// What `$ref` leads to, if there is one; not further.
    fn step(&self, node: &Node<'a>) -> Option<Node<'a>> {
        let reference = node.text("$ref")?;
        let value = self.corpus.node(reference)?;
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        Some(Node {
            place: Place {
                file: file.to_owned(),
                pointer: pointer.to_owned(),
            },
            value,
        })
    }

    /// Follows `$ref` to the schema that stands there.
    pub(crate) fn follow(&self, node: &Node<'a>) -> Node<'a> {
        let mut node = node.clone();
        while let Some(next) = self.step(&node) {
            node = next;
        }
        node
    }

    /// The type of a schema.
    pub(crate) fn ty(&mut self, node: &Node<'a>, context: &Context) -> Type {
        if let (Some(reference), false) = (node.text("$ref"), node.lays_over()) {
            return self.reference(reference, node, context);
        }
        if let Some(anything) = node.value.as_bool() {
            if !anything {
                self.loosen(&node.place, "nothing is allowed here: any JSON value");
            }
            return Type::Any;
        }
        self.unexpressed(node);
        let inline = context.fixed.is_none() && !context.input;
        if inline && node.is_structured() {
            let key = Key::inline(node, context);
            return self.once(key, node, context, |reader| reader.shape(node, context));
        }
        self.shape(node, context)
    }

    /// Keywords that are valid but say more than a type can.
    fn unexpressed(&mut self, node: &Node<'a>) {
        for keyword in check::LOOSENED {
            if node.value.get(keyword).is_some() {
                self.loosen(
                    &node.place.at(keyword),
                    format!("`{keyword}` is not expressed in the type"),
                );
            }
        }
    }

    fn shape(&mut self, node: &Node<'a>, context: &Context) -> Type {
        if node.value.get("allOf").is_some() || node.text("$ref").is_some() {
            return self.all_of(node, context);
        }
        let unions = node.alternatives();
        if unions.is_empty() {
            self.single(node, context)
        } else {
            self.any_of(node, unions, context)
        }
    }

    /// A schema by what it says itself, whatever alternatives stand beside it.
    fn single(&mut self, node: &Node<'a>, context: &Context) -> Type {
        if node.value.get("enum").is_some() || node.value.get("const").is_some() {
            return self.enumeration(node, context);
        }
        let types = node.types();
        match types.as_slice() {
            [] => self.untyped(node, context),
            [one] => self.plain(one, node, context),
            many => self.several(many, node, context),
        }
    }

    fn reference(&mut self, reference: &'a str, node: &Node<'a>, context: &Context) -> Type {
        let target = self.follow(node);
        if let Some(own) = self.definition_context(reference, &target, context) {
            let key = Key::Reference(None, reference.to_owned());
            return self.once(key, &target, &own, |reader| reader.ty(&target, &own));
        }
        let key = Key::Reference(Some(context.owner.clone()), reference.to_owned());
        self.once(key, &target, context, |reader| reader.ty(&target, context))
    }

    /// The name and home of what `reference` leads to, if it is a definition and not just some place.
    fn definition_context(
        &mut self,
        reference: &str,
        target: &Node<'a>,
        context: &Context,
    ) -> Option<Context> {
        let (file, pointer) = reference.split_once('#')?;
        let (home, key) = pointer.rsplit_once('/')?;
        let key = key.replace("~1", "/").replace("~0", "~");
        if home != "/components/schemas" {
            // What stands below `$defs` has a name, but several schemas of one document may have the same ones.
            let local = home.ends_with("/$defs") || home.ends_with("/definitions");
            return local.then(|| Context {
                steps: vec![key],
                fixed: None,
                input: false,
                ..context.clone()
            });
        }
        let said = target.text("x-name");
        let named = name::camel_case(&key);
        if said.is_none() && named.is_empty() {
            let message =
                format!("`{key}` has no letter or digit for a name; say one with `x-name`");
            let place = Place {
                file: file.to_owned(),
                pointer: pointer.to_owned(),
            };
            self.faults.add(&place, message);
        }
        if let Some(stem) = file
            .strip_prefix("components/")
            .and_then(|name| name.strip_suffix(".json"))
        {
            let name = said.map_or_else(|| name::component(&key), str::to_owned);
            return Some(Context {
                owner: Owner::Component(stem.to_owned()),
                root: name.clone(),
                steps: Vec::new(),
                fixed: Some(name),
                input: false,
            });
        }
        let fixed = said.map_or_else(|| format!("{}{named}", context.root), str::to_owned);
        Some(Context {
            steps: vec![key],
            fixed: Some(fixed),
            ..context.clone()
        })
    }

    fn push(&mut self, node: &Node<'a>, shape: Shape, naming: Naming, owner: Owner) -> DefId {
        let id = DefId(self.api.defs.len());
        self.api.defs.push(Def {
            name: String::new(),
            naming,
            owner,
            place: node.place.clone(),
            docs: self.docs(node),
            shape,
            request: false,
            response: false,
            generic: false,
            whole: false,
            streams: false,
            options: Options::Nothing,
            says: match node.text("x-says") {
                Some("tool-call") => Some(Says::ToolCalls),
                Some("usage") => Some(Says::Usage),
                _ => None,
            },
        });
        id
    }

    /// Adds a definition, unless the same shape already has the same name in the same place.
    fn define(&mut self, node: &Node<'a>, shape: Shape, context: &Context) -> Type {
        let mut naming = context.naming();
        if let (Some(name), Naming::Nested { .. }) = (node.text("x-name"), &naming) {
            naming = Naming::Fixed(name.to_owned());
        }
        let Naming::Nested { root, steps } = &naming else {
            return Type::Named(self.push(node, shape, naming, context.owner.clone()));
        };
        let key = (
            context.owner.clone(),
            format!(
                "{root}{}",
                name::step(steps.last().map_or("", String::as_str))
            ),
        );
        let known = self
            .nested
            .get(&key)
            .into_iter()
            .flatten()
            .find(|id| same_shape(&self.api.def(**id).shape, &shape));
        if let Some(id) = known {
            return Type::Named(*id);
        }
        let id = self.push(node, shape, naming, context.owner.clone());
        self.nested.entry(key).or_default().push(id);
        Type::Named(id)
    }
}

/// Shapes are equal if fields are, whatever the descriptions say.
fn same_shape(left: &Shape, right: &Shape) -> bool {
    match (left, right) {
        (Shape::Struct { fields: a, tag: x }, Shape::Struct { fields: b, tag: y }) => {
            x == y
                && a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| {
                    (&a.wire, &a.ty, a.required) == (&b.wire, &b.ty, b.required)
                        && a.limits == b.limits
                        && a.item_limits == b.item_limits
                        && a.constant == b.constant
                })
        }
        (Shape::Union(a), Shape::Union(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| a.ty == b.ty && a.name == b.name && a.limits == b.limits)
        }
        (Shape::Enum(a), Shape::Enum(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.wire == b.wire)
        }
        _ => false,
    }
}
