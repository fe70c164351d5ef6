use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workers_ai_models::{Media, media::share};

fn read<T: DeserializeOwned>(document: &Bytes) -> T {
    share(document, || serde_json::from_slice(document)).expect("JSON")
}

fn large(letters: usize) -> String {
    "iVBORw0KGgoA".to_owned() + &"AbC0".repeat(letters / 4 - 3)
}

#[test]
fn a_picture_that_is_most_of_its_document_shares_it() {
    let text = large(40_000);
    for (document, is_shared) in [
        (format!("[\"{text}\"]"), true),
        (format!("[\"data:image/png;base64,{text}\"]"), true),
        (format!("[\"{text}\",\"{text}\",\"{text}\"]"), false),
        (format!("[\"{}\"]", large(16_000)), false),
        // What is escaped stands nowhere as it is.
        (format!("[\"\\u0069{}\"]", &text[1..]), false),
    ] {
        let document = Bytes::from(document);
        let plain: Vec<Media> = serde_json::from_slice(&document[..]).unwrap_or_default();
        assert!(document.is_unique());
        let mut media: Vec<Media> = read(&document);
        assert_eq!(document.is_unique(), !is_shared);
        assert_eq!(media, plain);
        let media = media.swap_remove(0);
        assert_eq!(media.content_type(), Some("image/png"));
        let again = serde_json::to_string(&media).expect("JSON");
        assert_eq!(again, serde_json::to_string(&plain[0]).expect("JSON"));
        let bytes = media.into_bytes();
        assert_eq!(bytes, plain[0].bytes());
        assert!(document.is_unique());
    }
}

#[test]
fn another_document_is_never_shared() {
    let document = Bytes::from(format!("\"{}\"", large(40_000)));
    let other = Bytes::from(format!("\"{}\"", large(50_000)));
    let media: Media = share(&document, || {
        // A copy of the document, another one within, and a tree of values.
        let copy = document.to_vec();
        let copy: Media = serde_json::from_slice(&copy).expect("JSON");
        let inner: Media = read(&other);
        assert!(!other.is_unique());
        let tree: Value = serde_json::from_slice(&document).expect("JSON");
        let from_tree: Media = serde_json::from_value(tree).expect("a picture");
        assert_eq!(copy, from_tree);
        assert_ne!(copy, inner);
        serde_json::from_slice(&document).expect("JSON")
    });
    assert!(!document.is_unique());
    drop(media);
    assert!(document.is_unique() && other.is_unique());
    // Afterwards, and after a panic, nothing is shared.
    let caught = std::panic::catch_unwind(|| share(&document, || panic!("no")));
    assert!(caught.is_err());
    let _media: Media = serde_json::from_slice(&document).expect("JSON");
    assert!(document.is_unique());
}
