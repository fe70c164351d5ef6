//! Speech to text, text to speech, and who is speaking.

use serde_json::json;
use workers_ai_models::{
    Aura1, Aura2En, Aura2Es, Flux, Media, Melotts, Model, NemotronSpeechStreamingEn06b, Nova3,
    SmartTurnV2, Whisper, WhisperLargeV3Turbo, WhisperTinyEn,
};

use crate::models::answer;

const MP3: &[u8] = b"ID3\x04\0\0\0\0\0\0";
const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";

#[test]
fn whisper_gives_times_in_whole_or_broken_seconds() {
    let body = json!({
        "text": "Turn it on.", "word_count": 3.0, "vtt": "WEBVTT\n\n00.000 --> 01.500\nTurn it on.\n",
        "words": [
            {"word": "Turn", "start": 0, "end": 0.5}, {"word": "it", "start": 0.5, "end": 1},
            {"word": "on.", "start": 1, "end": 1.500_000_019_073_486_3}
        ]
    });
    for transcript in [answer::<Whisper>(&body), answer::<WhisperTinyEn>(&body)] {
        assert_eq!(transcript.text.as_deref(), Some("Turn it on."));
        assert!(transcript.vtt.expect("subtitles").starts_with("WEBVTT"));
        let words = transcript.words.expect("words");
        let times: Vec<_> = words.iter().map(|word| (word.start, word.end)).collect();
        let last = (Some(1.0), Some(1.500_000_019_073_486_3));
        assert_eq!(
            times,
            [(Some(0.0), Some(0.5)), (Some(0.5), Some(1.0)), last]
        );
    }
}

#[test]
fn whisper_turbo_gives_segments_with_words() {
    let body = json!({
        "transcription_info": {"language": "en", "language_probability": 1, "duration": 2.5, "duration_after_vad": 2},
        "segments": [{
            "start": 0, "end": 1.5, "text": "Turn it on.", "temperature": 0, "avg_logprob": -0.25,
            "compression_ratio": 0.9, "no_speech_prob": 1e-11,
            "words": [{"word": " Turn", "start": 0, "end": 0.5}]
        }],
        "text": "Turn it on.", "word_count": 3, "vtt": "WEBVTT"
    });
    let answer = answer::<WhisperLargeV3Turbo>(&body);
    let info = answer.transcription_info.expect("facts");
    assert_eq!(
        (info.language.as_deref(), info.duration),
        (Some("en"), Some(2.5))
    );
    let segments = answer.segments.expect("segments");
    assert_eq!(segments[0].no_speech_prob, Some(1e-11));
    assert_eq!(segments[0].temperature, Some(0.0));
    let words = segments[0].words.as_ref().expect("words");
    assert_eq!(words[0].word.as_deref(), Some(" Turn"));
}

#[test]
fn nova_3_gives_alternatives_by_channel() {
    let body = json!({"results": {
        "channels": [{"alternatives": [{
            "transcript": "Turn it on.", "confidence": 0.999,
            "words": [{"word": "turn", "start": 0, "end": 0.24, "confidence": 1, "punctuated_word": "Turn"}]
        }], "detected_language": "en"}],
        "summary": {"result": "success", "short": "A lamp."},
        "sentiments": {
            "segments": [{"text": "Turn", "start_word": 0, "end_word": 2, "sentiment": "neutral", "sentiment_score": -0.02}],
            "average": {"sentiment": "neutral", "sentiment_score": 0}
        }
    }});
    let results = answer::<Nova3>(&body).results.expect("results");
    let channels = results.channels.expect("channels");
    let alternative = &channels[0].alternatives.as_ref().expect("alternatives")[0];
    assert_eq!(alternative.transcript.as_deref(), Some("Turn it on."));
    assert_eq!(
        alternative.words.as_ref().expect("words")[0].end,
        Some(0.24)
    );
    assert_eq!(
        results.summary.expect("a summary").short.as_deref(),
        Some("A lamp.")
    );
    let sentiments = results.sentiments.expect("sentiments");
    assert_eq!(
        sentiments.segments.expect("segments")[0].sentiment_score,
        Some(-0.02)
    );
    assert_eq!(
        sentiments.average.expect("an average").sentiment_score,
        Some(0.0)
    );
}

#[test]
fn other_listeners_answer_each_in_its_own_way() {
    let body = json!({"text": "On.", "duration": 2});
    let heard = answer::<NemotronSpeechStreamingEn06b>(&body);
    assert_eq!(
        (heard.text.as_deref(), heard.duration),
        (Some("On."), Some(2.0))
    );

    let turn = answer::<SmartTurnV2>(&json!({"is_complete": true, "probability": 1}));
    assert_eq!(
        (turn.is_complete, turn.probability),
        (Some(true), Some(1.0))
    );

    let body = json!({
        "request_id": "r-1", "sequence_id": 12, "event": "TurnPaused", "turn_index": 0,
        "audio_window_start": 0, "audio_window_end": 1.28, "transcript": "turn it",
        "words": [{"word": "turn", "confidence": 0.9}], "end_of_turn_confidence": 1e-3
    });
    let event = answer::<Flux>(&body);
    assert!(
        event
            .event
            .is_some_and(|event| !event.is_known() && event.as_str() == "TurnPaused")
    );
    assert_eq!(
        (event.sequence_id, event.audio_window_end),
        (Some(12), Some(1.28))
    );
    assert_eq!(event.words.expect("words")[0].confidence, Some(0.9));
}

#[test]
fn melotts_speaks_as_base64_in_json_or_as_it_is() {
    for (bytes, content_type) in [(MP3, "audio/mpeg"), (WAV, "audio/wav")] {
        let sound = Media::new(bytes);
        let text = serde_json::to_value(&sound).expect("base64 text");
        let inside = answer::<Melotts>(&json!({"audio": text}))
            .audio
            .expect("sound");
        let plain = Melotts::from_media(Media::new(bytes).with_content_type("audio/mpeg"));
        let plain = plain.and_then(|answer| answer.audio).expect("sound");
        for sound in [inside, plain] {
            assert_eq!(sound.bytes().expect("bytes"), bytes);
            // Documents say MP3, users found WAV: the bytes know better.
            assert_eq!(sound.content_type(), Some(content_type));
        }
    }
}

#[test]
fn aura_speaks_plainly_or_as_base64() {
    macro_rules! expect_sound {
        ($($model:ty),*) => {$(
            let sound = <$model>::from_media(Media::new(MP3)).expect("sound");
            assert_eq!(sound.bytes().expect("bytes"), MP3, "{}", <$model>::ID);
            let sound = answer::<$model>(&serde_json::to_value(&sound).expect("base64 text"));
            assert_eq!(sound.bytes().expect("bytes"), MP3, "{}", <$model>::ID);
        )*};
    }
    expect_sound!(Aura1, Aura2En, Aura2Es);
}

#[test]
fn models_that_never_answer_with_bytes_do_not_take_any() {
    assert!(Whisper::from_media(Media::new(WAV)).is_none());
    assert!(Nova3::from_media(Media::new(WAV)).is_none());
}
