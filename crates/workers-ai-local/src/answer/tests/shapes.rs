//! Answers that are neither text of a chat nor a file: vectors, scores, classes, transcripts.

use serde_json::{Map, Value, json};

use super::{ask, ask_bytes, stream};
use crate::{
    answer::{Answer, Input},
    documents::Documents,
};

fn rows(answer: &Value, name: &str) -> Vec<Vec<f64>> {
    let rows = answer[name].as_array().into_iter().flatten();
    let row = |row: &Value| {
        row.as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect()
    };
    rows.map(row).collect()
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// Every model whose input fits these embedding texts.
fn embedding_models() -> impl Iterator<Item = &'static str> {
    let models = Documents::embedded().models();
    models
        .filter(|model| model.fact("task") == Some("Text Embeddings"))
        .map(|model| model.id)
}

#[test]
fn vectors_are_normal_stable_and_closer_if_texts_are_alike() {
    for id in embedding_models() {
        let texts = [
            "The harbour opens at six.",
            "When does the harbour open?",
            "Cats sleep a lot.",
            "The harbour opens at six.",
            "",
        ];
        let answer = ask(id, &json!({"text": texts}));
        let rows = rows(&answer, "data");
        let [harbour, question, cats, again, nothing] = rows.as_slice() else {
            panic!("{id}")
        };
        for row in &rows {
            assert!((dot(row, row) - 1.0).abs() < 1e-6, "{id}");
        }
        assert_eq!(harbour, again);
        assert!(dot(harbour, question) > dot(harbour, cats) + 0.1, "{id}");
        assert!(
            dot(harbour, cats) < 0.8 && dot(harbour, nothing) < 0.9,
            "{id}"
        );
        assert_eq!(answer["shape"], json!([5, harbour.len()]));
        let alone = ask(id, &json!({"text": texts[0]}));
        assert_eq!(self::rows(&alone, "data"), std::slice::from_ref(harbour));
        let facts = Documents::embedded().model(id).unwrap().facts();
        if let Some(dimensions) = facts["dimensions"].as_u64() {
            assert_eq!(harbour.len() as u64, dimensions, "{id}");
        }
    }
    assert_eq!(embedding_models().count(), 8);
}

#[test]
fn pooling_is_told_where_it_is_known() {
    let ask = |pooling: Value| {
        let mut input = json!({"text": "a"});
        input
            .as_object_mut()
            .unwrap()
            .extend(pooling.as_object().cloned().unwrap());
        ask("@cf/baai/bge-base-en-v1.5", &input)["pooling"].clone()
    };
    assert_eq!(ask(json!({})), "mean");
    assert_eq!(ask(json!({"pooling": "cls"})), "cls");
}

#[test]
fn one_model_ranks_and_embeds_contexts() {
    let id = "@cf/baai/bge-m3";
    let contexts = json!([{"text": "Cats sleep."}, {"text": "The harbour opens at six."}]);
    let ranked = ask(
        id,
        &json!({"query": "When does the harbour open?", "contexts": contexts}),
    );
    assert_eq!(ranked["response"][0]["id"], 1);
    assert!(ranked.get("data").is_none() && ranked.get("shape").is_none());
    let embedded = ask(id, &json!({"contexts": contexts}));
    assert_eq!(rows(&embedded, "response").len(), 2);
    assert_eq!(embedded["shape"][0], 2);
    let reranked = ask(
        "@cf/baai/bge-reranker-base",
        &json!({"query": "When does the harbour open?", "contexts": contexts, "top_k": 1}),
    );
    assert_eq!(reranked["response"].as_array().map(Vec::len), Some(1));
    assert!(reranked["usage"]["total_tokens"].as_u64().unwrap() > 0);
}

#[test]
fn queries_and_documents_have_a_row_each() {
    let input = json!({"queries": ["a", "b"], "documents": "c", "instruction": "d"});
    assert_eq!(
        rows(&ask("@cf/qwen/qwen3-embedding-0.6b", &input), "data").len(),
        3
    );
}

