//! A whole `OpenAPI` document, with one operation for each model.

use serde_json::Value;

use super::{Part, Published, Upstream, is_id, not_an_id};
use crate::{Place, facts, import::counted};

impl Published {
    pub(super) fn openapi(&mut self, document: &Value, place: &Place) {
        let paths = document.get("paths").and_then(Value::as_object);
        let place = place.at("paths");
        let mut skipped = 0;
        let before = self.models.len();
        for (path, item) in paths.into_iter().flatten() {
            let Some((_, id)) = path.split_once("/ai/run/") else {
                continue;
            };
            let Some((item, place)) = self.behind(document, item, place.at(path)) else {
                continue;
            };
            let last = id.rsplit('/').next().unwrap_or(id);
            if id.contains('{') || item.get("post").is_none() {
                continue;
            }
            if last.starts_with("nonomni-") {
                skipped += 1;
                continue;
            }
            if !is_id(id) {
                self.fault(&place, not_an_id(id));
                continue;
            }
            self.operation(id, document, item, &place.at("post"));
        }
        if skipped > 0 {
            self.note(
                &place,
                format!(
                    "{} `nonomni-…` left out",
                    counted(skipped, "internal duplicate", "internal duplicates")
                ),
            );
        }
        if self.models.len() == before && self.faults.is_empty() {
            self.fault(&place, "no operation `…/ai/run/<model id>`");
        }
    }

    fn operation(&mut self, id: &str, document: &Value, item: &Value, place: &Place) {
        let Some(post) = item.get("post") else { return };
        let body = self.contents(document, post, "/requestBody", place);
        let bodies = body.unwrap_or_default();
        if bodies.is_empty() {
            self.note(
                place,
                format!("`{id}` has no body: it takes any JSON value"),
            );
        }
        let answers = self.contents(document, post, "/responses/200", place);
        let mut facts = facts::of_id(id);
        if let Some(task) = post.pointer("/tags/0").and_then(Value::as_str) {
            facts.insert("task".to_owned(), facts::task(task).into());
        }
        self.models.push(Upstream {
            place: place.clone(),
            id: id.to_owned(),
            about: None,
            facts,
            info: None,
            parameters: Vec::new(),
            bodies,
            answers: answers.unwrap_or_default(),
            flattened: true,
            root: document.get("components").map_or(
                Value::Null,
                |components| serde_json::json!({"components": components}),
            ),
        });
    }

    /// The forms of what stands at `pointer` below an operation.
    fn contents(
        &mut self,
        document: &Value,
        post: &Value,
        pointer: &str,
        place: &Place,
    ) -> Option<Vec<Part>> {
        let place = Place {
            file: place.file.clone(),
            pointer: format!("{}{pointer}", place.pointer),
        };
        let (node, place) = self.behind(document, post.pointer(pointer)?, place)?;
        let content = node.get("content")?.as_object()?;
        let parts = content.iter().map(|(media, value)| Part {
            media: media.clone(),
            schema: value.get("schema").cloned().unwrap_or(Value::Bool(true)),
            place: place.at("content").at(media).at("schema"),
        });
        Some(parts.collect())
    }

    /// What a node refers to and where that stands, or the node itself.
    fn behind<'a>(
        &mut self,
        document: &'a Value,
        node: &'a Value,
        place: Place,
    ) -> Option<(&'a Value, Place)> {
        let (mut node, mut at) = (node, place);
        let mut seen = vec![at.pointer.clone()];
        while let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            let place = at.at("$ref");
            let Some(pointer) = reference.strip_prefix('#') else {
                let message = format!(
                    "`{reference}` leads out of the file; put what it leads to in its place"
                );
                self.fault(&place, message);
                return None;
            };
            let Some(target) = document.pointer(pointer) else {
                self.fault(&place, format!("`{reference}` leads nowhere"));
                return None;
            };
            if seen.iter().any(|known| known == pointer) {
                self.fault(&place, format!("`{reference}` leads back to itself"));
                return None;
            }
            seen.push(pointer.to_owned());
            pointer.clone_into(&mut at.pointer);
            node = target;
        }
        Some((node, at))
    }
}
