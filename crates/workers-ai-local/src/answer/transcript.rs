//! What was said in a recording: made up from its bytes, as long as it is, with times for each word,
//! and beside it what the caller asks for in the query.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{
    Answer, Answered, Asked, Input,
    dice::{Dice, Hash},
    fit::Known,
    made::{made, rounded},
    sound,
    usage::Used,
};
use crate::documents::Schema;

/// What people say in recordings.
const SENTENCES: [&str; 10] = [
    "Good morning and thank you for calling.",
    "The harbour opens at six in the morning.",
    "We should talk about the plan for next week.",
    "Could you send me the numbers before lunch?",
    "It was raining when the train arrived.",
    "She left the keys on the kitchen table.",
    "Let me repeat that so that we agree.",
    "The second part is easier than the first.",
    "Nobody expected the lights to come back so soon.",
    "That is all for today.",
];

/// Seconds of a word, with the pause after it.
const WORD: f64 = 0.4;

/// Seconds of a cue of the subtitles, at most.
const CUE: f64 = 4.0;

/// A word and when it is said.
struct Spoken {
    word: &'static str,
    start: f64,
    end: f64,
}

/// A recording and what is said in it.
struct Recording<'a> {
    seconds: f64,
    words: Vec<Spoken>,
    hash: Hash,
    /// What the query asks for; a body in JSON comes without one.
    options: Option<&'a Map<String, Value>>,
}

/// Answers with the words of a recording of this kind in the shape of this schema.
pub(super) fn answer(
    asked: &Asked<'_>,
    audio: &[u8],
    kind: &str,
    result: Schema<'_>,
    hash: Hash,
) -> Answered {
    let options = match asked.input {
        Input::Bytes { options, .. } => Some(options),
        Input::Json(_) => None,
    };
    let recording = Recording::of(audio, kind, hash, options);
    let result = made(
        result,
        &|name, schema| recording.known(name, schema),
        &["speech"],
        hash,
    );
    let used = Used {
        audio_seconds: recording.seconds,
        ..Used::default()
    };
    Answered {
        neurons: used.neurons(asked.model),
        answer: Answer::Result(result),
    }
}

impl<'a> Recording<'a> {
    fn of(audio: &[u8], kind: &str, hash: Hash, options: Option<&'a Map<String, Value>>) -> Self {
        let seconds = sound::length_of(audio, kind);
        let mut dice: Dice = hash.text("recording").dice();
        let start = dice.index(SENTENCES.len());
        let sentences = SENTENCES.iter().cycle().skip(start);
        let all = sentences.flat_map(|sentence| sentence.split(' '));
        let mut words: Vec<Spoken> = Vec::new();
        let mut time = 0.0;
        for word in all {
            let end = time + WORD * 0.75 + dice.unit() * WORD * 0.25;
            if end > seconds && !words.is_empty() {
                break;
            }
            words.push(Spoken {
                word,
                start: rounded(time),
                end: rounded(end.min(seconds)),
            });
            time += WORD;
        }
        Recording {
            seconds,
            words,
            hash,
            options,
        }
    }

    /// Whether the query asks for this.
    fn asks(&self, name: &str) -> bool {
        let option = self.options.and_then(|options| options.get(name));
        option.is_some_and(|option| option == true)
    }

    fn asks_for_language(&self) -> bool {
        let language = self.options.and_then(|options| options.get("language"));
        self.asks("detect_language") || language.is_some_and(|language| language == "multi")
    }

    fn text(&self) -> String {
        text(&self.words)
    }

    /// The words in pieces that fit on a screen.
    fn cues(&self) -> Vec<&[Spoken]> {
        let cue = |word: &Spoken| (word.start / CUE).floor();
        self.words
            .chunk_by(|one, next| cue(one).total_cmp(&cue(next)).is_eq())
            .collect()
    }

    fn vtt(&self) -> String {
        let mut vtt = "WEBVTT\n".to_owned();
        for cue in self.cues() {
            if let Some((start, end)) = times(cue) {
                // The service leaves out hours and minutes.
                let words = text(cue);
                // Writing to text cannot fail.
                let _ = write!(vtt, "\n{start:06.3} --> {end:06.3}\n{words}\n");
            }
        }
        vtt
    }

