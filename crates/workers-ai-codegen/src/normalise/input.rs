//! A model's input and answer: the forms for batches taken off.

use serde_json::Value;

use super::node::{Context, Node};
use super::{Reader, same_shape};
use crate::ir::{DefId, Shape, Type};

impl<'a> Reader<'a> {
    /// A model's input: its alternatives without the batch form, and the type of one request in a batch.
    pub(crate) fn input(&mut self, node: &Node<'a>, context: &Context) -> (Type, Option<Type>) {
        let inner = self.follow(node);
        let mut arms = Vec::new();
        self.arms(inner.alternatives(), &mut arms, 0);
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
    pub(super) fn batch_items(&self, arm: &Node<'a>) -> Option<Node<'a>> {
        let arm = self.follow(arm);
        let properties = arm.get("properties")?;
        if properties.value.as_object()?.len() != 1 {
            return None;
        }
        self.follow(&properties.get("requests")?).get("items")
    }

    /// The input itself, where the items take the same alternatives; else a type of its own.
    pub(super) fn batch_request(
        &mut self,
        items: &Node<'a>,
        input: &Type,
        known: &[Type],
        context: &Context,
    ) -> Type {
        let mut arms = Vec::new();
        let inner = self.follow(items);
        self.arms(inner.alternatives(), &mut arms, 0);
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
        self.arms(inner.alternatives(), &mut arms, 0);
        let all = arms.len();
        arms.retain(|arm| !self.is_acknowledgement(arm));
        match arms.as_slice() {
            _ if arms.len() == all => self.ty(node, context),
            [only] => self.ty(only, context),
            _ => self.alternatives(&inner, &arms, context),
        }
    }

    pub(super) fn is_acknowledgement(&self, arm: &Node<'a>) -> bool {
        let arm = self.follow(arm);
        let properties = arm.value.get("properties").and_then(Value::as_object);
        properties.is_some_and(|map| {
            map.contains_key("request_id")
                && map
                    .keys()
                    .all(|key| ["request_id", "status", "model"].contains(&key.as_str()))
        })
    }
}
