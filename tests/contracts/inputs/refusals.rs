//! Inputs outside their limits: what is said against them, and what is sent all the same.

use workers_ai_models::{
    Aura1, Aura1Speaker, BgeBaseEnV15, BgeM3, BgeRerankerBase, ChatMessage, Clef, Context,
    DistilbertSst2Int8, Flux1Schnell, Flux2Dev, Glm53, Glm53ReasoningEffort, GptOss120b, KimiK26,
    Llama31_8bInstruct, LlamaGuard3_8b, LlamaGuard3_8bMessage, Llava15_7bHf, Media, Model,
    ModelInput, Moondream31_9bA2b, NemotronSpeechStreamingEn06b, Nova3, Nova3Mode, Payload,
    Phoenix10, Pooling, QuestionScore, Qwen3Embedding06b, SmartTurnV2, StableDiffusionV1_5Img2img,
    StableDiffusionXlBase10, Violation, Whisper, WhisperLargeV3Turbo,
};

use super::SOUND;

/// What is said against an input.
fn violations<I: ModelInput>(input: &I) -> Vec<[String; 3]> {
    let invalid = input.validate().expect_err("an input outside its limits");
    assert_eq!(invalid.model, Some(I::Model::ID));
    let said = |Violation {
                    path, value, limit, ..
                }| [path, value, limit];
    invalid.violations.into_iter().map(said).collect()
}

/// Expects exactly one thing to be said against each input.
macro_rules! expect_violations {
    ($($input:expr => [$path:literal, $value:literal, $limit:expr])*) => {$(
        assert_eq!(violations(&$input), [[$path, $value, $limit].map(str::to_owned)]);
    )*};
}

#[test]
fn what_is_outside_a_limit_is_named_with_its_value() {
    let user = || ChatMessage::user("Hi.");
    expect_violations! {
        Llama31_8bInstruct::prompt("a").temperature(5.5) => ["temperature", "5.5", "0 to 5"]
        Llama31_8bInstruct::prompt("a").top_k(51) => ["top_k", "51", "1 to 50"]
        Llama31_8bInstruct::prompt("") => ["prompt", "text of 0 characters", "at least 1 characters"]
        KimiK26::prompt("a").top_logprobs(21) => ["top_logprobs", "21", "0 to 20"]
        KimiK26::messages([user()]).stop(["a", "b", "c", "d", "e"]) => ["stop", "a list of 5", "1 to 4 items"]
        KimiK26::messages(Vec::<ChatMessage>::new()) => ["messages", "a list of 0", "at least 1 items"]
        BgeBaseEnV15::text(vec!["a"; 101]) => ["text", "a list of 101", "at most 100 items"]
        BgeBaseEnV15::text(["a", ""]) => ["text[1]", "text of 0 characters", "at least 1 characters"]
        BgeM3::contexts([Context::new().text("a"), Context::new().text("")])
            => ["contexts[1].text", "text of 0 characters", "at least 1 characters"]
        BgeRerankerBase::input("a", [Context::new()]).top_k(0) => ["top_k", "0", "at least 1"]
        Flux1Schnell::prompt("a").steps(9) => ["steps", "9", "at most 8"]
        Flux1Schnell::prompt("ß".repeat(2049)) => ["prompt", "text of 2049 characters", "1 to 2048 characters"]
        Flux2Dev::prompt("a").width(255) => ["width", "255", "256 to 1920"]
        Phoenix10::prompt("a").guidance(1.5) => ["guidance", "1.5", "2 to 10"]
        StableDiffusionXlBase10::prompt("a").height(2049) => ["height", "2049", "256 to 2048"]
        Moondream31_9bA2b::input().max_objects(501) => ["max_objects", "501", "1 to 500"]
        Qwen3Embedding06b::input().documents(vec!["a"; 33]) => ["documents", "a list of 33", "at most 32 items"]
        DistilbertSst2Int8::text("") => ["text", "text of 0 characters", "at least 1 characters"]
        Clef::input("s", [("q", QuestionScore::new("How?", ["one"]))])
            => ["questions.q.criteria", "a list of 1", "2 to 10 items"]
    }
}

#[test]
fn what_is_on_the_edge_of_a_limit_is_sent() {
    assert_eq!(
        Llama31_8bInstruct::prompt("a")
            .temperature(5.0)
            .top_p(0.001)
            .validate(),
        Ok(())
    );
    assert_eq!(
        Flux1Schnell::prompt("ß".repeat(2048)).steps(8).validate(),
        Ok(())
    );
    assert_eq!(BgeBaseEnV15::text(vec!["a"; 100]).validate(), Ok(()));
    assert_eq!(
        Phoenix10::prompt("a")
            .width(0)
            .height(2048)
            .guidance(2.0)
            .validate(),
        Ok(())
    );
}

