//! Limits: both ends, in whatever a value is, without showing it.

use std::collections::BTreeMap;

use workers_ai_models::{Check, Invalid, Limit, Validate, open_enum};

use crate::CANARY;

/// Checks by a closure, so that a case is one line.
struct By<F>(F);

impl<F: Fn(&mut Check<'_>)> Validate for By<F> {
    fn check(&self, check: &mut Check<'_>) {
        (self.0)(check);
    }
}

/// What is said about a value, or nothing.
fn said(by: impl Fn(&mut Check<'_>)) -> String {
    match Invalid::unless_fits(&By(by)) {
        Ok(()) => String::new(),
        Err(invalid) => invalid.to_string().replacen("invalid input: ", "", 1),
    }
}

open_enum! {
    enum Format {
        Json = "json",
        Text = "text",
    }
}

#[test]
fn limits_include_both_ends() {
    for (limit, shown, inside, outside) in [
        (Limit::range(1, 3), "1 to 3", [1, 3], [0, 4]),
        (
            Limit::at_least(1),
            "at least 1",
            [1, i32::MAX],
            [0, i32::MIN],
        ),
        (Limit::at_most(3), "at most 3", [3, i32::MIN], [4, i32::MAX]),
    ] {
        assert_eq!(limit.to_string(), shown);
        assert!(inside.iter().all(|value| limit.allows(value)), "{shown}");
        assert!(!outside.iter().any(|value| limit.allows(value)), "{shown}");
    }
    assert_eq!(Limit::range(0.0, 1.5).to_string(), "0 to 1.5");
}

#[test]
fn j24_a_number_is_finite_and_within_its_limit() {
    const LIMIT: Limit<f64> = Limit::range(0.0, 5.0);
    for fine in [Some(0.0), Some(-0.0), Some(5.0), Some(0.1), None] {
        assert_eq!(said(|check| check.number("t", fine, LIMIT)), "");
        assert_eq!(said(|check| check.finite("t", fine)), "");
    }
    assert_eq!(
        said(|check| check.number("t", 5.1, LIMIT)),
        "t is 5.1, allowed is 0 to 5"
    );
    assert_eq!(
        said(|check| check.number("t", f64::NAN, LIMIT)),
        "t is NaN, allowed is 0 to 5"
    );
    for limit in [LIMIT, Limit::at_least(0.0), Limit::at_most(0.0)] {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_ne!(said(|check| check.number("t", Some(number), limit)), "");
        }
    }
    assert_eq!(
        said(|check| check.finite("t", f64::INFINITY)),
        "t is inf, allowed is a finite number"
    );
    assert_eq!(
        said(|check| check.nested("t", &vec![0.5, f64::NAN])),
        "t[1] is NaN, allowed is a finite number"
    );
}

#[test]
fn whole_numbers_of_every_width_fit_any_limit() {
    assert_eq!(
        said(|check| check.integer("k", 50_u64, Limit::<u64>::range(1, 50))),
        ""
    );
    assert_eq!(
        said(|check| check.integer("k", Some(-1_i64), Limit::<i64>::at_least(-1))),
        ""
    );
    assert_eq!(
        said(|check| check.integer("k", None::<u8>, Limit::<i64>::range(1, 50))),
        ""
    );
    assert_eq!(
        said(|check| check.integer("k", u64::MAX, Limit::<i64>::at_most(50))),
        "k is 18446744073709551615, allowed is at most 50"
    );
    assert_eq!(
        said(|check| check.integer("k", Some(i64::MIN), Limit::<u64>::at_least(0))),
        "k is -9223372036854775808, allowed is at least 0"
    );
}

#[test]
fn length_counts_characters_and_shows_no_text() {
    const LIMIT: Limit<u64> = Limit::range(1, 11);
    for fine in ["a", "héllo wörld", "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂", CANARY] {
        assert_eq!(said(|check| check.length("p", fine, LIMIT)), "", "{fine}");
        assert_eq!(
            said(|check| check.length("p", &fine.to_owned(), LIMIT)),
            "",
            "{fine}"
        );
        assert_eq!(
            said(|check| check.length("p", &Some(fine.to_owned()), LIMIT)),
            "",
            "{fine}"
        );
    }
    assert_eq!(said(|check| check.length("p", &None::<String>, LIMIT)), "");
    assert_eq!(
        said(|check| check.length("p", "", LIMIT)),
        "p is text of 0 characters, allowed is 1 to 11 characters"
    );
    let long = said(|check| check.length("p", &CANARY.repeat(2), LIMIT));
    assert_eq!(
        long,
        "p is text of 22 characters, allowed is 1 to 11 characters"
    );
}

