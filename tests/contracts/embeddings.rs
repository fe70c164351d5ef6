//! Vectors and rankings.

use serde_json::{Value, json};
use workers_ai_models::{
    BgeBaseEnV15, BgeLargeEnV15, BgeM3, BgeM3Output, BgeRerankerBase, BgeSmallEnV15,
    Embeddinggemma300m, Matrix, Model, OmniBgeBaseEnV15, PlamoEmbedding1b, Pooling,
    Qwen3Embedding06b,
};

use crate::models::{answer, read};

fn rows() -> Matrix {
    vec![vec![0.5, -0.25, 1e-9], vec![1.0, 0.0, -1.0]].into()
}

#[test]
fn vectors_come_with_more_or_less_around_them() {
    let data = json!([[0.5, -0.25, 1e-9], [1, 0, -1]]);
    let full = json!({
        "data": data, "shape": [2, 3.0], "pooling": "cls", "response": null,
        "usage": {"prompt_tokens": 9, "total_tokens": 9, "prompt_tokens_details": {"cached_tokens": 0}, "neurons": 0.01},
        "meta": {"cost_metric_name": "input_tokens", "tokens": 9}
    });
    let bare = json!({"data": data});
    macro_rules! expect_vectors {
        ($($model:ty),*) => {$(
            let answer = self::answer::<$model>(&full);
            assert_eq!(answer.data, Some(rows()), "{}", <$model>::ID);
            assert_eq!(answer.shape, Some(vec![2, 3]), "{}", <$model>::ID);
            assert_eq!(answer.pooling, Some(Pooling::Cls), "{}", <$model>::ID);
            let usage = answer.usage.expect("usage");
            assert_eq!((usage.prompt_tokens, usage.neurons), (Some(9), Some(0.01)), "{}", <$model>::ID);
            assert_eq!(answer.meta.expect("facts")["tokens"], 9, "{}", <$model>::ID);

            let answer = self::answer::<$model>(&bare);
            assert_eq!(answer.data, Some(rows()), "{}", <$model>::ID);
            assert_eq!((answer.shape, answer.pooling), (None, None), "{}", <$model>::ID);
            assert!(answer.usage.is_none() && answer.meta.is_none(), "{}", <$model>::ID);
        )*};
    }
    expect_vectors!(
        BgeBaseEnV15,
        BgeLargeEnV15,
        BgeSmallEnV15,
        OmniBgeBaseEnV15,
        Embeddinggemma300m,
        PlamoEmbedding1b,
        Qwen3Embedding06b
    );
}

#[test]
fn pooling_is_one_of_two_something_new_or_nothing() {
    let pooling =
        |pooling: Value| answer::<BgeSmallEnV15>(&json!({"data": [], "pooling": pooling})).pooling;
    assert_eq!(pooling(json!("mean")), Some(Pooling::Mean));
    assert_eq!(pooling(json!("none")), Some(Pooling::from("none")));
    assert!(pooling(json!("none")).is_some_and(|pooling| !pooling.is_known()));
    assert_eq!(pooling(json!(null)), None);
}

#[test]
fn vectors_may_be_none_and_of_different_lengths() {
    let data = |data: Value| answer::<BgeBaseEnV15>(&json!({"data": data})).data;
    assert!(data(json!([])).is_some_and(|rows| rows.is_empty()));
    let ragged = data(json!([[1.0], [], [2.0, 3.0]])).expect("rows");
    assert_eq!(ragged.into_rows(), [vec![1.0], vec![], vec![2.0, 3.0]]);
    for broken in ["[[1e400]]", "[[\"1\"]]", "[1, 2]", "[[null]]", "{}"] {
        let text = format!("{{\"data\": {broken}}}");
        let read: Result<<BgeBaseEnV15 as Model>::Output, _> = serde_json::from_str(&text);
        assert!(read.is_err(), "{text}");
    }
}

#[test]
fn j13_large_numbers_stay_finite() {
    let rows = answer::<BgeM3>(&json!({"data": [[1e39, -1e308, 5e-324]]}));
    let BgeM3Output::Embeddings(answer) = rows else {
        panic!("vectors")
    };
    assert_eq!(answer.data.expect("rows").as_flat(), [1e39, -1e308, 5e-324]);
}

