//! What `build.rs` made behaves as the types of `workers-ai-models` do.

use own_models::{
    forecast,
    models::{BirdSpotter, WeatherTeller},
};
use workers_ai_models::{Model, ModelInput, Payload, Streaming};

#[test]
fn an_input_is_written_as_its_document_says() {
    let body = WeatherTeller::encode(&forecast("Tromsø", 3)).expect("an input that can be written");
    let wanted = r#"{"place":"Tromsø","days":3,"units":"metric"}"#;
    assert_eq!(body, Payload::Json(wanted.as_bytes().to_vec()));
    assert_eq!(WeatherTeller::ID, "@cf/example/weather-teller");
}

#[test]
fn limits_are_checked() {
    assert!(forecast("Tromsø", 7).validate().is_ok());
    let refusal = forecast("Tromsø", 8)
        .validate()
        .expect_err("8 days are too many");
    assert!(refusal.to_string().contains("days"), "{refusal}");
}

#[test]
fn answers_are_read() {
    fn streams<M: Streaming>() {}
    streams::<WeatherTeller>();
    let reply = r#"{"forecast": "Snow.", "temperature": -4.5}"#;
    let answer: <WeatherTeller as Model>::Output = serde_json::from_str(reply).expect("an answer");
    assert_eq!(answer.forecast.as_deref(), Some("Snow."));
    let reply = r#"[{"species": "Parus major", "score": 0.9}]"#;
    let birds: <BirdSpotter as Model>::Output = serde_json::from_str(reply).expect("an answer");
    assert_eq!(
        birds.first().and_then(|bird| bird.species.as_deref()),
        Some("Parus major")
    );
}
