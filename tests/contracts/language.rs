//! Translation, summaries and decisions.

use serde_json::{Value, json};
use workers_ai_models::{
    BartLargeCnn, Clef, ClefFlash, ClefOmni, DecisionAnswer, Indictrans2EnIndic1b, M2m100_12b,
    Model,
};

use crate::models::answer;

#[test]
fn translations_and_summaries_are_text() {
    let body = json!({"translated_text": " Ouvre le port.", "usage": null});
    assert_eq!(
        answer::<M2m100_12b>(&body).translated_text.as_deref(),
        Some(" Ouvre le port.")
    );
    let body = json!({"translations": ["एक", ""]});
    let texts = answer::<Indictrans2EnIndic1b>(&body)
        .translations
        .expect("texts");
    assert_eq!(texts, ["एक", ""]);
    let body = json!({"summary": "A lamp."});
    assert_eq!(
        answer::<BartLargeCnn>(&body).summary.as_deref(),
        Some("A lamp.")
    );
}

#[test]
fn j20_odd_characters_in_texts_are_kept() {
    let odd = "\u{0}\u{2028}\u{feff}\u{1f4a1}\"\\ \u{7f}";
    let body = json!({"summary": odd});
    assert_eq!(answer::<BartLargeCnn>(&body).summary.as_deref(), Some(odd));
}

#[test]
fn decisions_stand_under_the_names_of_the_questions() {
    let body: Value = json!({
        "model": "clef",
        "answers": {
            "urgent": {"type": "noul", "noul": 0.875},
            "team": {
                "type": "choice", "choice": "billing", "confidence": 1,
                "probabilities": {"billing": 0.99, "type": 0.01}
            },
            "angry": {
                "type": "score", "score": 0.25, "legend": {"0": "calm", "1": {"text": "angry"}},
                "probabilities": {"0": 0.75, "1": 0.25}, "confidence": 0.5
            },
            "object": {"type": "ranking", "order": ["a", "b"]}
        },
        "usage": {"input_tokens": 120, "output_tokens": 0}
    });
    macro_rules! expect_decisions {
        ($($model:ty),*) => {$(
            let decisions = answer::<$model>(&body);
            let answers = decisions.answers.expect("answers");
            let DecisionAnswer::Noul(urgent) = &answers["urgent"] else { panic!("{}", <$model>::ID) };
            assert_eq!(urgent.noul, Some(0.875));
            let DecisionAnswer::Choice(team) = &answers["team"] else { panic!("{}", <$model>::ID) };
            assert_eq!(team.choice.as_deref(), Some("billing"));
            let probabilities = team.probabilities.as_ref().expect("probabilities");
            assert_eq!(probabilities.get("type"), Some(&0.01));
            let DecisionAnswer::Score(angry) = &answers["angry"] else { panic!("{}", <$model>::ID) };
            assert_eq!(angry.legend.as_ref().expect("a legend")["1"]["text"], "angry");
            let DecisionAnswer::Unknown(ranking) = &answers["object"] else { panic!("{}", <$model>::ID) };
            assert_eq!(*ranking, body["answers"]["object"]);
            assert_eq!(decisions.usage.expect("usage").input_tokens, Some(120));
        )*};
    }
    expect_decisions!(Clef, ClefFlash, ClefOmni);
}