#[test]
fn bge_m3_ranks() {
    for extra in [
        json!({}),
        json!({"usage": {"prompt_tokens": 21, "total_tokens": 21}}),
        json!({"usage": null, "data": null, "meta": {"tokens": 21}}),
    ] {
        let mut body = json!({"response": [{"id": 1, "score": 0.71}, {"id": 0, "score": 1.3e-5}]});
        body.as_object_mut()
            .expect("an object")
            .extend(extra.as_object().expect("an object").clone());
        let BgeM3Output::Scores(scores) = answer::<BgeM3>(&body) else {
            panic!("scores: {body}")
        };
        let ranked = scores.response.as_ref().expect("scores");
        let ranked: Vec<_> = ranked
            .iter()
            .map(|context| (context.id, context.score))
            .collect();
        assert_eq!(ranked, [(Some(1), Some(0.71)), (Some(0), Some(1.3e-5))]);
    }
}

#[test]
fn bge_m3_says_what_its_ranking_cost() {
    let body = json!({
        "response": [{"id": 0, "score": 0.7}],
        "usage": {"prompt_tokens": 21, "total_tokens": 21}
    });
    let kept = serde_json::to_value(answer::<BgeM3>(&body)).expect("JSON");
    assert_eq!(crate::lost(&kept, &body), None);
}

#[test]
fn bge_m3_says_what_the_vectors_of_contexts_cost() {
    let body = json!({
        "response": [[0.5, -0.25]], "shape": [1, 2], "pooling": "cls",
        "usage": {"prompt_tokens": 21, "total_tokens": 21}
    });
    let kept = serde_json::to_value(answer::<BgeM3>(&body)).expect("JSON");
    assert_eq!(crate::lost(&kept, &body), None);
}

#[test]
fn bge_m3_embeds_contexts() {
    let body =
        json!({"response": [[0.5, -0.25, 1e-9], [1, 0, -1]], "shape": [2, 3], "pooling": "cls"});
    let BgeM3Output::ContextEmbeddings(vectors) = answer::<BgeM3>(&body) else {
        panic!("vectors")
    };
    assert_eq!(vectors.response, Some(rows()));
    assert_eq!(vectors.shape, Some(vec![2, 3]));
    assert_eq!(vectors.pooling, Some(Pooling::Cls));
}

#[test]
fn bge_m3_embeds_texts_with_a_response_of_null_beside_them() {
    for body in [
        json!({"data": [[0.5, -0.25, 1e-9], [1, 0, -1]], "shape": [2, 3], "response": null}),
        json!({"data": [[0.5, -0.25, 1e-9], [1, 0, -1]], "pooling": null}),
    ] {
        let BgeM3Output::Embeddings(vectors) = answer::<BgeM3>(&body) else {
            panic!("vectors: {body}")
        };
        assert_eq!(vectors.data, Some(rows()));
    }
}

#[test]
fn bge_m3_keeps_what_is_neither() {
    for body in [
        json!({"response": "later"}),
        json!({"vectors": [[1]]}),
        json!({}),
    ] {
        let kept = serde_json::to_value(answer::<BgeM3>(&body)).expect("JSON");
        assert_eq!(crate::lost(&kept, &body), None, "{body}");
    }
}

#[test]
fn the_reranker_gives_small_scores_in_their_order_with_ids_and_usage() {
    let body = json!({
        "response": [
            {"id": 2, "score": 0.998_745}, {"id": 0, "score": 1.5e-5}, {"id": 1.0, "score": 0}
        ],
        "usage": {"prompt_tokens": 57, "completion_tokens": 0, "total_tokens": 57}
    });
    let answer = answer::<BgeRerankerBase>(&body);
    let ranked = answer.response.expect("scores");
    let ranked: Vec<_> = ranked
        .iter()
        .map(|context| (context.id, context.score))
        .collect();
    assert_eq!(
        ranked,
        [
            (Some(2), Some(0.998_745)),
            (Some(0), Some(1.5e-5)),
            (Some(1), Some(0.0))
        ]
    );
    assert_eq!(answer.usage.expect("usage").total_tokens, Some(57));
    assert!(read::<<BgeRerankerBase as Model>::Output>(&json!({"response": []})).is_ok());
}
