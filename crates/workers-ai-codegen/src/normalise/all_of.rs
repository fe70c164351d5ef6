//! Schemas laid together: one struct, or a shared input with a model's own options.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Reader;
use super::node::{Context, Node};
use super::object::Properties;
use crate::fault::Place;
use crate::ir::{Options, Shape, Type};

/// What schemas that all count at once come down to.
#[derive(Default)]
pub(super) struct Laid<'a> {
    /// Every schema that may have properties.
    objects: Vec<Node<'a>>,
    /// Schemas of which one alternative counts, and these alternatives.
    unions: Vec<(Node<'a>, Vec<Node<'a>>)>,
    seen: BTreeSet<Place>,
    open: Vec<Place>,
}

impl<'a> Reader<'a> {
    /// Objects become one struct; a single part with notes beside it stays that part.
    pub(super) fn all_of(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let parts: Vec<Node<'a>> = node
            .list("allOf")
            .into_iter()
            .filter(Node::is_typed)
            .collect();
        let own = node.value.get("$ref").is_some()
            || node.value.get("properties").is_some()
            || node.value.get("required").is_some_and(Value::is_array)
            || !node.alternatives().is_empty();
        if let ([part], false) = (parts.as_slice(), own) {
            return self.ty(part, context);
        }
        if let (true, false, [base, rest @ ..]) = (context.input, own, parts.as_slice())
            && let Some(ty) = self.extension(node, base, rest, context)
        {
            return ty;
        }
        let mut laid = Laid::default();
        self.lay(node, &mut laid);
        self.together(node, laid, context)
    }

    /// The struct of everything that was laid together, or a union of them where alternatives are part of it.
    pub(super) fn together(&mut self, node: &Node<'a>, laid: Laid<'a>, context: &Context) -> Type {
        let Laid {
            objects,
            mut unions,
            ..
        } = laid;
        let object = |node: &Node<'a>| node.value.get("properties").is_some();
        let splits = |reader: &Self, arms: &[Node<'a>]| {
            arms.iter().any(|arm| reader.layers(arm).iter().any(object))
        };
        let main = unions.iter().position(|(_, arms)| splits(self, arms));
        let main = main.map(|index| unions.remove(index));
        if objects.iter().any(object) || main.is_some() {
            for (node, _) in &unions {
                self.unions_lost(node);
            }
        }
        if let Some((_, arms)) = main {
            return self.arms_with_base(node, &objects, &arms, context);
        }
        let properties = self.properties(&objects);
        if properties.found.is_empty() {
            return self.best_part(node, &objects, unions, context);
        }
        if unions.is_empty() {
            self.known_required(&objects, &properties);
        }
        self.structure(node, properties, context)
    }

