//! Constructs that a document from elsewhere may have, compiled and at work: what is read and written of them.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use workers_ai_models::{Model, ModelInput, PartValue, Payload, Streaming};

use crate::compiled::{
    bytes_or_structure, constant_optional, extension_limits, limits_unchecked,
    multipart_alternatives, multipart_nesting, nullable_inside, recursion_of_inputs,
    recursion_of_unions, stream_required, union_map_or_structure, union_of_lists,
    union_text_or_number,
};

#[track_caller]
fn read<T: DeserializeOwned>(body: &Value) -> T {
    // From text, as answers come: some types keep the very text.
    serde_json::from_str(&body.to_string()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn json_of<M: Model>(input: &M::Input) -> Value {
    match M::encode(input).expect("an input that can be written") {
        Payload::Json(body) => serde_json::from_slice(&body).expect("JSON"),
        other => panic!("no JSON: {other:?}"),
    }
}

/// The parts of a form, files by their size.
fn parts_of<M: Model>(input: &M::Input) -> Vec<String> {
    let parts = match M::encode(input).expect("an input that can be written") {
        Payload::Multipart(parts) => parts,
        other => panic!("no form: {other:?}"),
    };
    let shown = parts.iter().map(|part| match &part.value {
        PartValue::Text(text) => format!("{}={text}", part.name),
        PartValue::File { bytes, .. } => format!("{} of {}", part.name, bytes.len()),
        other => panic!("{other:?}"),
    });
    shown.collect()
}

#[track_caller]
fn violations(input: &impl ModelInput) -> Vec<String> {
    let invalid = input.validate().err();
    let all = invalid.into_iter().flat_map(|invalid| invalid.violations);
    all.map(|violation| violation.path).collect()
}

#[test]
fn null_inside_lists_and_maps_and_instead_of_an_answer_is_read() {
    use nullable_inside::{InsideOutput, WholeOutput};

    let inside: InsideOutput = read(
        &json!({"list": ["a", null], "map": {"x": null, "y": 1}, "objects": [null, {"a": "b"}]}),
    );
    assert_eq!(inside.list, Some(vec![Some("a".to_owned()), None]));
    assert_eq!(inside.map.expect("a map")["x"], None);
    assert!(inside.objects.expect("objects")[0].is_none());
    assert_eq!(read::<WholeOutput>(&Value::Null), WholeOutput::default());
}

#[test]
fn unions_that_contain_each_other_come_to_an_end() {
    use recursion_of_unions::{First, Second};

    assert!(matches!(read(&json!({"a": "x"})), First::A(_)));
    assert!(matches!(read(&json!({"b": "x"})), Second::B(_)));
    let First::Second(second) = read(&json!({"b": "x"})) else {
        panic!("not the second")
    };
    assert!(matches!(*second, Second::B(_)));
    assert!(matches!(read(&json!({"c": "x"})), Second::Unknown(_)));
    assert!(matches!(read(&json!({})), First::Unknown(_)));
}

#[test]
fn values_that_are_no_objects_are_told_by_kind_and_first_item() {
    use union_of_lists::UnionOfListsOutput as Lists;
    use union_text_or_number::UnionTextOrNumberOutput as Plain;

    assert!(matches!(read(&json!(["a"])), Lists::Texts(_)));
    assert!(matches!(read(&json!([{"a": "b"}])), Lists::Form2s(_)));
    assert!(matches!(read(&json!([])), Lists::Texts(_)));

    assert!(matches!(read(&json!("a")), Plain::Json(_)));
    assert!(matches!(read(&json!(1.5)), Plain::Json(_)));
    assert!(matches!(read(&json!([1.0, 2])), Plain::Numbers(numbers) if numbers == [1, 2]));
    assert!(matches!(read(&json!({"a": "b"})), Plain::A(_)));
}

#[test]
fn an_object_of_known_keys_comes_before_one_of_any() {
    use union_map_or_structure::UnionMapOrStructureOutput as Output;

    assert!(matches!(read(&json!({"text": "a"})), Output::Text(_)));
    assert!(matches!(
        read(&json!({"text": 1, "other": 2})),
        Output::Table(_)
    ));
    assert!(matches!(read(&json!({})), Output::Table(_)));
}

#[test]
fn a_stream_that_has_to_be_said_is_said() {
    use stream_required::Asked;

    let mut input = Asked::input();
    assert_eq!(json_of::<Asked>(&input), json!({"stream": false}));
    Asked::set_stream(&mut input, true);
    assert_eq!(json_of::<Asked>(&input), json!({"stream": true}));
}

#[test]
fn the_wish_to_stream_reaches_the_alternative_of_an_alternative() {
    use recursion_of_inputs::{Ask, Second, SecondInput, Talk};

    let prompt = recursion_of_inputs::AskPrompt::new("x");
    let mut input = SecondInput::from(Ask::from(Talk::from(Ask::from(prompt))));
    Second::set_stream(&mut input, true);
    assert_eq!(
        json_of::<Second>(&input),
        json!({"prompt": "x", "stream": true})
    );
}

#[test]
fn a_form_repeats_the_items_of_a_list_and_writes_objects_as_json() {
    use multipart_nesting::{MultipartNesting, MultipartNestingOptions};

    let input = MultipartNesting::input()
        .words(["one", "two"])
        .options(MultipartNestingOptions::new().a("b"))
        .images([vec![1_u8], vec![2]]);
    assert_eq!(
        parts_of::<MultipartNesting>(&input),
        [
            "words=one",
            "words=two",
            r#"options={"a":"b"}"#,
            "images of 1",
            "images of 1"
        ]
    );
}

#[test]
fn a_form_is_that_of_the_alternative_with_the_options_of_its_model() {
    use multipart_alternatives::{Anything, Both, Either, EitherCorners, Plain, Settings};

    let either = |input| parts_of::<Either>(&input);
    let prompt = Either::prompt("a lake").image(vec![1]).effort("low");
    for (shown, expected) in [
        (
            either(prompt.into()),
            &["prompt=a lake", "image of 1", "effort=low"][..],
        ),
        (
            either(Either::images([vec![1], vec![2, 3]]).into()),
            &["kind=edit", "images of 1", "images of 2"],
        ),
        (either(Either::mask(vec![1]).into()), &["mask of 1"]),
        (
            either(Either::corners(EitherCorners::new().left(4)).into()),
            &[r#"corners={"left":4}"#],
        ),
        (
            parts_of::<Both>(&Both::words("two words").into()),
            &["words=two words"],
        ),
        (
            parts_of::<Plain>(&Plain::prompt("a lake")),
            &["prompt=a lake"],
        ),
        (
            parts_of::<Settings>(&[("scale".to_owned(), 0.5)].into()),
            &["scale=0.5"],
        ),
    ] {
        assert_eq!(shown, expected);
    }
    let Value::Object(members) = json!({"a": "b", "c": {"d": 1}, "e": null}) else {
        unreachable!()
    };
    assert_eq!(parts_of::<Anything>(&members), ["a=b", r#"c={"d":1}"#]);
}

#[test]
fn limits_of_items_rows_and_own_options_are_checked() {
    use extension_limits::ExtensionLimits;
    use limits_unchecked::LimitsUnchecked;

    let input = LimitsUnchecked::input().whole(10).ids([1, 9, 10]);
    assert_eq!(violations(&input), ["whole", "ids[2]"]);
    let rows = vec![vec![0.5]; 101];
    assert_eq!(violations(&LimitsUnchecked::input().rows(rows)), ["rows"]);
    assert_eq!(
        violations(&ExtensionLimits::messages(["a"]).depth(4)),
        ["depth"]
    );
}

#[test]
fn a_value_that_can_only_be_one_is_filled_in() {
    use constant_optional::ConstantOptional;

    let input = ConstantOptional::input();
    assert_eq!(
        json_of::<ConstantOptional>(&input),
        json!({"number": 7, "on": true})
    );
}

#[test]
fn bytes_travel_in_one_way_beside_what_describes_them() {
    use bytes_or_structure::{BytesOrStructure, BytesOrStructureLink};

    let bytes = BytesOrStructure::image(vec![1_u8, 2]);
    assert_eq!(
        json_of::<BytesOrStructure>(&bytes),
        json!({"image": "AQI="})
    );
    let link = BytesOrStructure::image(BytesOrStructureLink::new("there"));
    assert_eq!(
        json_of::<BytesOrStructure>(&link),
        json!({"image": {"url": "there"}})
    );
}