    /// Passages of the recording in the shape this list has for them.
    fn passages<'w>(
        &self,
        list: Schema<'_>,
        passages: impl IntoIterator<Item = &'w [Spoken]>,
    ) -> Value {
        let Some(item) = list.resolve().child("items") else {
            return json!([]);
        };
        let mut first = 0;
        let passage = |words: &[Spoken]| {
            let begin = first;
            first += words.len();
            let (start, end) = times(words).unwrap_or_default();
            let known = |name: &str, schema: Schema<'_>| {
                Known::Value(match name {
                    "text" | "transcript" => text(words).into(),
                    "start" => start.into(),
                    "end" => end.into(),
                    "start_word" => begin.into(),
                    "end_word" => (begin + words.len()).saturating_sub(1).into(),
                    "num_words" => words.len().into(),
                    "channel" => 0.into(),
                    "id" => self
                        .hash
                        .text("passage")
                        .text(&text(words))
                        .dice()
                        .uuid()
                        .into(),
                    "words" => self.words(words, schema),
                    "sentences" => self.passages(schema, sentences(words)),
                    _ => return self.known(name, schema),
                })
            };
            made(item, &known, &["speech"], self.hash)
        };
        passages.into_iter().map(passage).collect()
    }

    fn words(&self, words: &[Spoken], list: Schema<'_>) -> Value {
        let Some(item) = list.resolve().child("items") else {
            return json!([]);
        };
        let mut dice = self.hash.text("words").dice();
        let word = |spoken: &Spoken| {
            let confidence = rounded(0.9 + dice.unit() * 0.0999);
            let known = |name: &str, schema: Schema<'_>| {
                Known::Value(match name {
                    "word" => spoken.word.into(),
                    "start" => spoken.start.into(),
                    "end" => spoken.end.into(),
                    "confidence" => confidence.into(),
                    "punctuated_word" if self.asks("punctuate") || self.asks("smart_format") => {
                        spoken.word.into()
                    }
                    "speaker_confidence" if self.asks("diarize") => confidence.into(),
                    "language" if self.asks_for_language() => "en".into(),
                    "punctuated_word" | "speaker_confidence" | "language" => {
                        return Known::Nothing;
                    }
                    _ => return self.known(name, schema),
                })
            };
            made(item, &known, &["speech"], self.hash)
        };
        words.iter().map(word).collect()
    }

    /// What is said under which name, in all the shapes of transcripts.
    fn known(&self, name: &str, schema: Schema<'_>) -> Known {
        let mut dice = self.hash.text(name).dice();
        let value = match name {
            "text" | "transcript" => self.text().into(),
            "word_count" => self.words.len().into(),
            "words" => self.words(&self.words, schema),
            "vtt" => self.vtt().into(),
            "segments" => self.passages(schema, self.cues()),
            "utterances" if self.asks("utterances") => self.passages(schema, self.cues()),
            "paragraphs" if self.asks("paragraphs") => {
                if schema.allows("object") {
                    return Known::Fitting;
                }
                self.passages(schema, [self.words.as_slice()])
            }
            "speaker" if self.asks("diarize") => 0.into(),
            "languages" if self.asks_for_language() => json!(["en"]),
            "detected_language" if self.asks_for_language() => "en".into(),
            "entities" if self.asks("detect_entities") => json!([]),
            "sentiments" if self.asks("sentiment") => return Known::Fitting,
            "sentiment" => "neutral".into(),
            "channels" if !schema.allows("array") => 1.into(),
            "models" => json!([dice.uuid()]),
            "sha256" => (0..4).map(|_| dice.hex()).collect::<String>().into(),
            "created" => "2026-11-20T00:00:00.000Z".into(),
            "duration" | "duration_after_vad" | "audio_window_end" => self.seconds.into(),
            "audio_window_start" | "temperature" | "sentiment_score" => 0.0.into(),
            "turn_index" | "sequence_id" => 0.into(),
            "language" => "en".into(),
            "language_confidence" if !self.asks_for_language() => return Known::Nothing,
            "language_probability" | "language_confidence" | "confidence" => {
                rounded(0.9 + dice.unit() * 0.0999).into()
            }
            "avg_logprob" => rounded(-0.1 - dice.unit() * 0.3).into(),
            "compression_ratio" => rounded(1.0 + dice.unit()).into(),
            "no_speech_prob" => rounded(dice.unit() * 0.05).into(),
            "end_of_turn_confidence" | "probability" => rounded(dice.unit()).into(),
            "is_complete" => {
                let probability = self.hash.text("probability").dice().unit();
                (rounded(probability) > 0.5).into()
            }
            "request_id" => dice.uuid().into(),
            // Only callers who ask for them get these.
            "utterances" | "paragraphs" | "speaker" | "languages" | "detected_language"
            | "entities" | "sentiments" | "summary" => return Known::Nothing,
            _ => return Known::Fitting,
        };
        Known::Value(value)
    }
}

/// Words up to the end of each sentence.
fn sentences(words: &[Spoken]) -> impl Iterator<Item = &[Spoken]> {
    words.split_inclusive(|spoken| spoken.word.ends_with(['.', '?']))
}

fn text(words: &[Spoken]) -> String {
    let words: Vec<&str> = words.iter().map(|spoken| spoken.word).collect();
    words.join(" ")
}

/// When the first of these words begins and the last one ends.
fn times(words: &[Spoken]) -> Option<(f64, f64)> {
    Some((words.first()?.start, words.last()?.end))
}