#[test]
fn j24_numbers_that_json_does_not_have_are_refused() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let named = [
            violations(&Llama31_8bInstruct::prompt("a").temperature(number)),
            violations(&KimiK26::prompt("a").top_p(number)),
            violations(&Phoenix10::prompt("a").guidance(number)),
            // These have no limit in their documents.
            violations(&Nova3::audio(SOUND).utt_split(number)),
            violations(&Aura1::text("a").sample_rate(number)),
            violations(&Llava15_7bHf::image(SOUND).temperature(number)),
            violations(&WhisperLargeV3Turbo::audio(SOUND).no_speech_threshold(number)),
            violations(&StableDiffusionXlBase10::prompt("a").strength(number)),
            violations(&Flux2Dev::prompt("a").guidance(number)),
            violations(&GptOss120b::input("a").temperature(number)),
        ];
        let paths = named
            .each_ref()
            .map(|said| (said.len(), said[0][0].as_str()));
        let expected = [
            "temperature",
            "top_p",
            "guidance",
            "utt_split",
            "sample_rate",
            "temperature",
            "no_speech_threshold",
            "strength",
            "guidance",
            "temperature",
        ];
        assert_eq!(paths, expected.map(|path| (1, path)), "{number}");
    }
}

#[test]
fn a_choice_outside_the_list_is_refused_and_can_be_sent_all_the_same() {
    let efforts = "one of max, high, low";
    let speakers = format!("one of {}", Aura1Speaker::VALUES.join(", "));
    expect_violations! {
        Glm53::prompt("a").reasoning_effort("none") => ["reasoning_effort", "text of 4 characters", efforts]
        Aura1::text("a").speaker("nobody") => ["speaker", "text of 6 characters", &speakers]
        Nova3::audio(SOUND).mode("law") => ["mode", "text of 3 characters", "one of general, medical, finance"]
        BgeBaseEnV15::text("a").pooling("none") => ["pooling", "text of 4 characters", "one of mean, cls"]
        LlamaGuard3_8b::messages([LlamaGuard3_8bMessage::new("system", "a")])
            => ["messages[0].role", "text of 6 characters", "one of user, assistant"]
    }
    assert_eq!(Glm53ReasoningEffort::from("max"), Glm53ReasoningEffort::Max);
    assert_eq!(Nova3Mode::from("law").as_str(), "law");
    let input = BgeBaseEnV15::text("a").pooling(Pooling::from("none"));
    let Ok(Payload::Json(bytes)) = BgeBaseEnV15::encode(&input) else {
        panic!("JSON")
    };
    assert_eq!(bytes, br#"{"text":"a","pooling":"none"}"#);
}

#[test]
fn text_that_is_not_base64_is_never_sent() {
    let broken = || Media::from_base64("not base64!");
    // Where the text itself would go out, the check has to see it.
    let expected = ["audio", "text that is not base64", "base64 text"];
    for said in [
        violations(&WhisperLargeV3Turbo::audio(broken())),
        violations(&NemotronSpeechStreamingEn06b::audio(broken())),
        violations(&SmartTurnV2::audio(broken())),
    ] {
        assert_eq!(said, [expected.map(str::to_owned)]);
    }
    let said = violations(&StableDiffusionV1_5Img2img::prompt("a").image_b64(broken()));
    assert_eq!(said[0][0], "image_b64");
    // Where bytes go out, there are none to send.
    assert!(Whisper::encode(&Whisper::audio(broken())).is_err());
    assert!(Nova3::encode(&Nova3::audio(broken())).is_err());
    assert!(Llava15_7bHf::encode(&Llava15_7bHf::image(broken())).is_err());
    assert!(Flux2Dev::encode(&Flux2Dev::prompt("a").input_image_2(broken())).is_err());
}

#[test]
fn every_part_that_is_outside_is_named_at_once_and_nothing_of_a_text_is_repeated() {
    let secret = "canary-7f3a";
    let input = Glm53::prompt("").temperature(-0.5).reasoning_effort(secret);
    let said = violations(&input);
    let paths: Vec<_> = said.iter().map(|[path, ..]| path.as_str()).collect();
    assert_eq!(paths, ["prompt", "temperature", "reasoning_effort"]);
    let invalid = input.validate().expect_err("an input outside its limits");
    assert!(!format!("{invalid} {invalid:?}").contains(secret));
}