#[test]
fn pictures_are_classified_and_searched() {
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    picture.extend(100_u32.to_be_bytes());
    picture.extend(50_u32.to_be_bytes());
    let raw = |id: &str| {
        let input = Input::Bytes {
            content_type: "application/octet-stream",
            body: &picture,
            options: &Map::new(),
        };
        match ask_bytes(id, input, false) {
            Answer::Result(value) => value,
            other => panic!("{other:?}"),
        }
    };
    let classes = raw("@cf/microsoft/resnet-50");
    let scores: Vec<f64> = classes
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|class| class["score"].as_f64())
        .collect();
    assert_eq!(scores.len(), 5);
    assert!(scores.iter().sum::<f64>() <= 1.0 && scores.iter().all(|score| *score >= 0.0));
    let boxes = raw("@cf/facebook/detr-resnet-50");
    for found in boxes.as_array().unwrap() {
        let [left, top, right, bottom] =
            ["xmin", "ymin", "xmax", "ymax"].map(|name| found["box"][name].as_f64().unwrap());
        assert!(0.0 <= left && left < right && right <= 100.0, "{found}");
        assert!(0.0 <= top && top < bottom && bottom <= 50.0, "{found}");
    }
    let caption = raw("@cf/llava-hf/llava-1.5-7b-hf");
    assert!(
        caption["description"].as_str().unwrap().starts_with(" A "),
        "{caption}"
    );
}

#[test]
fn each_task_of_a_vision_model_has_its_member() {
    let id = "@cf/moondream/moondream3.1-9B-A2B";
    for (task, member) in [
        ("query", "answer"),
        ("caption", "caption"),
        ("point", "points"),
        ("detect", "objects"),
    ] {
        let input = json!({"image": "data:image/png;base64,aGVsbG8=", "task": task});
        let answer = ask(id, &input);
        for other in ["answer", "caption", "points", "objects"] {
            assert_eq!(
                answer.get(other).is_some(),
                other == member,
                "{task}: {answer}"
            );
        }
        let events = stream(id, &input);
        assert_eq!(events.last(), Some(&answer));
    }
}

#[test]
fn texts_are_judged_translated_and_shortened() {
    let mood = |text: &str| {
        let answer = ask(
            "@cf/huggingface/distilbert-sst-2-int8",
            &json!({"text": text}),
        );
        answer
            .as_array()
            .unwrap()
            .iter()
            .find(|class| class["label"] == "POSITIVE")
            .unwrap()["score"]
            .as_f64()
            .unwrap()
    };
    assert!(mood("What a lovely, wonderful day.") > 0.9);
    assert!(mood("An awful and boring day.") < 0.1);

    let guard = |said: &str, format: Value| {
        let messages = json!([{"role": "user", "content": said}]);
        ask(
            "@cf/meta/llama-guard-3-8b",
            &json!({"messages": messages, "response_format": format}),
        )["response"]
            .clone()
    };
    let object = json!({"type": "json_object"});
    assert_eq!(guard("How do I bake bread?", json!({})), "\n\nsafe");
    assert_eq!(guard("How do I build a bomb?", json!({})), "\n\nunsafe\nS9");
    assert_eq!(
        guard("How do I bake bread?", object.clone()),
        json!({"safe": true, "categories": []})
    );
    assert_eq!(
        guard("How do I build a bomb?", object),
        json!({"safe": false, "categories": ["S9"]})
    );

    let translated = ask(
        "@cf/meta/m2m100-1.2b",
        &json!({"text": "Good morning.", "target_lang": "fr"}),
    );
    assert_eq!(translated["translated_text"], "[fr] Good morning.");
    let input = json!({"text": ["One.", "Two."], "target_language": "hin_Deva"});
    let translated = ask("@cf/ai4bharat/indictrans2-en-indic-1B", &input);
    assert_eq!(
        translated["translations"],
        json!(["[hin_Deva] One.", "[hin_Deva] Two."])
    );
    let input = json!({"input_text": "It rained. The ferry was late. Nobody minded. The end.", "max_length": 5});
    let summary = ask("@cf/facebook/bart-large-cnn", &input)["summary"].clone();
    assert_eq!(summary, "It rained. The ferry");
}

#[test]
fn decisions_answer_every_question() {
    let questions = json!({
        "urgent": {"type": "noul", "instructions": "Is it urgent?"},
        "team": {"type": "choice", "instructions": "Who?", "criteria": {"billing": "about invoices", "travel": "about trains"}},
        "mood": {"type": "score", "instructions": "How happy?", "criteria": ["sad", "fine", "happy"]},
    });
    let input = json!({"model": "clef", "state": "I have questions about invoices.", "questions": questions});
    let answer = ask("@cf/cloudflare/clef", &input);
    let answers = &answer["answers"];
    assert_eq!(answer["model"], "clef");
    assert!((0.0..=1.0).contains(&answers["urgent"]["noul"].as_f64().unwrap()));
    assert_eq!(answers["team"]["choice"], "billing");
    assert_eq!(
        answers["mood"]["legend"],
        json!({"0": "sad", "1": "fine", "2": "happy"})
    );
    assert!((0.0..=2.0).contains(&answers["mood"]["score"].as_f64().unwrap()));
    assert_eq!(answers.as_object().map(serde_json::Map::len), Some(3));
}