    /// The objects of an alternative; alternatives inside it are said, not expressed.
    pub(super) fn objects_of(&mut self, laid: Laid<'a>) -> Vec<Node<'a>> {
        for (node, _) in &laid.unions {
            self.unions_lost(node);
        }
        laid.objects
    }

    fn unions_lost(&mut self, node: &Node<'a>) {
        for keyword in ["oneOf", "anyOf"] {
            if node.value.get(keyword).is_some() {
                let message = format!("`{keyword}` inside `allOf` is not expressed in the type");
                self.loosen(&node.place.at(keyword), message);
            }
        }
    }

    /// Parts without properties: whichever says most is the type.
    fn best_part(
        &mut self,
        node: &Node<'a>,
        objects: &[Node<'a>],
        unions: Vec<(Node<'a>, Vec<Node<'a>>)>,
        context: &Context,
    ) -> Type {
        let with = |keys: &[&str]| {
            let has = |node: &&Node<'a>| keys.iter().any(|key| node.value.get(key).is_some());
            objects.iter().find(has).cloned()
        };
        if let Some(part) = with(&["enum", "const"]) {
            return self.enumeration(&part, context);
        }
        if let Some((part, arms)) = unions.into_iter().next() {
            return self.any_of(&part, arms, context);
        }
        if let Some(part) = with(&["items", "additionalProperties"]).or_else(|| with(&["type"])) {
            return self.single(&part, context);
        }
        self.loosen(
            &node.place.at("allOf"),
            "no part has properties: any JSON value",
        );
        Type::Any
    }

    /// What some part requires has to be a property of one of them.
    fn known_required(&mut self, objects: &[Node<'a>], properties: &Properties<'a>) {
        for object in objects {
            for name in object.list("required") {
                let known = |text: &str| properties.found.iter().any(|known| known.name == text);
                let left_out = |text: &str| {
                    let all = objects.iter().filter_map(|object| object.get("properties"));
                    all.into_iter()
                        .any(|properties| properties.value.get(text).is_some())
                };
                if let Some(text) = name
                    .value
                    .as_str()
                    .filter(|text| !known(text) && !left_out(text))
                {
                    self.faults.add(
                        &name.place,
                        format!("`{text}` is required, but there is no such property"),
                    );
                }
            }
        }
    }

    /// A shared input and options of the model's own: the shared type, extended, instead of a copy of it.
    fn extension(
        &mut self,
        node: &Node<'a>,
        base: &Node<'a>,
        rest: &[Node<'a>],
        context: &Context,
    ) -> Option<Type> {
        let shared = |node: &Node<'a>| {
            node.text("$ref")
                .is_some_and(|reference| reference.starts_with("components/"))
        };
        if !shared(base) || base.lays_over() || rest.iter().any(shared) {
            return None;
        }
        let mut laid = Laid::default();
        for part in rest {
            self.lay(part, &mut laid);
        }
        let Laid {
            objects, unions, ..
        } = laid;
        let required = objects
            .iter()
            .any(|part| part.value.get("required").is_some());
        let Type::Named(id) = self.ty(base, context) else {
            return None;
        };
        if required || !unions.is_empty() || !matches!(self.api.def(id).shape, Shape::Struct { .. })
        {
            return None;
        }
        let own = Context {
            fixed: Some(format!("{}Options", context.root)),
            ..context.step("options")
        };
        let place = objects.first().cloned().unwrap_or_else(|| node.clone());
        let options = match (rest, self.options.get(&context.owner)) {
            ([only], _) if only.text("$ref").is_some() => self.ty(only, &own),
            (_, None) => {
                let properties = self.properties(&objects);
                if properties.found.is_empty() {
                    return None;
                }
                self.structure(&place, properties, &own)
            }
            (_, Some(_)) => return None,
        };
        let Type::Named(options) = options else {
            return None;
        };
        if !matches!(self.api.def(options).shape, Shape::Struct { .. }) {
            return None;
        }
        match self.options.get(&context.owner) {
            Some(known) if *known != options => return None,
            _ => self.options.insert(context.owner.clone(), options),
        };
        self.api.defs[options.0].options = Options::Own;
        self.api.defs[id.0].options = Options::Extended;
        Some(Type::Named(id))
    }

    /// Takes a schema apart into all that counts at once, each once.
    pub(super) fn lay(&mut self, part: &Node<'a>, laid: &mut Laid<'a>) {
        if laid.open.contains(&part.place) {
            self.faults.add(&part.place, "`allOf` leads back to itself");
            return;
        }
        if !laid.seen.insert(part.place.clone()) {
            return;
        }
        self.unexpressed(part);
        laid.open.push(part.place.clone());
        let outermost = laid.open.len() == 1;
        let own = part.value.get("properties").is_some();
        // What a schema says itself comes before its parts, what a part says after its own.
        if outermost && own {
            laid.objects.push(part.clone());
        }
        if let Some(target) = self.step(part) {
            self.lay(&target, laid);
        }
        for inner in part.list("allOf") {
            self.lay(&inner, laid);
        }
        let mut arms = Vec::new();
        self.arms(part.alternatives(), &mut arms, 0);
        match arms.as_slice() {
            [] => {}
            [only] => self.lay(only, laid),
            _ => laid.unions.push((part.clone(), arms)),
        }
        if !(outermost && own) {
            laid.objects.push(part.clone());
        }
        laid.open.pop();
    }
}
