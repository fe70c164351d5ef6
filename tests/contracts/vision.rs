//! Classification, detection and captions.

use serde_json::{Value, json};
use workers_ai_models::{
    DetrResnet50, DistilbertSst2Int8, Llava15_7bHf, Moondream31_9bA2b, Resnet50, UformGen2Qwen500m,
};

use crate::models::{answer, event};

#[test]
fn classes_come_as_a_list_in_any_order_with_tiny_scores() {
    let body = json!([
        {"label": "NEGATIVE", "score": 1.5e-6}, {"label": "POSITIVE", "score": 1}, {"score": 0.5}
    ]);
    for classes in [
        answer::<DistilbertSst2Int8>(&body),
        answer::<Resnet50>(&body),
    ] {
        let classes: Vec<_> = classes
            .iter()
            .map(|one| (one.label.as_deref(), one.score))
            .collect();
        let expected = [
            (Some("NEGATIVE"), Some(1.5e-6)),
            (Some("POSITIVE"), Some(1.0)),
            (None, Some(0.5)),
        ];
        assert_eq!(classes, expected);
    }
    assert!(answer::<Resnet50>(&json!([])).is_empty());
}

#[test]
fn objects_come_with_the_box_around_them_in_whole_or_broken_pixels() {
    let body = json!([
        {"label": "lamp", "score": 0.99, "box": {"xmin": 12, "ymin": 3.5, "xmax": 640.25, "ymax": 480}},
        {"label": "cat", "score": 0.1, "box": null}
    ]);
    let objects = answer::<DetrResnet50>(&body);
    assert_eq!(objects[0].label.as_deref(), Some("lamp"));
    let place = objects[0].box_.as_ref().expect("a box");
    let place = [place.xmin, place.ymin, place.xmax, place.ymax];
    assert_eq!(place, [Some(12.0), Some(3.5), Some(640.25), Some(480.0)]);
    assert!(objects[1].box_.is_none());
}

#[test]
fn captions_keep_the_blank_they_begin_with() {
    let body = json!({"description": " A lamp in a hall.", "usage": null});
    let text = Some(" A lamp in a hall.");
    assert_eq!(answer::<Llava15_7bHf>(&body).description.as_deref(), text);
    assert_eq!(
        answer::<UformGen2Qwen500m>(&body).description.as_deref(),
        text
    );
}

#[test]
fn moondream_answers_null_to_what_was_not_asked() {
    let nothing = json!({
        "finish_reason": null, "metrics": null, "answer": null, "caption": null, "points": null,
        "objects": null, "reasoning": null
    });
    assert_eq!(
        answer::<Moondream31_9bA2b>(&nothing),
        answer::<Moondream31_9bA2b>(&json!({}))
    );
    let body = json!({
        "answer": "Two.", "caption": null, "objects": null, "finish_reason": "stop",
        "points": [{"x": 0.25, "y": 1}],
        "reasoning": {"text": "I see two.", "grounding": [{"start": 0, "points": [[0.5, 0.5]]}]},
        "metrics": {"input_tokens": 730.0, "output_tokens": 3, "prefill_time_ms": 41.5, "decode_time_ms": 9, "ttft_ms": null}
    });
    let answer = answer::<Moondream31_9bA2b>(&body);
    assert_eq!(answer.answer.as_deref(), Some("Two."));
    assert_eq!((answer.caption, answer.objects), (None, None));
    let points = answer.points.expect("points");
    assert_eq!((points[0].x, points[0].y), (Some(0.25), Some(1.0)));
    let reasoning = answer.reasoning.expect("reasoning");
    assert_eq!(reasoning.text.as_deref(), Some("I see two."));
    assert_eq!(reasoning.grounding.expect("places")[0]["start"], 0);
    let metrics = answer.metrics.expect("metrics");
    assert_eq!(
        (metrics.input_tokens, metrics.decode_time_ms),
        (Some(730), Some(9.0))
    );
    assert_eq!(metrics.ttft_ms, None);
}

#[test]
fn events_of_moondream_which_nobody_has_seen_are_kept_as_they_come() {
    for body in [
        json!({"chunk": "Two"}),
        json!({}),
        json!([1]),
        json!("Two"),
        json!(2),
    ] {
        let kept: Value = event::<Moondream31_9bA2b>(&body);
        assert_eq!(kept, body);
    }
}
