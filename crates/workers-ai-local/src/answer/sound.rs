//! Speech-like sound: a tone for each syllable, as long as the text takes to say, in files that open.

use bytes::Bytes;
use serde_json::Value;

use super::{
    dice::{Dice, Hash},
    flac, mp3, silence,
};

/// Characters that are said in a second.
const PER_SECOND: usize = 15;

/// The longest sound, in characters.
const LONGEST: usize = 120 * PER_SECOND;

/// Syllables in a second.
const SYLLABLES: usize = 5;

/// What the usual service speaks in.
const RATE: u32 = 24_000;

/// A sound file.
pub(super) struct Sound {
    pub(super) content_type: &'static str,
    pub(super) body: Bytes,
    pub(super) seconds: f64,
}

/// What a text sounds like, in the encoding and container that are asked for, MP3 otherwise.
pub(super) fn spoken(text: &str, input: &Value, hash: Hash) -> Sound {
    let option = |name: &str| input.get(name).and_then(Value::as_str);
    let syllables = syllables(text, hash.text("sound").dice());
    let rate = rate(input);
    let is_bare = option("container") == Some("none");
    let (content_type, body) = match option("encoding") {
        Some("linear16") => {
            let samples: Vec<u8> = samples(&syllables, rate)
                .flat_map(i16::to_le_bytes)
                .collect();
            if is_bare {
                ("audio/l16", samples)
            } else {
                ("audio/wav", wav(&samples, rate, 1, 16))
            }
        }
        Some("mulaw") => {
            let samples: Vec<u8> = samples(&syllables, 8_000).map(mu_law).collect();
            if is_bare {
                ("audio/basic", samples)
            } else {
                ("audio/wav", wav(&samples, 8_000, 7, 8))
            }
        }
        Some("alaw") => {
            let samples: Vec<u8> = samples(&syllables, 8_000).map(a_law).collect();
            if is_bare {
                ("audio/x-alaw-basic", samples)
            } else {
                ("audio/wav", wav(&samples, 8_000, 6, 8))
            }
        }
        Some("flac") => {
            let samples: Vec<i16> = samples(&syllables, rate).collect();
            ("audio/flac", flac::file(&samples, rate))
        }
        Some("opus") => ("audio/ogg", silence::opus(milliseconds(&syllables))),
        Some("aac") => ("audio/aac", silence::aac(milliseconds(&syllables))),
        _ => ("audio/mpeg", mp3::file(&syllables)),
    };
    Sound {
        content_type,
        body: Bytes::from(body),
        seconds: seconds(&syllables),
    }
}

/// What a text sounds like, as a WAV file.
pub(super) fn wave(text: &str, hash: Hash) -> Sound {
    let syllables = syllables(text, hash.text("sound").dice());
    let samples: Vec<u8> = samples(&syllables, RATE)
        .flat_map(i16::to_le_bytes)
        .collect();
    let body = Bytes::from(wav(&samples, RATE, 1, 16));
    Sound {
        content_type: "audio/wav",
        body,
        seconds: seconds(&syllables),
    }
}

/// The rate that is asked for, or the one closest to it that all files can have.
fn rate(input: &Value) -> u32 {
    let wanted = input.get("sample_rate").and_then(Value::as_f64);
    let far = |rate: &u32| (f64::from(*rate) - wanted.unwrap_or_else(|| RATE.into())).abs();
    let rates = [8_000, 16_000, RATE, 32_000, 48_000].into_iter();
    rates
        .min_by(|one, other| far(one).total_cmp(&far(other)))
        .unwrap_or(RATE)
}

/// The pitch of each syllable of a text in hertz; 0 is a pause.
fn syllables(text: &str, mut dice: Dice) -> Vec<u32> {
    let length = text.chars().count().min(LONGEST);
    let count = (length * SYLLABLES / PER_SECOND).max(2);
    let pitch = |at: usize| {
        let is_pause = at % 7 == 6;
        let pitch = 140 + u32::try_from(dice.below(120)).unwrap_or_default();
        if is_pause { 0 } else { pitch }
    };
    (0..count).map(pitch).collect()
}

fn seconds(syllables: &[u32]) -> f64 {
    // There are a few hundred at most.
    f64::from(u32::try_from(syllables.len()).unwrap_or_default()) / 5.0
}

fn milliseconds(syllables: &[u32]) -> u32 {
    u32::try_from(syllables.len() * 1000 / SYLLABLES).unwrap_or_default()
}

/// A triangle wave for each syllable, which fades in and out.
fn samples(syllables: &[u32], rate: u32) -> impl Iterator<Item = i16> {
    let each = i32::try_from(rate / 5).unwrap_or(1600).max(1);
    let rate = i32::try_from(rate).unwrap_or(24_000);
    syllables.iter().flat_map(move |pitch| {
        let pitch = i32::try_from(*pitch).unwrap_or_default();
        (0..each).map(move |at| {
            // The phase runs from 0 to 4 times `rate` in each period.
            let phase = (at * pitch % rate) * 4;
            let triangle = if phase < 2 * rate {
                phase - rate
            } else {
                3 * rate - phase
            };
            let fade = at.min(each - at).min(each / 8) * 8;
            let loud = if pitch == 0 {
                0
            } else {
                i64::from(triangle) * 9_000 * i64::from(fade)
            };
            let sample = loud / i64::from(rate) / i64::from(each);
            i16::try_from(sample).unwrap_or_default()
        })
    })
}

