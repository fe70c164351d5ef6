//! Inputs that go out as files or forms.

use workers_ai_models::{
    DetrResnet50, Flux2Dev, Media, Nova3, PartValue, Payload, Resnet50, Whisper, WhisperTinyEn,
};

use super::{SOUND, sent};

#[test]
fn a_file_alone_goes_out_as_it_is() {
    let wav = || Media::new(&b"RIFF\x24\0\0\0WAVEfmt "[..]);
    macro_rules! expect_file {
        ($($input:expr => $kind:literal)*) => {$(
            let Payload::Raw(file) = sent($input) else { panic!("a file") };
            assert_eq!(file.content_type, $kind);
            assert_eq!(file.query, []);
            assert!(!file.bytes.is_empty());
        )*};
    }
    expect_file! {
        Whisper::audio(wav()) => "audio/wav"
        WhisperTinyEn::audio(wav().with_content_type("audio/wav")) => "audio/wav"
        Whisper::audio(SOUND) => "application/octet-stream"
        Whisper::audio(Media::from_base64("aGVsbG8=")) => "application/octet-stream"
        Resnet50::image(b"\x89PNG\r\n\x1a\n") => "image/png"
        DetrResnet50::image(b"\xFF\xD8\xFF\xE0") => "image/jpeg"
    }
    let Payload::Raw(file) = sent(Whisper::audio(Media::from_base64("aGVsbG8="))) else {
        panic!("a file")
    };
    assert_eq!(file.bytes, SOUND);
}

#[test]
fn nova_3_takes_the_sound_as_it_is_and_the_rest_in_the_query() {
    let sound = Media::new(SOUND).with_content_type("audio/ogg");
    let input = Nova3::audio(sound)
        .mode("medical")
        .punctuate(true)
        .utt_split(0.5)
        .language("de-CH");
    let Payload::Raw(file) = sent(input) else {
        panic!("a file")
    };
    assert_eq!(file.content_type, "audio/ogg");
    assert_eq!(file.bytes, SOUND);
    let mut query = file.query;
    query.sort();
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let expected = [
        ("language", "de-CH"),
        ("mode", "medical"),
        ("punctuate", "true"),
        ("utt_split", "0.5"),
    ];
    assert_eq!(query, expected.map(pair));
    let Payload::Raw(bare) = sent(Nova3::audio(SOUND)) else {
        panic!("a file")
    };
    assert_eq!(bare.query, []);
}

#[test]
fn flux_2_takes_a_form_with_its_pictures_as_files() {
    let input = Flux2Dev::prompt("a lamp")
        .input_image_0(b"\x89PNG\r\n\x1a\n")
        .width(512)
        .guidance(3.5)
        .seed(-1);
    let Payload::Multipart(parts) = sent(input) else {
        panic!("a form")
    };
    let names: Vec<_> = parts.iter().map(|part| part.name.as_ref()).collect();
    assert_eq!(
        names,
        ["prompt", "input_image_0", "width", "guidance", "seed"]
    );
    let texts = parts.iter().filter_map(|part| match &part.value {
        PartValue::Text(text) => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(texts.collect::<Vec<_>>(), ["a lamp", "512", "3.5", "-1"]);
    let PartValue::File {
        file_name,
        content_type,
        bytes,
        ..
    } = &parts[1].value
    else {
        panic!("a file")
    };
    assert_eq!(
        (file_name.as_str(), content_type.as_ref()),
        ("input_image_0.png", "image/png")
    );
    assert_eq!(bytes, &b"\x89PNG\r\n\x1a\n"[..]);
    let Payload::Multipart(bare) = sent(Flux2Dev::prompt("a lamp")) else {
        panic!("a form")
    };
    assert_eq!(bare.len(), 1, "a form has no part for what is not set");
}
