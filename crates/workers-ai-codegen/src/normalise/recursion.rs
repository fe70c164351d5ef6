//! Every place is read once: what leads back to where it is being read gets a place that is filled in later.

use std::collections::HashMap;

use super::Reader;
use super::node::{Context, Node};
use crate::fault::Place;
use crate::ir::{Api, DefId, Owner, Shape, Type};

const NOTHING_ELSE: &str = "leads back to itself and is nothing else; say what it holds";

/// What is read once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// What a reference leads to; of a place that is no definition, for whom it is read.
    Reference(Option<Owner>, String),
    /// A schema where it stands, read for one definition.
    Inline(Owner, String, Place),
}

impl Key {
    pub(super) fn inline(node: &Node<'_>, context: &Context) -> Self {
        Self::Inline(
            context.owner.clone(),
            context.root.clone(),
            node.place.clone(),
        )
    }
}

#[derive(Debug)]
pub(super) enum Known {
    /// Being read, and the place that was kept for it if it led back to itself.
    Open(Option<DefId>),
    Done(Type),
}

impl<'a> Reader<'a> {
    /// What `read` makes of a schema the first time; later, and on the way, the same again.
    pub(super) fn once(
        &mut self,
        key: Key,
        node: &Node<'a>,
        context: &Context,
        read: impl FnOnce(&mut Self) -> Type,
    ) -> Type {
        match self.known.get(&key) {
            Some(Known::Done(ty)) => return ty.clone(),
            Some(Known::Open(Some(kept))) => return Type::Named(*kept),
            Some(Known::Open(None)) => {
                let owner = context.owner.clone();
                let kept = self.push(node, Shape::Union(Vec::new()), context.naming(), owner);
                self.known.insert(key, Known::Open(Some(kept)));
                return Type::Named(kept);
            }
            None => {}
        }
        self.known.insert(key.clone(), Known::Open(None));
        let ty = read(self);
        if let Some(Known::Open(Some(kept))) = self.known.insert(key, Known::Done(ty.clone())) {
            self.aliases.insert(kept, ty.clone());
        }
        ty
    }

    /// Puts the types themselves where a place was kept for them.
    pub(super) fn replace_aliases(&mut self) {
        let mut aliases = std::mem::take(&mut self.aliases);
        let mut open: Vec<DefId> = aliases.keys().copied().collect();
        open.sort();
        for id in open {
            if is_circular(&aliases, id) {
                let place = self.api.def(id).place.clone();
                self.faults.add(&place, NOTHING_ELSE);
                aliases.insert(id, Type::Any);
            }
        }
        while !aliases.is_empty() {
            replace(&mut self.api, &aliases);
            for options in self.options.values_mut() {
                if let Some(Type::Named(id)) = aliases.get(options) {
                    *options = *id;
                }
            }
            aliases = self.lone_alternatives();
        }
    }

    /// A union that is its own alternative is what the others are.
    fn lone_alternatives(&mut self) -> HashMap<DefId, Type> {
        let mut lone = HashMap::new();
        for index in 0..self.api.defs.len() {
            let id = DefId(index);
            let Shape::Union(variants) = &mut self.api.defs[index].shape else {
                continue;
            };
            if variants.is_empty() {
                continue;
            }
            let mut known: Vec<Type> = vec![Type::Named(id)];
            variants.retain(|variant| {
                let new = !known.contains(&variant.ty);
                known.push(variant.ty.clone());
                new
            });
            match variants.as_slice() {
                [] => {
                    let place = self.api.defs[index].place.clone();
                    self.faults.add(&place, NOTHING_ELSE);
                }
                [only] => {
                    lone.insert(id, only.ty.clone());
                    variants.clear();
                }
                _ => {}
            }
        }
        let circular: Vec<DefId> = lone
            .keys()
            .copied()
            .filter(|id| is_circular(&lone, *id))
            .collect();
        for id in circular {
            lone.insert(id, Type::Any);
            let place = self.api.def(id).place.clone();
            self.faults.add(&place, NOTHING_ELSE);
        }
        lone
    }
}

/// Whether following aliases from `start` leads back to it.
fn is_circular(aliases: &HashMap<DefId, Type>, start: DefId) -> bool {
    let mut at = start;
    for _ in 0..=aliases.len() {
        match aliases.get(&at).map(Api::named) {
            Some(Some(next)) if next == start => return true,
            Some(Some(next)) => at = next,
            _ => return false,
        }
    }
    // A ring further on, which is reported where it is.
    true
}

fn replace(api: &mut Api, aliases: &HashMap<DefId, Type>) {
    for def in &mut api.defs {
        match &mut def.shape {
            Shape::Struct { fields, .. } => {
                for field in fields {
                    put(&mut field.ty, aliases);
                }
            }
            Shape::Union(variants) => {
                for variant in variants {
                    put(&mut variant.ty, aliases);
                }
            }
            Shape::Enum(_) => {}
        }
    }
    for model in &mut api.models {
        let event = model.stream.as_mut().map(|stream| &mut stream.event);
        let types = [
            Some(&mut model.input),
            Some(&mut model.output),
            model.batch.as_mut(),
            event,
        ];
        types.into_iter().flatten().for_each(|ty| put(ty, aliases));
        if let Some(Type::Named(id)) = model.options.and_then(|id| aliases.get(&id)) {
            model.options = Some(*id);
        }
    }
}

fn put(ty: &mut Type, aliases: &HashMap<DefId, Type>) {
    match ty {
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => put(inner, aliases),
        Type::Named(id) => {
            if let Some(known) = aliases.get(id) {
                *ty = known.clone();
                put(ty, aliases);
            }
        }
        _ => {}
    }
}
