//! Alternatives → a union, or whatever simpler type they come down to.

use serde_json::Value;

use super::Reader;
use super::all_of::Laid;
use super::node::{Context, Node};
use super::plain::{described, text};
use crate::ir::{DefId, Encoding, Limits, Naming, Shape, Type, Variant};
use crate::name;

/// An alternative: its title, its type, and where it stands.
type Arm<'a> = (Option<String>, Type, Node<'a>);

/// Keywords that say nothing of which kind a value is.
const KINDLESS: &[&str] = &[
    "required",
    "title",
    "description",
    "default",
    "deprecated",
    "example",
    "examples",
    "not",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
    "multipleOf",
    "pattern",
    "format",
];

impl<'a> Reader<'a> {
    pub(super) fn any_of(
        &mut self,
        node: &Node<'a>,
        unions: Vec<Node<'a>>,
        context: &Context,
    ) -> Type {
        if node.value.get("oneOf").is_some() && node.value.get("anyOf").is_some() {
            self.loosen(
                &node.place,
                "of `oneOf` and `anyOf` together, one alternative of either is taken",
            );
        }
        let mut arms = Vec::new();
        self.arms(unions, &mut arms, 0);
        if !arms.is_empty() && arms.iter().all(kindless) && says_kind(node) {
            let message = if arms.iter().any(|arm| arm.value.get("required").is_some()) {
                "which properties are required together is not expressed in the type"
            } else {
                "the alternatives differ in nothing that the type expresses"
            };
            self.loosen(&node.place, message);
            return self.single(node, context);
        }
        if node.value.get("properties").is_some() {
            let mut laid = Laid::default();
            self.lay(node, &mut laid);
            return self.together(node, laid, context);
        }
        match arms.as_slice() {
            [] => Type::Any,
            [only] => self.ty(only, context),
            _ => self.alternatives(node, &arms, context),
        }
    }

    /// Alternatives without nulls, without the Workers binding's own, nested ones laid flat.
    pub(super) fn arms(&mut self, unions: Vec<Node<'a>>, arms: &mut Vec<Node<'a>>, depth: usize) {
        for arm in unions {
            if arm.is_null() {
                continue;
            }
            if arm.binding_only() {
                self.left_out(&arm);
                continue;
            }
            let nested = arm.alternatives();
            let pure = ["properties", "$ref", "allOf", "required"]
                .iter()
                .all(|key| arm.value.get(key).is_none());
            if !nested.is_empty() && pure && depth < 16 {
                self.arms(nested, arms, depth + 1);
            } else if !arms.iter().any(|known| known.value == arm.value) {
                arms.push(arm);
            }
        }
    }