#[test]
fn items_and_choices() {
    let list = [0_u8; 3];
    let none: Option<Vec<u8>> = None;
    assert_eq!(
        said(|check| check.items("m", list.len(), Limit::at_most(3))),
        ""
    );
    assert_eq!(
        said(|check| check.items("m", none.as_ref().map(Vec::len), Limit::at_least(1))),
        ""
    );
    assert_eq!(
        said(|check| check.items("m", list.len(), Limit::at_most(2))),
        "m is a list of 3, allowed is at most 2 items"
    );

    let absent: Option<Format> = None;
    assert_eq!(said(|check| check.nested("f", &absent)), "");
    assert_eq!(said(|check| check.nested("f", &Format::Json)), "");
    let odd = Some(Format::from(CANARY));
    assert_eq!(
        said(|check| check.nested("f", &odd)),
        "f is text of 11 characters, allowed is one of json, text"
    );
}

#[test]
fn each_item_of_a_list_has_its_place() {
    let texts = Some(vec!["ab".to_owned(), String::new()]);
    assert_eq!(
        said(|check| check.lengths("t", texts.iter().flatten(), Limit::at_least(1))),
        "t[1] is text of 0 characters, allowed is at least 1 characters"
    );
    assert_eq!(
        said(|check| check.lengths("t", texts.iter().flatten(), Limit::at_most(2))),
        ""
    );

    let numbers = vec![0.5, 2.0, f64::NAN];
    assert_eq!(
        said(|check| check.numbers("n", &numbers, Limit::at_most(1.0))),
        "n[1] is 2.0, allowed is at most 1; n[2] is NaN, allowed is at most 1"
    );
}

#[test]
fn an_empty_name_is_the_value_itself() {
    struct Either;
    impl Validate for Either {
        fn check(&self, check: &mut Check<'_>) {
            check.items("", 3, Limit::at_most(2));
            check.lengths("", [""], Limit::at_least(1));
        }
    }
    let faults = |path: &str| {
        format!(
            "{path} is a list of 3, allowed is at most 2 items; \
             {} is text of 0 characters, allowed is at least 1 characters",
            format!("{path}[0]").replace("the input", "")
        )
    };
    assert_eq!(
        said(|check| check.nested("input", &Either)),
        faults("input")
    );
    assert_eq!(said(|check| check.nested("", &Either)), faults("the input"));
}

#[test]
fn a_path_leads_to_the_part() {
    struct Message(f64);
    struct Chat {
        messages: Option<Vec<Message>>,
        weights: BTreeMap<String, Box<f64>>,
    }
    impl Validate for Message {
        fn check(&self, check: &mut Check<'_>) {
            check.finite("score", self.0);
        }
    }
    impl Validate for Chat {
        fn check(&self, check: &mut Check<'_>) {
            check.nested("messages", &self.messages);
            check.nested("weights", &self.weights);
        }
    }

    let chat = Chat {
        messages: Some(vec![Message(0.0), Message(f64::NAN)]),
        weights: BTreeMap::from([("a".into(), Box::new(f64::INFINITY))]),
    };
    assert_eq!(
        said(|check| check.nested("chat", &chat)),
        "chat.messages[1].score is NaN, allowed is a finite number; \
         chat.weights.a is inf, allowed is a finite number"
    );
    let empty = Chat {
        messages: None,
        weights: BTreeMap::new(),
    };
    assert!(Invalid::unless_fits(&empty).is_ok());
}

#[test]
fn a_rule_of_ones_own_speaks_of_the_whole() {
    assert_eq!(
        said(|check| check.reject("neither prompt nor messages", "one of them")),
        "the input is neither prompt nor messages, allowed is one of them"
    );
}

#[test]
fn a_million_faults_make_a_short_error() {
    let invalid = Invalid::unless_fits(&vec![f64::NAN; 1_000_000]).unwrap_err();
    assert_eq!(invalid.violations.len(), 32);
    assert!(invalid.to_string().len() < 4096);
}
