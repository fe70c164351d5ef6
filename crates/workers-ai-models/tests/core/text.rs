//! Text that may be any other JSON.

use serde::Deserialize;
use serde_json::{Value, json};
use workers_ai_models::TextOrJson;

fn read(text: &str) -> TextOrJson {
    serde_json::from_str(text).expect(text)
}

#[test]
fn j30_a_number_in_place_of_text_is_read_as_its_text() {
    for (wire, text) in [
        (r#""Blue""#, "Blue"),
        (r#""""#, ""),
        ("7", "7"),
        ("-3", "-3"),
        ("0.1", "0.1"),
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("true", "true"),
        ("null", ""),
        ("[]", "[]"),
        ("{}", "{}"),
        (r#"{"a": [1, 2.5, null, "x"]}"#, r#"{"a":[1,2.5,null,"x"]}"#),
    ] {
        let value = read(wire);
        assert_eq!(value, text, "{wire}");
        assert_eq!(value.as_text(), text, "{wire}");
        assert_eq!(value.to_string(), text, "{wire}");
        assert_eq!(value.is_empty(), text.is_empty(), "{wire}");
        assert_eq!(
            value.as_str(),
            wire.starts_with('"').then_some(text),
            "{wire}"
        );

        let again = serde_json::to_string(&value).expect("JSON");
        assert_eq!(read(&again), value, "{wire}");
        let tree: Value = serde_json::from_str(wire).expect("JSON");
        assert_eq!(
            serde_json::from_value::<TextOrJson>(tree).expect("any"),
            value,
            "{wire}"
        );
    }
}

#[test]
fn j07_null_is_absent_in_a_field() {
    #[derive(Deserialize)]
    struct Output {
        response: Option<TextOrJson>,
    }
    for wire in ["{}", r#"{"response":null}"#] {
        assert!(
            serde_json::from_str::<Output>(wire)
                .expect(wire)
                .response
                .is_none()
        );
    }
}

#[test]
fn json_is_read_from_the_value_and_from_text_alike() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct City {
        city: String,
    }
    let lisbon = City {
        city: "Lisbon".into(),
    };
    assert_eq!(
        read(r#"{"city":"Lisbon"}"#).json::<City>().expect("value"),
        lisbon
    );
    assert_eq!(
        read(r#""{\"city\":\"Lisbon\"}""#)
            .json::<City>()
            .expect("text"),
        lisbon
    );
    assert!(TextOrJson::from("{\"city\": ").json::<City>().is_err());
    assert!(TextOrJson::from(json!({"town": 1})).json::<City>().is_err());
}

#[test]
fn text_keeps_its_variant() {
    assert_eq!(TextOrJson::from("7"), read(r#""7""#));
    assert_ne!(TextOrJson::from("7"), read("7"));
    assert_eq!(TextOrJson::from(json!("7")), TextOrJson::Text("7".into()));
    assert!(TextOrJson::default().is_empty());
}

#[test]
fn j12_depth_is_bounded() {
    crate::on_a_small_stack(|| {
        for depth in [128, 100_000, 5_000_000] {
            assert!(serde_json::from_str::<TextOrJson>(&"[".repeat(depth)).is_err());
        }
    });
    let wire = format!("{}{}", "[".repeat(127), "]".repeat(127));
    assert_eq!(read(&wire), wire.as_str());
}

#[test]
fn j18_j19_j20_text_that_is_not_text_is_refused_and_odd_text_is_kept() {
    assert!(serde_json::from_slice::<TextOrJson>(b"\"\xFF\xFE\"").is_err());
    assert!(serde_json::from_str::<TextOrJson>(r#""\ud83d""#).is_err());
    assert_eq!(read(r#""\u0000\u2028\ufeff""#), "\0\u{2028}\u{feff}");
}
