//! Documents → [`Api`]: references resolved, nulls and single alternatives taken off, every inline object, union and
//! enum given a definition of its own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::check;
use crate::fault::{Fault, Faults, Loosened, Place};
use crate::ir::{
    Api, Def, DefId, Docs, Encoding, EnumValue, Field, Limits, Naming, Options, Owner, Says, Shape,
    Tag, Type, Variant,
};
use crate::load::Corpus;
use crate::name;
use crate::operation;

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
        named: HashMap::new(),
        nested: HashMap::new(),
        open: BTreeSet::new(),
        options: HashMap::new(),
        followed: RefCell::default(),
    };
    for (file, document) in &corpus.models {
        operation::read(&mut reader, file, document);
    }
    reader.unused_components();
    let Reader {
        mut api,
        mut faults,
        ..
    } = reader;
    api.loosened.sort();
    api.loosened.dedup();
    faults.settle(api)
}

/// A schema and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) place: Place,
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        self.value.get(key).map(|value| Node {
            place: self.place.at(key),
            value,
        })
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    fn list(&self, key: &str) -> Vec<Node<'a>> {
        let Some(Value::Array(list)) = self.value.get(key) else {
            return Vec::new();
        };
        let place = self.place.at(key);
        list.iter()
            .enumerate()
            .map(|(index, value)| Node {
                place: place.at(&index.to_string()),
                value,
            })
            .collect()
    }

    fn flag(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// The words of `type`, `null` left out.
    fn types(&self) -> Vec<&'a str> {
        let words = match self.value.get("type") {
            Some(Value::String(word)) => vec![word.as_str()],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        words.into_iter().filter(|word| *word != "null").collect()
    }

    fn is_null(&self) -> bool {
        match self.value.get("type") {
            Some(Value::String(word)) => word == "null",
            _ => self.value.get("const").is_some_and(Value::is_null),
        }
    }

    pub(crate) fn binding_only(&self) -> bool {
        self.flag("x-binding-only")
    }
}

/// What a definition found on the way is called after.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) owner: Owner,
    pub(crate) root: String,
    pub(crate) steps: Vec<String>,
    /// The exact name, where the schema says it.
    pub(crate) fixed: Option<String>,
    /// Whether this is a model's input or one of its alternatives.
    pub(crate) input: bool,
}

impl Context {
    pub(crate) fn step(&self, name: &str) -> Self {
        let mut steps = self.steps.clone();
        steps.push(name.to_owned());
        Self {
            owner: self.owner.clone(),
            root: self.root.clone(),
            steps,
            fixed: None,
            input: false,
        }
    }

    fn one(&self) -> Self {
        let mut context = self.clone();
        context.fixed = None;
        match context.steps.last_mut() {
            Some(last) => *last = name::singular(last),
            None => context.steps.push("item".to_owned()),
        }
        context
    }

    fn naming(&self) -> Naming {
        match &self.fixed {
            Some(name) => Naming::Fixed(name.clone()),
            None => Naming::Nested {
                root: self.root.clone(),
                steps: self.steps.clone(),
            },
        }
    }
}

pub(crate) struct Reader<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) api: Api,
    pub(crate) faults: Faults,
    named: HashMap<String, Type>,
    nested: HashMap<(Owner, String), Vec<DefId>>,
    open: BTreeSet<String>,
    /// What each model takes beside what it shares with others.
    pub(crate) options: HashMap<Owner, DefId>,
    /// References that led somewhere: the components that are used.
    followed: RefCell<BTreeSet<String>>,
}

