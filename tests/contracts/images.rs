//! Pictures, as base64 in JSON and as they are.

use serde_json::{Value, json};
use workers_ai_models::{
    Dreamshaper8Lcm, Flux1Schnell, Flux2Dev, Flux2Klein4b, Flux2Klein9b, LucidOrigin, Media, Model,
    Phoenix10, StableDiffusionV1_5Img2img, StableDiffusionV1_5Inpainting, StableDiffusionXlBase10,
    StableDiffusionXlLightning,
};

use crate::models::answer;

const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn base64(bytes: &'static [u8]) -> Value {
    serde_json::to_value(Media::new(bytes)).expect("base64 text")
}

#[test]
fn pictures_in_json_are_decoded_when_asked() {
    macro_rules! expect_picture {
        ($($model:ty),*) => {$(
            let picture = answer::<$model>(&json!({"image": base64(JPEG)})).image.expect("a picture");
            assert_eq!(picture.bytes().expect("bytes"), JPEG, "{}", <$model>::ID);
            assert_eq!(picture.content_type(), Some("image/jpeg"), "{}", <$model>::ID);
            assert!(<$model>::from_media(Media::new(JPEG)).is_none(), "{}", <$model>::ID);
            assert!(answer::<$model>(&json!({"image": null})).image.is_none(), "{}", <$model>::ID);
        )*};
    }
    expect_picture!(
        Flux1Schnell,
        LucidOrigin,
        Flux2Dev,
        Flux2Klein4b,
        Flux2Klein9b
    );
}

#[test]
fn j28_base64_may_be_wrapped_url_safe_unpadded_or_a_data_url() {
    for text in [
        "/9j/4AAQ",
        "_9j_4AAQ",
        "/9j/\n4AAQ\n",
        "data:image/jpeg;base64,/9j/4AAQ",
    ] {
        let picture = answer::<Flux1Schnell>(&json!({"image": text}))
            .image
            .expect("a picture");
        assert_eq!(
            picture.bytes().expect(text),
            &b"\xFF\xD8\xFF\xE0\0\x10"[..],
            "{text}"
        );
        assert_eq!(picture.content_type(), Some("image/jpeg"), "{text}");
    }
    let broken = answer::<Flux1Schnell>(&json!({"image": "not base64!"}))
        .image
        .expect("a picture");
    assert!(broken.bytes().is_err());
    assert_eq!(serde_json::to_value(&broken).expect("JSON"), "not base64!");
}

#[test]
fn pictures_that_come_as_they_are_show_what_they_are() {
    macro_rules! expect_picture {
        ($($model:ty),*) => {$(
            for (bytes, content_type) in [(PNG, "image/png"), (JPEG, "image/jpeg")] {
                // Whatever the header said.
                let media = Media::new(bytes).with_content_type("image/png");
                let picture: Media = <$model>::from_media(media).expect("a picture");
                assert_eq!(picture.bytes().expect("bytes"), bytes, "{}", <$model>::ID);
                assert_eq!(picture.content_type(), Some(content_type), "{}", <$model>::ID);
            }
            for said in [base64(PNG), json!({"image": base64(PNG)})] {
                let picture: Media = answer::<$model>(&said);
                assert_eq!(picture.bytes().expect("bytes"), PNG, "{}", <$model>::ID);
            }
        )*};
    }
    expect_picture!(
        StableDiffusionXlBase10,
        StableDiffusionXlLightning,
        Dreamshaper8Lcm,
        Phoenix10,
        StableDiffusionV1_5Img2img,
        StableDiffusionV1_5Inpainting
    );
}
