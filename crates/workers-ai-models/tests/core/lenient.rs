//! Whole numbers as the service writes them.

use serde::Deserialize;
use workers_ai_models::lenient;

macro_rules! read {
    ($width:ty, $text:expr) => {{
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Holder {
            #[serde(deserialize_with = "lenient::integer")]
            n: Option<$width>,
        }
        let text: String = $text.to_owned();
        let by_text = serde_json::from_str::<Holder>(&text).map(|holder| holder.n);
        let by_reader =
            serde_json::from_reader::<_, Holder>(text.as_bytes()).map(|holder| holder.n);
        assert_eq!(by_text.as_ref().ok(), by_reader.as_ref().ok(), "{text}");
        // A value tree keeps every number these tests use, so the answer must be the same.
        if let Ok(tree) = serde_json::from_str(&text) {
            let by_tree = serde_json::from_value::<Holder>(tree).map(|holder| holder.n);
            assert_eq!(by_text.as_ref().ok(), by_tree.as_ref().ok(), "{text}");
        }
        by_text.map_err(|error| error.to_string())
    }};
}

#[test]
fn j07_absent_and_null_are_the_same() {
    assert_eq!(read!(u64, "{}"), Ok(None));
    assert_eq!(read!(u64, r#"{"n":null}"#), Ok(None));
}

#[test]
fn j14_whole_numbers_are_read_exactly() {
    for (text, number) in [
        ("0", 0),
        ("3", 3),
        ("3.0", 3),
        ("-0.0", 0),
        ("1e3", 1000),
        ("9007199254740993", 9_007_199_254_740_993),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(
            read!(u64, format!(r#"{{"n":{text}}}"#)),
            Ok(Some(number)),
            "{text}"
        );
    }
    assert_eq!(
        read!(i64, r#"{"n":-9223372036854775808}"#),
        Ok(Some(i64::MIN))
    );
    assert_eq!(read!(i32, r#"{"n":-3.0}"#), Ok(Some(-3)));
    assert_eq!(read!(u8, r#"{"n":255}"#), Ok(Some(255)));
}

#[test]
fn j14_what_is_not_a_whole_number_in_range_is_an_error() {
    for text in [
        "3.5",
        "-1",
        "-1.0",
        "18446744073709551616",
        "9007199254740992.0",
        "1e20",
        "1e400",
        "\"3\"",
        "true",
        "[3]",
        "{}",
    ] {
        assert!(read!(u64, format!(r#"{{"n":{text}}}"#)).is_err(), "{text}");
    }
    assert!(read!(u8, r#"{"n":256}"#).is_err());
    assert!(read!(i64, r#"{"n":9223372036854775808}"#).is_err());
    assert!(read!(i32, r#"{"n":2147483648.0}"#).is_err());
}

#[test]
fn j14_lists_hold_every_number_to_the_same_rule() {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Holder {
        #[serde(deserialize_with = "lenient::integers")]
        shape: Option<Vec<u64>>,
    }
    for (text, shape) in [
        ("{}", Some(None)),
        (r#"{"shape":null}"#, Some(None)),
        (r#"{"shape":[]}"#, Some(Some(vec![]))),
        (r#"{"shape":[2,1024.0]}"#, Some(Some(vec![2, 1024]))),
        (r#"{"shape":[2,1.5]}"#, None),
        (r#"{"shape":[2,null]}"#, None),
        (r#"{"shape":[-1]}"#, None),
        (r#"{"shape":2}"#, None),
    ] {
        let read = serde_json::from_str::<Holder>(text);
        assert_eq!(read.ok().map(|holder| holder.shape), shape, "{text}");
    }
}