    /// Objects beside alternatives: every alternative has their properties too.
    pub(super) fn arms_with_base(
        &mut self,
        node: &Node<'a>,
        base: &[Node<'a>],
        arms: &[Node<'a>],
        context: &Context,
    ) -> Type {
        let mut variants = Vec::new();
        for (index, arm) in arms.iter().enumerate() {
            let full = self.follow(arm);
            let context = self.arm_context(&full, index, context);
            let mut laid = Laid::default();
            self.lay(arm, &mut laid);
            let own = self.objects_of(laid);
            let objects: Vec<Node<'a>> = base.iter().cloned().chain(own).collect();
            let properties = self.properties(&objects);
            let ty = self.structure(&full, properties, &context);
            variants.push((full.text("title").map(str::to_owned), ty, full));
        }
        self.union(node, variants, context)
    }

    fn arm_context(&self, arm: &Node<'a>, index: usize, context: &Context) -> Context {
        let step = match arm.text("title") {
            Some(title) => title.to_owned(),
            None => self.arm_hint(arm, index),
        };
        Context {
            input: context.input && context.steps.is_empty(),
            ..context.step(&step)
        }
    }

    /// An untitled alternative is called after its tag or its first required property.
    fn arm_hint(&self, arm: &Node<'a>, index: usize) -> String {
        let properties = arm.value.get("properties").and_then(Value::as_object);
        let required = arm.value.get("required").and_then(Value::as_array);
        let first = required
            .and_then(|list| list.first())
            .and_then(Value::as_str);
        for (name, value) in properties.into_iter().flatten() {
            let node = Node {
                place: arm.place.at("properties").at(name),
                value,
            };
            if let Some(tag) = self.single_text(&node) {
                return tag.to_owned();
            }
        }
        first
            .or_else(|| {
                properties
                    .and_then(|map| map.keys().next())
                    .map(String::as_str)
            })
            .map_or_else(|| format!("form{}", index + 1), str::to_owned)
    }

    pub(super) fn alternatives(
        &mut self,
        node: &Node<'a>,
        arms: &[Node<'a>],
        context: &Context,
    ) -> Type {
        if let Some(values) = self.texts(node, arms) {
            return self.text_union(node, &values, context);
        }
        let mut variants: Vec<Arm<'a>> = Vec::new();
        for (index, arm) in arms.iter().enumerate() {
            let inner = self.arm_context(arm, index, context);
            let ty = if kindless(arm) && says_kind(node) {
                self.single(node, &inner)
            } else {
                self.ty(arm, &inner)
            };
            if !variants.iter().any(|(_, known, _)| *known == ty) {
                variants.push((arm.text("title").map(str::to_owned), ty, arm.clone()));
            }
        }
        self.union(node, variants, context)
    }

    /// Alternatives that are all text: their known values, and whether any text will do.
    fn texts(&self, node: &Node<'a>, arms: &[Node<'a>]) -> Option<Vec<Node<'a>>> {
        let mut found = Vec::new();
        for arm in arms {
            let arm = self.follow(arm);
            let values = arm.value.get("enum").and_then(Value::as_array);
            let constant = arm.value.get("const").is_some_and(Value::is_string);
            let listed = values.is_some_and(|list| {
                list.iter()
                    .all(|value| value.is_string() || value.is_null())
            });
            let plain = arm.types() == ["string"] || kindless(&arm) && node.types() == ["string"];
            if !plain && !constant && !listed {
                return None;
            }
            if text(&arm) != Type::Text || text(node) != Type::Text {
                return None;
            }
            found.push(arm);
        }
        Some(found)
    }

    /// Text that is free in one alternative and listed in another is an open enum anyway.
    fn text_union(&mut self, node: &Node<'a>, arms: &[Node<'a>], context: &Context) -> Type {
        let mut values = Vec::new();
        for arm in arms {
            let listed = arm.value.get("enum").and_then(Value::as_array);
            let all = listed
                .into_iter()
                .flatten()
                .chain(arm.value.get("const"))
                .filter_map(Value::as_str);
            values.extend(described(arm, all));
        }
        if values.is_empty() {
            Type::Text
        } else {
            self.open_enum(node, values, context)
        }
    }

    pub(super) fn union(
        &mut self,
        node: &Node<'a>,
        variants: Vec<Arm<'a>>,
        context: &Context,
    ) -> Type {
        let scalar = |ty: &Type| {
            matches!(
                ty,
                Type::Bool
                    | Type::Integer { .. }
                    | Type::Number
                    | Type::Text
                    | Type::Any
                    | Type::Object
                    | Type::TextOrJson
            )
        };
        if let [(_, only, _)] = variants.as_slice() {
            return only.clone();
        }
        if variants.iter().all(|(_, ty, _)| is_number(ty)) {
            return Type::Number;
        }
        if variants.iter().all(|(_, ty, _)| scalar(ty)) {
            if variants
                .iter()
                .any(|(_, ty, _)| matches!(ty, Type::Text | Type::TextOrJson))
            {
                return Type::TextOrJson;
            }
            self.loosen(&node.place, "one of several plain types is any JSON value");
            return Type::Any;
        }
        if variants.iter().any(|(_, ty, _)| matches!(ty, Type::Any)) {
            self.loosen(&node.place, "an alternative takes anything: any JSON value");
            return Type::Any;
        }
        let variants = self.merged(node, variants);
        if let [(_, only, _)] = variants.as_slice() {
            return only.clone();
        }
        let names = self.variant_names(&variants);
        let mut known = Vec::new();
        for ((_, ty, arm), name) in variants.into_iter().zip(names) {
            let (limits, _) = self.limits(&arm, &ty);
            known.push(Variant {
                name,
                docs: self.docs(&arm),
                limits,
                item_limits: self.item_limits(&arm, &ty),
                ty,
            });
        }
        self.define(node, Shape::Union(known), context)
    }