/// A property as the parts of an object give it.
struct Property<'a> {
    name: &'a str,
    node: Node<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn loosen(&mut self, place: &Place, message: impl Into<String>) {
        self.api.loosened.push(Loosened {
            place: place.clone(),
            message: message.into(),
        });
    }

    /// Follows `$ref` to the schema that stands there.
    pub(crate) fn follow(&self, node: &Node<'a>) -> Node<'a> {
        let mut node = node.clone();
        while let Some(reference) = node.text("$ref") {
            let Some(value) = self.corpus.node(reference) else {
                break;
            };
            if !self.followed.borrow().contains(reference) {
                self.followed.borrow_mut().insert(reference.to_owned());
            }
            let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
            node = Node {
                place: Place {
                    file: file.to_owned(),
                    pointer: pointer.to_owned(),
                },
                value,
            };
        }
        node
    }

    /// The type of a schema.
    pub(crate) fn ty(&mut self, node: &Node<'a>, context: &Context) -> Type {
        if let Some(reference) = node.text("$ref") {
            return self.reference(reference, node, context);
        }
        if node.value.as_bool().is_some() {
            return Type::Any;
        }
        for keyword in check::LOOSENED {
            if node.value.get(keyword).is_some() {
                self.loosen(
                    &node.place.at(keyword),
                    format!("`{keyword}` is not expressed in the type"),
                );
            }
        }
        if node.value.get("allOf").is_some() {
            return self.all_of(node, context);
        }
        let unions = node
            .list("oneOf")
            .into_iter()
            .chain(node.list("anyOf"))
            .collect::<Vec<_>>();
        if !unions.is_empty() {
            return self.any_of(node, unions, context);
        }
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

    /// A model's input: its alternatives without the batch form, and the type of one request in a batch.
    pub(crate) fn input(&mut self, node: &Node<'a>, context: &Context) -> (Type, Option<Type>) {
        let inner = self.follow(node);
        let mut arms = Vec::new();
        self.arms(
            inner
                .list("oneOf")
                .into_iter()
                .chain(inner.list("anyOf"))
                .collect(),
            &mut arms,
            0,
        );
        let batch = arms.iter().position(|arm| self.batch_items(arm).is_some());
        let Some(batch) = batch
            .map(|index| arms.remove(index))
            .and_then(|arm| self.batch_items(&arm))
        else {
            return (self.ty(node, context), None);
        };
        let input = match arms.as_slice() {
            [only] => {
                let ty = self.ty(only, context);
                return (
                    ty.clone(),
                    Some(self.batch_request(&batch, &ty, std::slice::from_ref(&ty), context)),
                );
            }
            _ => self.alternatives(&inner, &arms, context),
        };
        let variants: Vec<Type> = match &input {
            Type::Named(id) => match &self.api.def(*id).shape {
                Shape::Union(variants) => {
                    variants.iter().map(|variant| variant.ty.clone()).collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let request = self.batch_request(&batch, &input, &variants, context);
        (input, Some(request))
    }

    /// The items of `{"requests": […]}`.
    fn batch_items(&self, arm: &Node<'a>) -> Option<Node<'a>> {
        let arm = self.follow(arm);
        let properties = arm.get("properties")?;
        if properties.value.as_object()?.len() != 1 {
            return None;
        }
        self.follow(&properties.get("requests")?).get("items")
    }

    /// The input itself, where the items take the same alternatives; else a type of its own.
    fn batch_request(
        &mut self,
        items: &Node<'a>,
        input: &Type,
        known: &[Type],
        context: &Context,
    ) -> Type {
        let mut arms = Vec::new();
        let inner = self.follow(items);
        self.arms(
            inner
                .list("oneOf")
                .into_iter()
                .chain(inner.list("anyOf"))
                .collect(),
            &mut arms,
            0,
        );
        let own = Context {
            fixed: Some(format!("{}Request", context.root)),
            ..context.step("request")
        };
        if !arms.is_empty() {
            let types: Vec<Type> = arms
                .iter()
                .filter(|arm| arm.text("$ref").is_some())
                .map(|arm| self.ty(arm, &own))
                .collect();
            if types.len() == arms.len() && types == known {
                return input.clone();
            }
        }
        let before = self.api.defs.len();
        let ty = self.ty(items, &own);
        if ty == *input {
            return ty;
        }
        let same = match (&ty, input) {
            (Type::Named(request), Type::Named(input)) => {
                let (request, input) = (self.api.def(*request), self.api.def(*input));
                same_shape(&request.shape, &input.shape)
            }
            _ => false,
        };
        if same && items.text("$ref").is_none() && Type::Named(DefId(before)) == ty {
            self.api.defs.truncate(before);
            return input.clone();
        }
        ty
    }

    /// A model's answer, without the acknowledgement of a queued batch.
    pub(crate) fn output(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let inner = self.follow(node);
        let mut arms = Vec::new();
        self.arms(
            inner
                .list("oneOf")
                .into_iter()
                .chain(inner.list("anyOf"))
                .collect(),
            &mut arms,
            0,
        );
        let all = arms.len();
        arms.retain(|arm| !self.is_acknowledgement(arm));
        match arms.as_slice() {
            _ if arms.len() == all => self.ty(node, context),
            [only] => self.ty(only, context),
            _ => self.alternatives(&inner, &arms, context),
        }
    }

    fn is_acknowledgement(&self, arm: &Node<'a>) -> bool {
        let arm = self.follow(arm);
        let properties = arm.value.get("properties").and_then(Value::as_object);
        properties.is_some_and(|map| {
            map.contains_key("request_id")
                && map
                    .keys()
                    .all(|key| ["request_id", "status", "model"].contains(&key.as_str()))
        })
    }

    /// An input made of a raw body and of query parameters.
    pub(crate) fn raw_input(
        &mut self,
        media: &Node<'a>,
        field: &str,
        parameters: Vec<Node<'a>>,
        context: &Context,
    ) -> Type {
        let body = media.get("schema").unwrap_or_else(|| media.clone());
        let docs = self.docs(&body);
        let mut fields = vec![Field {
            wire: field.to_owned(),
            ident: name::snake_case(field),
            ty: Type::Media(Encoding::Raw),
            required: true,
            docs,
            limits: Limits::default(),
            item_limits: Limits::default(),
            deprecated: false,
            constant: None,
            says: None,
        }];
        for parameter in parameters {
            let (Some(name), Some(schema)) = (parameter.text("name"), parameter.get("schema"))
            else {
                continue;
            };
            let property = Property { name, node: schema };
            let mut one = self.field(
                &property,
                parameter.flag("required"),
                name::snake_case(name),
                context,
            );
            if let Some(description) = parameter.text("description") {
                description.clone_into(&mut one.docs.text);
            }
            fields.push(one);
        }
        fields.sort_by_key(|field| !field.required);
        self.define(media, Shape::Struct { fields, tag: None }, context)
    }

    fn untyped(&mut self, node: &Node<'a>, context: &Context) -> Type {
        if node.value.get("properties").is_some()
            || node.value.get("additionalProperties").is_some()
        {
            self.plain("object", node, context)
        } else if node.value.get("items").is_some() {
            self.plain("array", node, context)
        } else {
            Type::Any
        }
    }

    fn plain(&mut self, word: &str, node: &Node<'a>, context: &Context) -> Type {
        match word {
            "string" => text(node),
            "boolean" => Type::Bool,
            "number" => Type::Number,
            "integer" => integer(node),
            "array" => self.list(node, context),
            "object" => self.object(node, context),
            _ => Type::Any,
        }
    }

    /// A list of type words: `integer` beside `number` is a number, text beside anything scalar is text or JSON.
    fn several(&mut self, words: &[&str], node: &Node<'a>, context: &Context) -> Type {
        if words
            .iter()
            .all(|word| matches!(*word, "integer" | "number"))
        {
            return Type::Number;
        }
        let structured =
            node.value.get("properties").is_some() || node.value.get("items").is_some();
        if words.contains(&"string") && !structured {
            return Type::TextOrJson;
        }
        if structured && words.len() == 2 {
            let variants = words.iter().map(|word| {
                let ty = self.plain(word, node, &context.step(word));
                (None, ty, node.clone())
            });
            let variants = variants.collect();
            return self.union(node, variants, context);
        }
        self.loosen(
            &node.place,
            format!("a value of type {} is any JSON value", words.join(" or ")),
        );
        Type::Any
    }

    fn list(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let Some(items) = node.get("items") else {
            return Type::List(Box::new(Type::Any));
        };
        if is_byte(&self.follow(&items)) {
            return Type::Media(Encoding::Numbers);
        }
        match self.ty(&items, &context.one()) {
            Type::List(inner) if *inner == Type::Number => Type::Matrix,
            inner => Type::List(Box::new(inner)),
        }
    }

    fn object(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let properties = node.value.get("properties").and_then(Value::as_object);
        if properties.is_some_and(|properties| !properties.is_empty()) {
            if node
                .get("additionalProperties")
                .is_some_and(|extra| extra.value.is_object())
            {
                self.loosen(
                    &node.place.at("additionalProperties"),
                    "further properties of this object are not typed",
                );
            }
            let (found, required) = self.properties(std::slice::from_ref(node));
            return self.structure(node, found, &required, context);
        }
        match node.get("additionalProperties") {
            Some(inner) if inner.value.as_object().is_some_and(|map| !map.is_empty()) => {
                let inner = self.ty(&inner, &context.one());
                Type::Map(Box::new(inner))
            }
            _ => Type::Object,
        }
    }

    /// Objects in `allOf` become one struct; a single part with notes beside it stays that part.
    fn all_of(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let parts = node.list("allOf");
        let own = node.value.get("properties").is_some();
        if let ([part], false) = (parts.as_slice(), own) {
            return self.ty(part, context);
        }
        if let (true, false, [base, rest @ ..]) = (context.input, own, parts.as_slice()) {
            if let Some(ty) = self.extension(node, base, rest, context) {
                return ty;
            }
        }
        let mut objects = Vec::new();
        if own {
            objects.push(node.clone());
        }
        for part in &parts {
            self.flatten_all_of(part, &mut objects, 0);
        }
        let (found, required) = self.properties(&objects);
        if found.is_empty() {
            self.loosen(
                &node.place.at("allOf"),
                "no part has properties: any JSON value",
            );
            return Type::Any;
        }
        self.structure(node, found, &required, context)
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
        if !shared(base) || rest.iter().any(shared) {
            return None;
        }
        let mut objects = Vec::new();
        for part in rest {
            self.flatten_all_of(part, &mut objects, 0);
        }
        let required = objects
            .iter()
            .any(|part| part.value.get("required").is_some());
        let Type::Named(id) = self.ty(base, context) else {
            return None;
        };
        if required || !matches!(self.api.def(id).shape, Shape::Struct { .. }) {
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
                let (found, required) = self.properties(&objects);
                self.structure(&place, found, &required, &own)
            }
            (_, Some(_)) => return None,
        };
        let Type::Named(options) = options else {
            return None;
        };
        match self.options.get(&context.owner) {
            Some(known) if *known != options => return None,
            _ => self.options.insert(context.owner.clone(), options),
        };
        self.api.defs[options.0].options = Options::Own;
        self.api.defs[id.0].options = Options::Extended;
        Some(Type::Named(id))
    }

    fn flatten_all_of(&mut self, part: &Node<'a>, objects: &mut Vec<Node<'a>>, depth: usize) {
        let part = self.follow(part);
        if depth > 32 {
            self.faults.add(&part.place, "`allOf` leads back to itself");
            return;
        }
        for inner in part.list("allOf") {
            self.flatten_all_of(&inner, objects, depth + 1);
        }
        for keyword in ["oneOf", "anyOf"] {
            if part.value.get(keyword).is_some() {
                let message = format!("`{keyword}` inside `allOf` is not expressed in the type");
                self.loosen(&part.place.at(keyword), message);
            }
        }
        objects.push(part);
    }

    /// All properties of several objects laid together; a name that stands twice must mean the same.
    fn properties(&mut self, objects: &[Node<'a>]) -> (Vec<Property<'a>>, BTreeSet<&'a str>) {
        let mut found: Vec<Property<'a>> = Vec::new();
        let mut required = BTreeSet::new();
        for object in objects {
            required.extend(
                object
                    .value
                    .get("required")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str),
            );
            let Some(properties) = object.value.get("properties").and_then(Value::as_object) else {
                continue;
            };
            let place = object.place.at("properties");
            for (name, value) in properties {
                let node = Node {
                    place: place.at(name),
                    value,
                };
                match found.iter_mut().find(|property| property.name == name) {
                    None => found.push(Property { name, node }),
                    Some(earlier) => {
                        if earlier.node.value != value {
                            let message = format!(
                                "laid over `{}`, which says something else",
                                earlier.node.place
                            );
                            self.api.loosened.push(Loosened {
                                place: node.place.clone(),
                                message,
                            });
                        }
                        earlier.node = node;
                    }
                }
            }
        }
        (found, required)
    }

    fn structure(
        &mut self,
        node: &Node<'a>,
        found: Vec<Property<'a>>,
        required: &BTreeSet<&str>,
        context: &Context,
    ) -> Type {
        let mut fields = Vec::new();
        let mut tag = None;
        let mut taken = BTreeMap::new();
        for property in found {
            let required = required.contains(property.name);
            if let (None, true, Some(value)) =
                (&tag, required, single_text(&self.follow(&property.node)))
            {
                tag = Some(Tag {
                    wire: property.name.to_owned(),
                    value: value.to_owned(),
                });
                continue;
            }
            let mut ident = name::snake_case(property.name);
            let count: &mut usize = taken.entry(ident.clone()).or_default();
            *count += 1;
            if *count > 1 {
                ident = format!("{ident}_{count}");
            }
            let field = self.field(&property, required, ident, context);
            fields.push(field);
        }
        fields.sort_by_key(|field| !field.required);
        self.define(node, Shape::Struct { fields, tag }, context)
    }

    fn field(
        &mut self,
        property: &Property<'a>,
        required: bool,
        ident: String,
        context: &Context,
    ) -> Field {
        let node = &property.node;
        let ty = self.ty(node, &context.step(property.name));
        let bare = self.bare(node);
        let constant = single_text(&self.follow(node))
            .filter(|_| ty == Type::Text)
            .map(str::to_owned);
        Field {
            wire: property.name.to_owned(),
            ident,
            required,
            docs: self.docs(node),
            limits: limits(&bare),
            item_limits: bare
                .get("items")
                .map(|items| limits(&self.bare(&items)))
                .unwrap_or_default(),
            deprecated: node.flag("deprecated"),
            says: self.says(node),
            constant,
            ty,
        }
    }

    fn says(&mut self, node: &Node<'a>) -> Option<Says> {
        Some(match node.text("x-says")? {
            "text" => Says::Text,
            "reasoning" => Says::Reasoning,
            "tool-calls" | "tool-call" => Says::ToolCalls,
            "usage" => Says::Usage,
            "part" => Says::Part,
            "first" => Says::First,
            other => {
                let message =
                    format!("`{other}` is none of text, reasoning, tool-calls, usage, part, first");
                self.faults.add(&node.place.at("x-says"), message);
                return None;
            }
        })
    }

    /// The schema behind references, nulls and single alternatives: where limits stand.
    fn bare(&self, node: &Node<'a>) -> Node<'a> {
        let mut node = self.follow(node);
        for _ in 0..16 {
            let unions = node.list("oneOf").into_iter().chain(node.list("anyOf"));
            let mut real = unions
                .chain(node.list("allOf"))
                .filter(|arm| !arm.is_null() && !arm.binding_only());
            let (Some(only), None) = (real.next(), real.next()) else {
                break;
            };
            node = self.follow(&only);
        }
        node
    }

    fn any_of(&mut self, node: &Node<'a>, unions: Vec<Node<'a>>, context: &Context) -> Type {
        let mut arms = Vec::new();
        self.arms(unions, &mut arms, 0);
        let bare = arms.iter().all(|arm| {
            let map = arm.value.as_object();
            map.is_some_and(|map| {
                map.keys()
                    .all(|key| key == "required" || key == "title" || key == "description")
            })
        });
        if node.value.get("properties").is_some() {
            if bare {
                self.loosen(
                    &node.place,
                    "which properties are required together is not expressed in the type",
                );
                return self.object(node, context);
            }
            return self.arms_with_base(node, &arms, context);
        }
        match arms.as_slice() {
            [] => Type::Any,
            [only] => self.ty(only, context),
            _ => self.alternatives(node, &arms, context),
        }
    }

    /// Alternatives without nulls, without the Workers binding's own, nested ones laid flat.
    fn arms(&mut self, unions: Vec<Node<'a>>, arms: &mut Vec<Node<'a>>, depth: usize) {
        for arm in unions {
            if arm.is_null() {
                continue;
            }
            if arm.binding_only() {
                self.loosen(
                    &arm.place,
                    "left out: exists in the Workers binding only, not over HTTP",
                );
                continue;
            }
            let nested: Vec<_> = arm
                .list("oneOf")
                .into_iter()
                .chain(arm.list("anyOf"))
                .collect();
            let pure = arm.value.get("properties").is_none() && arm.text("$ref").is_none();
            if !nested.is_empty() && pure && depth < 16 {
                self.arms(nested, arms, depth + 1);
            } else if !arms.iter().any(|known| known.value == arm.value) {
                arms.push(arm);
            }
        }
    }

    /// `properties` beside alternatives: every alternative has them too.
    fn arms_with_base(&mut self, node: &Node<'a>, arms: &[Node<'a>], context: &Context) -> Type {
        let mut variants = Vec::new();
        for (index, arm) in arms.iter().enumerate() {
            let full = self.follow(arm);
            let (found, required) = self.properties(&[node.clone(), full.clone()]);
            let context = self.arm_context(&full, index, context);
            let ty = self.structure(&full, found, &required, &context);
            variants.push((full.text("title").map(str::to_owned), ty, full));
        }
        self.union(node, variants, context)
    }

    fn arm_context(&self, arm: &Node<'a>, index: usize, context: &Context) -> Context {
        let step = match arm.text("title") {
            Some(title) => title.to_owned(),
            None => self.arm_hint(arm, index),
        };
        match (&context.fixed, &context.owner) {
            // The alternatives of a model's input: `Llama4Prompt`, not `Llama4InputPrompt`.
            (Some(_), Owner::Model(_)) if context.steps.is_empty() => {
                let name = format!("{}{}", context.root, name::camel_case(&step));
                Context {
                    fixed: Some(name),
                    input: context.input,
                    ..context.step(&step)
                }
            }
            _ => context.step(&step),
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
            if let Some(tag) = single_text(&self.follow(&node)) {
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

    fn alternatives(&mut self, node: &Node<'a>, arms: &[Node<'a>], context: &Context) -> Type {
        if let Some(values) = self.texts(arms) {
            return self.text_union(node, &values, context);
        }
        let mut variants: Vec<(Option<String>, Type, Node<'a>)> = Vec::new();
        for (index, arm) in arms.iter().enumerate() {
            let inner = self.arm_context(arm, index, context);
            let ty = self.ty(arm, &inner);
            if !variants.iter().any(|(_, known, _)| *known == ty) {
                variants.push((arm.text("title").map(str::to_owned), ty, arm.clone()));
            }
        }
        self.union(node, variants, context)
    }

    /// Alternatives that are all text: their known values, and whether any text will do.
    fn texts(&self, arms: &[Node<'a>]) -> Option<Vec<Node<'a>>> {
        let mut found = Vec::new();
        for arm in arms {
            let arm = self.follow(arm);
            let values = arm.value.get("enum").and_then(Value::as_array);
            let constant = arm.value.get("const").is_some_and(Value::is_string);
            let listed = values.is_some_and(|list| {
                list.iter()
                    .all(|value| value.is_string() || value.is_null())
            });
            if arm.types() != ["string"] && !constant && !listed {
                return None;
            }
            if arm.value.get("contentEncoding").is_some() {
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
            let described = arm.value.get("x-enum-descriptions");
            let listed = arm.value.get("enum").and_then(Value::as_array);
            let all = listed
                .into_iter()
                .flatten()
                .chain(arm.value.get("const"))
                .filter_map(Value::as_str);
            for value in all {
                let docs = described
                    .and_then(|map| map.get(value))
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                values.push((value.to_owned(), docs.to_owned()));
            }
        }
        if values.is_empty() {
            Type::Text
        } else {
            self.open_enum(node, values, context)
        }
    }

    fn union(
        &mut self,
        node: &Node<'a>,
        variants: Vec<(Option<String>, Type, Node<'a>)>,
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
        if variants
            .iter()
            .all(|(_, ty, _)| matches!(ty, Type::Integer { .. } | Type::Number))
        {
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
        if variants
            .iter()
            .all(|(_, ty, _)| matches!(ty, Type::Media(_)))
        {
            let text = variants
                .iter()
                .any(|(_, ty, _)| *ty == Type::Media(Encoding::Base64));
            let (encoding, how) = if text {
                (Encoding::Base64, "base64 text")
            } else {
                (Encoding::Numbers, "numbers")
            };
            self.loosen(
                &node.place,
                format!("bytes that may travel in several ways always travel as {how}"),
            );
            return Type::Media(encoding);
        }
        if variants.iter().any(|(_, ty, _)| matches!(ty, Type::Any)) {
            self.loosen(&node.place, "an alternative takes anything: any JSON value");
            return Type::Any;
        }
        let names = self.variant_names(&variants);
        let variants = variants
            .into_iter()
            .zip(names)
            .map(|((_, ty, arm), name)| {
                let bare = self.bare(&arm);
                Variant {
                    name,
                    docs: self.docs(&arm),
                    limits: limits(&bare),
                    item_limits: bare
                        .get("items")
                        .map(|items| limits(&self.bare(&items)))
                        .unwrap_or_default(),
                    ty,
                }
            })
            .collect();
        self.define(node, Shape::Union(variants), context)
    }

    fn variant_names(&self, variants: &[(Option<String>, Type, Node<'a>)]) -> Vec<String> {
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
            let mut name = match (title, ty) {
                (Some(title), _) => name::variant(title),
                (None, Type::Named(_)) => distinct.next().unwrap_or_default(),
                (None, ty) => self.shape_name(ty),
            };
            while names.contains(&name) || name == "Unknown" {
                name.push('_');
            }
            names.push(name);
        }
        names
    }

    fn shape_name(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "Flag".to_owned(),
            Type::Integer { .. } | Type::Number => "Number".to_owned(),
            Type::Text => "Text".to_owned(),
            Type::Any | Type::TextOrJson => "Json".to_owned(),
            Type::Object | Type::Map(_) => "Object".to_owned(),
            Type::Media(_) => "Bytes".to_owned(),
            Type::Matrix => "Matrix".to_owned(),
            Type::Named(id) => name::last_word(&self.plain_name(*id)),
            Type::List(inner) => name::plural(&self.shape_name(inner)),
        }
    }

    fn plain_name(&self, id: DefId) -> String {
        match &self.api.def(id).naming {
            Naming::Fixed(name) => name.clone(),
            Naming::Nested { steps, .. } => steps
                .last()
                .map(|step| name::camel_case(step))
                .unwrap_or_default(),
        }
    }

    fn enumeration(&mut self, node: &Node<'a>, context: &Context) -> Type {
        let listed = node.value.get("enum").and_then(Value::as_array);
        let values: Vec<&Value> = listed
            .into_iter()
            .flatten()
            .chain(node.value.get("const"))
            .collect();
        let present = || values.iter().filter(|value| !value.is_null());
        if present().all(|value| value.is_string()) {
            let described = node.value.get("x-enum-descriptions");
            let known: Vec<(String, String)> = present()
                .filter_map(|value| value.as_str())
                .map(|value| {
                    let docs = described
                        .and_then(|map| map.get(value))
                        .and_then(Value::as_str)
                        .unwrap_or_default();
                    (value.to_owned(), docs.to_owned())
                })
                .collect();
            // One value is a constant, not a choice.
            return if known.len() < 2 {
                Type::Text
            } else {
                self.open_enum(node, known, context)
            };
        }
        if present().all(|value| value.is_boolean()) {
            Type::Bool
        } else if present().all(|value| value.is_i64() || value.is_u64()) {
            integer(node)
        } else if present().all(|value| value.is_number()) {
            Type::Number
        } else {
            self.loosen(
                &node.place.at("enum"),
                "values of several types: any JSON value",
            );
            Type::Any
        }
    }

    fn open_enum(
        &mut self,
        node: &Node<'a>,
        values: Vec<(String, String)>,
        context: &Context,
    ) -> Type {
        let mut known: Vec<EnumValue> = Vec::new();
        for (wire, docs) in values {
            if known.iter().any(|value| value.wire == wire) {
                continue;
            }
            let base = name::variant(&wire);
            let mut name = base.clone();
            let mut number = 1;
            while known.iter().any(|value| value.name == name) {
                number += 1;
                name = format!("{base}_{number}");
            }
            known.push(EnumValue { wire, name, docs });
        }
        self.define(node, Shape::Enum(known), context)
    }

    fn reference(&mut self, reference: &'a str, node: &Node<'a>, context: &Context) -> Type {
        if let Some(known) = self.named.get(reference) {
            return known.clone();
        }
        let target = self.follow(node);
        let Some(own) = Self::definition_context(reference, &target, context) else {
            return self.ty(&target, context);
        };
        if !self.open.insert(reference.to_owned()) {
            self.loosen(
                &node.place,
                "refers to a simple type that contains itself: any JSON value",
            );
            return Type::Any;
        }
        // A struct that leads back to itself finds its own name here.
        let reserved = self.is_structure(&target).then(|| {
            let id = self.push(
                &target,
                Shape::Union(Vec::new()),
                own.naming(),
                own.owner.clone(),
            );
            self.named.insert(reference.to_owned(), Type::Named(id));
            id
        });
        let ty = self.ty(&target, &own);
        self.open.remove(reference);
        let ty = match (reserved, &ty) {
            (Some(reserved), Type::Named(found)) if *found != reserved => {
                self.take(reserved, *found)
            }
            _ => ty,
        };
        self.named.insert(reference.to_owned(), ty.clone());
        ty
    }

    /// Moves what was just defined into the place that recursion already refers to.
    fn take(&mut self, reserved: DefId, found: DefId) -> Type {
        let fresh = found.0 + 1 == self.api.defs.len()
            && self.api.def(found).naming == self.api.def(reserved).naming;
        if !fresh {
            return Type::Named(found);
        }
        if let Some(mut def) = self.api.defs.pop() {
            def.naming = self.api.def(reserved).naming.clone();
            self.api.defs[reserved.0] = def;
        }
        Type::Named(reserved)
    }

    fn is_structure(&self, node: &Node<'a>) -> bool {
        let has = |key: &str| node.value.get(key).is_some();
        let node = self.bare(node);
        has("properties")
            || has("oneOf")
            || has("anyOf")
            || has("allOf")
            || node.value.get("properties").is_some()
    }

    /// The name and home of what `reference` leads to, if it is a definition and not just some place.
    fn definition_context(
        reference: &str,
        target: &Node<'a>,
        context: &Context,
    ) -> Option<Context> {
        let (file, pointer) = reference.split_once('#')?;
        let key = pointer
            .strip_prefix("/components/schemas/")
            .filter(|key| !key.contains('/'))?;
        let key = key.replace("~1", "/").replace("~0", "~");
        if let Some(stem) = file
            .strip_prefix("components/")
            .and_then(|name| name.strip_suffix(".json"))
        {
            let name = target
                .text("x-name")
                .map_or_else(|| name::camel_case(&key), str::to_owned);
            let owner = Owner::Component(stem.to_owned());
            return Some(Context {
                owner,
                root: name.clone(),
                steps: Vec::new(),
                fixed: Some(name),
                input: false,
            });
        }
        let fixed = Some(format!("{}{}", context.root, name::camel_case(&key)));
        Some(Context {
            steps: vec![key],
            fixed,
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
                name::camel_case(steps.last().map_or("", String::as_str))
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

    /// Description, default and marks: those nearest to the property win.
    pub(crate) fn docs(&self, node: &Node<'a>) -> Docs {
        let mut docs = Docs::default();
        let mut node = node.clone();
        for _ in 0..64 {
            if docs.text.is_empty() {
                node.text("description")
                    .unwrap_or_default()
                    .clone_into(&mut docs.text);
            }
            docs.default = docs.default.or_else(|| {
                node.value
                    .get("default")
                    .cloned()
                    .filter(|value| !value.is_null())
            });
            docs.uncertain = docs
                .uncertain
                .or_else(|| node.text("x-uncertain").map(str::to_owned));
            if let Some(pattern) = node.text("pattern") {
                docs.notes
                    .push(format!("Pattern: `{}`.", pattern.replace('`', "'")));
            }
            if let Some(values) = node.value.get("enum").and_then(Value::as_array) {
                if values.iter().all(|value| !value.is_string()) {
                    let list: Vec<String> =
                        values.iter().map(|value| format!("`{value}`")).collect();
                    docs.notes.push(format!("Values: {}.", list.join(", ")));
                }
            }
            let Some(reference) = node.text("$ref") else {
                break;
            };
            let Some(value) = self.corpus.node(reference) else {
                break;
            };
            node = Node {
                place: node.place,
                value,
            };
        }
        docs
    }

    /// A component that no model leads to is not generated; say so.
    fn unused_components(&mut self) {
        for (file, document) in &self.corpus.components {
            let schemas = document
                .pointer("/components/schemas")
                .and_then(Value::as_object);
            for name in schemas.into_iter().flat_map(Map::keys) {
                let reference = format!("{file}#/components/schemas/{name}");
                let place = Place::file(file).at("components").at("schemas").at(name);
                let service = file == "components/service.json";
                if !service && !self.followed.borrow().contains(&reference) {
                    self.loosen(&place, "no model uses this component: left out");
                }
            }
        }
    }
}

/// Shapes are equal if fields are, whatever the descriptions say.
fn same_shape(left: &Shape, right: &Shape) -> bool {
    match (left, right) {
        (Shape::Struct { fields: a, tag: x }, Shape::Struct { fields: b, tag: y }) => {
            let key = |field: &Field| (field.wire.clone(), field.ty.clone(), field.required);
            x == y
                && a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| {
                    key(a) == key(b) && a.limits == b.limits && a.item_limits == b.item_limits
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

fn text(node: &Node<'_>) -> Type {
    let binary = matches!(node.text("format"), Some("binary" | "byte"));
    if node.text("contentEncoding") == Some("base64") || node.text("format") == Some("byte") {
        Type::Media(Encoding::Base64)
    } else if binary
        || node
            .text("contentMediaType")
            .is_some_and(|kind| !kind.starts_with("text/") && kind != "application/json")
    {
        Type::Media(Encoding::Raw)
    } else {
        Type::Text
    }
}

fn integer(node: &Node<'_>) -> Type {
    let format = node
        .text("format")
        .is_some_and(|format| format.starts_with("uint"));
    let minimum = node
        .value
        .get("minimum")
        .and_then(Value::as_f64)
        .is_some_and(|minimum| minimum >= 0.0);
    Type::Integer {
        unsigned: format || minimum,
    }
}

fn is_byte(node: &Node<'_>) -> bool {
    let limit = |key: &str| node.value.get(key).and_then(Value::as_u64);
    node.types() == ["integer"] && limit("minimum") == Some(0) && limit("maximum") == Some(255)
}

/// The only value a text property can have.
fn single_text<'a>(node: &Node<'a>) -> Option<&'a str> {
    if let Some(Value::String(text)) = node.value.get("const") {
        return Some(text);
    }
    match node
        .value
        .get("enum")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([Value::String(text)]) => Some(text),
        _ => None,
    }
}

fn limits(node: &Node<'_>) -> Limits {
    let number = |key: &str| {
        node.value
            .get(key)
            .filter(|value| value.is_number())
            .cloned()
    };
    let count = |key: &str| node.value.get(key).and_then(Value::as_u64);
    Limits {
        minimum: number("minimum").or_else(|| number("exclusiveMinimum")),
        maximum: number("maximum").or_else(|| number("exclusiveMaximum")),
        min_length: count("minLength"),
        max_length: count("maxLength"),
        min_items: count("minItems").or_else(|| count("minProperties")),
        max_items: count("maxItems").or_else(|| count("maxProperties")),
    }
}
