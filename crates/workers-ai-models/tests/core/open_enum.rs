//! Choices that may be new.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use workers_ai_models::{Invalid, OpenEnum, open_enum};

open_enum! {
    /// How vectors of tokens become one.
    pub(crate) enum Pooling {
        /// Their mean.
        Mean = "mean",
        /// The first.
        Cls = "cls",
    }
}

open_enum! {
    enum Single {
        Only = "the \"only\" one",
    }
}

#[test]
fn j06_a_new_value_is_kept_as_it_came() {
    let read = |text: &str| serde_json::from_str::<Pooling>(text).expect(text);
    assert_eq!(read(r#""mean""#), Pooling::Mean);
    assert_eq!(read(r#""m\u0065an""#), Pooling::Mean);
    for text in ["max", "", "Mean", " mean", "\0", "Other"] {
        let wire = serde_json::to_string(text).expect("JSON");
        let value = read(&wire);
        assert!(
            matches!(&value, Pooling::Other(kept) if kept == text),
            "{text:?}"
        );
        assert!(!value.is_known(), "{text:?}");
        assert_eq!(serde_json::to_string(&value).expect("JSON"), wire);
        assert_eq!(
            serde_json::from_reader::<_, Pooling>(wire.as_bytes()).expect("text"),
            value
        );
        assert_eq!(
            serde_json::from_value::<Pooling>(text.into()).expect("text"),
            value
        );
    }
    for wire in ["null", "3", "true", "[]", "{}", r#"{"mean":null}"#] {
        assert!(serde_json::from_str::<Pooling>(wire).is_err(), "{wire}");
    }
    assert_eq!(
        serde_json::from_str::<Option<Pooling>>("null").expect("none"),
        None
    );
}

#[test]
fn text_becomes_a_value_and_back() {
    assert_eq!(Pooling::VALUES, ["mean", "cls"]);
    for text in ["mean", "cls", "max"] {
        let value = Pooling::from(text);
        assert_eq!(value.as_str(), text);
        assert_eq!(value, text);
        assert_eq!(value, Pooling::from(text.to_owned()));
        assert_eq!(Ok(value.clone()), text.parse::<Pooling>());
        assert_eq!(value.to_string(), text);
        assert_eq!(value.is_known(), Pooling::VALUES.contains(&text));
    }
    assert_eq!(format!("{:>5}|", Pooling::Cls), "  cls|");
    assert_eq!(Single::from("the \"only\" one"), Single::Only);
}

#[test]
fn a_known_text_in_disguise_is_the_known_value() {
    let disguised = Pooling::Other("cls".into());
    assert!(disguised.is_known());
    assert_eq!(disguised, Pooling::Cls);
    assert_eq!(HashSet::from([disguised, Pooling::Cls]).len(), 1);
}

#[test]
fn values_work_as_keys_and_in_lists() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Settings {
        pooling: Vec<Pooling>,
        extra: BTreeMap<String, Pooling>,
    }
    let wire = r#"{"pooling":["cls","max"],"extra":{"a":"mean"}}"#;
    let settings: Settings = serde_json::from_str(wire).expect("settings");
    assert_eq!(settings.pooling, ["cls", "max"]);
    assert_eq!(serde_json::to_string(&settings).expect("JSON"), wire);
}

#[test]
fn a_value_outside_the_list_is_a_violation_without_its_text() {
    fn values<E: OpenEnum>(_: &E) -> &'static [&'static str] {
        E::VALUES
    }
    assert_eq!(values(&Pooling::Mean), Pooling::VALUES);
    assert!(Invalid::unless_fits(&Pooling::Mean).is_ok());
    let invalid = Invalid::unless_fits(&vec![Pooling::Mean, Pooling::from("max")]).unwrap_err();
    assert_eq!(
        invalid.to_string(),
        "invalid input: [1] is text of 3 characters, allowed is one of mean, cls"
    );
}