    /// Alternatives that would be one and the same Rust type or JSON kind, made one.
    fn merged(&mut self, node: &Node<'a>, variants: Vec<Arm<'a>>) -> Vec<Arm<'a>> {
        let count =
            |what: &dyn Fn(&Type) -> bool| variants.iter().filter(|(_, ty, _)| what(ty)).count();
        let (media, numbers) = (count(&is_media), count(&is_number));
        let base64 = variants
            .iter()
            .any(|(_, ty, _)| *ty == Type::Media(Encoding::Base64));
        let (encoding, how) = if base64 {
            (Encoding::Base64, "base64 text")
        } else {
            (Encoding::Numbers, "numbers")
        };
        if media > 1 {
            self.loosen(
                &node.place,
                format!("bytes that may travel in several ways always travel as {how}"),
            );
        }
        let choices = count(&|ty| self.is_choice(ty));
        let mut out: Vec<Arm<'a>> = Vec::new();
        for (title, ty, arm) in variants {
            // A choice takes any text.
            if choices == 1 && ty == Type::Text {
                continue;
            }
            let ty = match ty {
                Type::Media(_) if media > 1 => Type::Media(encoding),
                ref number if numbers > 1 && is_number(number) => {
                    let (limits, _) = self.limits(&arm, number);
                    if limits != Limits::default() {
                        self.loosen(
                            &arm.place,
                            "limits of one of several numbers are not checked",
                        );
                    }
                    Type::Number
                }
                ty => ty,
            };
            if !out.iter().any(|(_, known, _)| *known == ty) {
                // What has become one of several is not described by the first of them.
                let merged = media > 1 && is_media(&ty) || numbers > 1 && is_number(&ty);
                let title = title.filter(|_| !merged);
                let arm = if merged { node.empty() } else { arm };
                out.push((title, ty, arm));
            }
        }
        out
    }

    fn is_choice(&self, ty: &Type) -> bool {
        matches!(ty, Type::Named(id) if matches!(self.api.def(*id).shape, Shape::Enum(_)))
    }

    fn variant_names(&self, variants: &[Arm<'a>]) -> Vec<String> {
        let type_names: Vec<String> = variants
            .iter()
            .filter(|(title, ..)| title.is_none())
            .filter_map(|(_, ty, _)| match ty {
                Type::Named(id) => Some(self.plain_name(*id)),
                _ => None,
            })
            .collect();
        let mut distinct = name::distinct(&type_names).into_iter();
        let mut names: Vec<String> = Vec::new();
        for (title, ty, _) in variants {
            let name = match (title, ty) {
                (Some(title), _) => name::variant(title),
                (None, Type::Named(_)) => name::variant(&distinct.next().unwrap_or_default()),
                (None, ty) => self.shape_name(ty),
            };
            let taken = |name: &str| name == "Unknown" || names.iter().any(|known| known == name);
            names.push(name::free(&name, taken));
        }
        names
    }

    fn shape_name(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "Flag".to_owned(),
            Type::Integer { .. } | Type::Number => "Number".to_owned(),
            Type::Text | Type::Padding => "Text".to_owned(),
            Type::Any | Type::TextOrJson => "Json".to_owned(),
            Type::Object | Type::Map(_) => "Object".to_owned(),
            Type::Media(_) => "Bytes".to_owned(),
            Type::Matrix => "Matrix".to_owned(),
            Type::Named(id) => name::last_word(&self.plain_name(*id)),
            Type::List(inner) => name::plural(&self.shape_name(inner)),
            Type::Nullable(inner) => self.shape_name(inner),
        }
    }

    fn plain_name(&self, id: DefId) -> String {
        match &self.api.def(id).naming {
            Naming::Fixed(name) => name.clone(),
            Naming::Nested { steps, .. } => steps
                .last()
                .map(|step| name::step(step))
                .unwrap_or_default(),
        }
    }
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Integer { .. } | Type::Number)
}

fn is_media(ty: &Type) -> bool {
    matches!(ty, Type::Media(_))
}

/// Whether a schema says of no kind that a value is of it.
fn kindless(node: &Node<'_>) -> bool {
    node.value.as_object().is_some_and(|map| {
        let mut keys = map.keys();
        keys.all(|key| KINDLESS.contains(&key.as_str()) || key.starts_with("x-"))
    })
}

/// Whether a schema says itself of which kind a value is, whatever its alternatives say.
fn says_kind(node: &Node<'_>) -> bool {
    [
        "properties",
        "type",
        "items",
        "additionalProperties",
        "enum",
        "const",
    ]
    .iter()
    .any(|key| node.value.get(key).is_some())
}