/// A WAV file around samples; `format` 1 is plain, 6 A-law, 7 mu-law.
fn wav(samples: &[u8], rate: u32, format: u16, bits: u16) -> Vec<u8> {
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    let frame = bits / 8;
    let mut file = Vec::with_capacity(samples.len() + 44);
    file.extend(b"RIFF");
    file.extend(length.saturating_add(36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(format.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

/// The sign, the place of the highest bit and the four bits below it.
fn mu_law(sample: i16) -> u8 {
    let magnitude = sample.unsigned_abs().min(32_635) + 132;
    let segment = 8 - magnitude.leading_zeros().min(8);
    let segment = u16::try_from(segment).unwrap_or_default();
    let rest = (magnitude >> (segment + 3)) & 0x0f;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !u8::try_from(sign | (segment << 4) | rest).unwrap_or_default()
}

/// As mu-law, with the first two segments alike.
fn a_law(sample: i16) -> u8 {
    let magnitude = (if sample < 0 { !sample } else { sample }).unsigned_abs() >> 3;
    let segment =
        u16::try_from((16 - magnitude.leading_zeros()).saturating_sub(5)).unwrap_or_default();
    let rest = (magnitude >> segment.max(1)) & 0x0f;
    let sign = if sample < 0 { 0 } else { 0x80 };
    u8::try_from(sign | (segment << 4) | rest).unwrap_or_default() ^ 0x55
}

/// How long a recording is: what a WAV header says, or else a guess from its size and kind, which
/// is a media type or an encoding.
pub(super) fn length_of(file: &[u8], kind: &str) -> f64 {
    let number = |at: usize| {
        let bytes: [u8; 4] = file.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    };
    let is = |names: &[&str]| names.iter().any(|name| kind.contains(name));
    let usual = if is(&["l16", "linear16", "pcm", "wav", "octet-stream"]) {
        32_000
    } else if is(&["opus", "ogg", "webm"]) {
        4_000
    } else {
        16_000
    };
    let is_wave = file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WAVE");
    let told = number(28).filter(|rate| is_wave && *rate >= 1_000);
    let bytes = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let seconds = f64::from(bytes) / f64::from(told.unwrap_or(usual));
    // What is no recording at all, as in a quick test, has a sentence in it too.
    let shortest = if told.is_some() { 0.4 } else { 3.0 };
    ((seconds * 100.0).round() / 100.0).clamp(shortest, 600.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wav_file_is_as_long_as_its_header_says() {
        for (input, format, bytes_per_second) in [
            (
                json!({"encoding": "linear16", "sample_rate": 16000}),
                1_u16,
                32_000,
            ),
            (json!({"encoding": "linear16"}), 1, 48_000),
            (json!({"encoding": "mulaw"}), 7, 8_000),
            (json!({"encoding": "alaw", "container": "wav"}), 6, 8_000),
        ] {
            let sound = spoken("The harbour opens at six.", &input, Hash::new(1));
            let file = sound.body;
            assert_eq!(sound.content_type, "audio/wav");
            assert_eq!(file.get(20..22), Some(&format.to_le_bytes()[..]));
            let data = u32::from_le_bytes(file[40..44].try_into().unwrap());
            assert_eq!(file.len(), 44 + usize::try_from(data).unwrap());
            let seconds = f64::from(data) / f64::from(bytes_per_second);
            assert!((seconds - sound.seconds).abs() < 1e-9);
            assert!((length_of(&file, "") - sound.seconds).abs() < 0.1);
            assert!(
                file[44..].iter().any(|byte| *byte != file[44]),
                "it is not silent"
            );
        }
    }

    #[test]
    fn the_kind_of_a_recording_tells_its_length() {
        for (kind, seconds) in [
            ("audio/l16;rate=16000", 3.0),
            ("linear16", 3.0),
            ("audio/mpeg", 6.0),
            ("audio/ogg", 24.0),
            ("", 6.0),
        ] {
            let length = length_of(&vec![0; 96_000], kind);
            assert!((length - seconds).abs() < 1e-9, "{kind}: {length}");
        }
        assert!(length_of(b"", "audio/mpeg") > 0.0);
        assert!(length_of(b"RIFF....WAVE", "audio/wav") > 0.0);
    }

    #[test]
    fn longer_texts_sound_longer() {
        let seconds = |text: &str| wave(text, Hash::new(1)).seconds;
        assert!(seconds("Good morning.") < seconds("Good morning, how can I help you today?"));
        assert!(seconds(&"a".repeat(1_000_000)) <= 120.0);
        assert!(seconds("") > 0.0);
    }

    #[test]
    fn bare_samples_have_no_header() {
        for (encoding, content_type) in [
            ("linear16", "audio/l16"),
            ("mulaw", "audio/basic"),
            ("alaw", "audio/x-alaw-basic"),
        ] {
            let input = json!({"encoding": encoding, "container": "none"});
            let sound = spoken("Good morning.", &input, Hash::new(1));
            assert_eq!(sound.content_type, content_type);
            assert!(!sound.body.starts_with(b"RIFF"));
        }
    }

    #[test]
    fn logarithmic_samples_keep_sign_and_silence() {
        assert_eq!(
            (mu_law(0), mu_law(32_767), mu_law(-32_768)),
            (0xff, 0x80, 0x00)
        );
        assert_eq!(
            (a_law(0), a_law(32_767), a_law(-32_768)),
            (0xd5, 0xaa, 0x2a)
        );
    }
}
