//! What text alone proves little of: the compiled cases at work, written and read.

use std::{collections::BTreeSet, fmt::Debug};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use workers_ai_models::{
    Answer, Batched, Model, ModelInput, OpenEnum, PartValue, Payload, Streaming,
};

use crate::compiled::{
    additional_properties, batch_different, batch_same, body_of_bytes, bytes, choices,
    colliding_fields, constant, limits, media_answer, multipart, nullable, presence_union,
    presence_union_larger_first, property_names, recursion, recursion_mutual, says, shape_or_key,
    shape_union, shared_input, stream, tagged_union, text_or_structure, type_arrays,
    union_same_tag,
};

/// What is read of an answer.
#[track_caller]
fn read<T: DeserializeOwned>(body: &Value) -> T {
    // From text, as answers come: some types keep the very text.
    serde_json::from_str(&body.to_string()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// What is written of an input.
#[track_caller]
fn written(input: &impl Serialize) -> Value {
    serde_json::to_value(input).expect("an input as JSON")
}

/// The paths outside their limits.
fn outside<I: ModelInput + Debug>(input: &I) -> Vec<String> {
    let violations = input.validate().err().map(|invalid| invalid.violations);
    violations
        .into_iter()
        .flatten()
        .map(|violation| violation.path)
        .collect()
}

#[test]
fn only_what_was_set_is_written() {
    let input = limits::Limits::input("hello", ["one"]);
    assert_eq!(
        written(&input),
        json!({"prompt": "hello", "words": ["one"]})
    );
    assert_eq!(
        written(&input.temperature(0.0)),
        json!({"prompt": "hello", "words": ["one"], "temperature": 0.0})
    );
    assert_eq!(
        written(&property_names::PropertyNames::self_("x")),
        json!({"Self": "x"})
    );
}

#[test]
fn types_that_contain_themselves_go_around() {
    use recursion::{RecursionAll, RecursionEqual, RecursionFilter, RecursionNot, Tree};

    let leaf = |name: &str| Tree::new().name(name);
    let tree = leaf("root")
        .children([leaf("a").children([leaf("b")]), leaf("c")])
        .named([("d", leaf("d"))])
        .parent(leaf("e").parent(leaf("f")));
    let body = written(&tree);
    assert_eq!(body["children"][0]["children"][0]["name"], "b");
    assert_eq!(body["parent"]["parent"]["name"], "f");
    assert_eq!(read::<Tree>(&body), tree);

    let filter = RecursionAll::new([RecursionFilter::from(RecursionNot::new(
        RecursionEqual::new("x"),
    ))]);
    let input = recursion::Recursion::tree(leaf("t")).filter(filter);
    assert_eq!(
        written(&input),
        json!({"tree": {"name": "t"}, "filter": {"all": [{"not": {"equal": "x"}}]}})
    );
}

#[test]
fn types_that_contain_each_other_go_around() {
    use recursion_mutual::{Egg, Hen};

    let hen = Hen::new()
        .name("first")
        .lays(Egg::new().weight(61.5).hatches(Hen::new().name("second")));
    let body = written(&hen);
    assert_eq!(
        body,
        json!({"name": "first", "lays": {"weight": 61.5, "hatches": {"name": "second"}}})
    );
    assert_eq!(read::<Hen>(&body), hen);
}

#[test]
fn the_larger_alternative_is_read_whole() {
    use presence_union::PresenceUnionOutput as Output;

    let Output::Long(long) = read(&json!({"response": "x", "calls": ["y"]})) else {
        panic!("not the larger one")
    };
    assert_eq!(
        (long.response.as_deref(), long.calls, long.cost),
        (Some("x"), Some(vec!["y".to_owned()]), None)
    );
    assert!(
        matches!(read(&json!({"response": "x"})), Output::Short(short) if short.response.as_deref() == Some("x"))
    );
    assert!(matches!(read(&json!({"cost": 2})), Output::Long(long) if long.cost == Some(2.0)));
    let newer = json!({"answer": {"deep": [1.0, "x", null]}});
    assert!(matches!(read(&newer), Output::Unknown(kept) if kept == newer));
}

#[test]
fn members_are_not_lost_whichever_alternative_is_read() {
    use presence_union_larger_first::PresenceUnionLargerFirstOutput as Output;

    assert!(matches!(
        read(&json!({"a": "x", "b": "y", "c": "z"})),
        Output::Long(_)
    ));
    assert!(matches!(
        read(&json!({"a": "x", "b": "y"})),
        Output::Middle(_) | Output::Long(_)
    ));
    assert!(
        matches!(read(&json!({"c": "z"})), Output::Long(long) if long.c.as_deref() == Some("z"))
    );
    assert!(!matches!(read(&json!({"a": "x"})), Output::Unknown(_)));
}

#[test]
fn alternatives_of_one_tag_are_told_by_the_rest() {
    use union_same_tag::UnionSameTagOutput as Output;

    assert!(matches!(
        read(&json!({"type": "a", "x": "1"})),
        Output::First(_)
    ));
    assert!(matches!(
        read(&json!({"type": "a", "y": "1"})),
        Output::Second(_)
    ));
    let newer = json!({"type": "b", "y": "1"});
    assert!(matches!(read(&newer), Output::Unknown(kept) if kept == newer));
}

#[test]
fn an_alternative_is_told_by_the_look_of_a_value() {
    use shape_union::ShapeUnionOutput as Output;

    let told = |body: &Value| match read::<Output>(body) {
        Output::Scores(_) => "scores",
        Output::Vectors(_) => "vectors",
        Output::Flat(_) => "flat",
        Output::Words(_) => "words",
        Output::Yes(_) => "yes",
        Output::Table(_) => "table",
        Output::Data(_) => "data",
        _ => "unknown",
    };
    for (body, expected) in [
        (json!({"response": [{"id": 1, "score": 0.5}]}), "scores"),
        (json!({"response": [[0.5, 1]]}), "vectors"),
        (json!({"response": [0.5, 1]}), "flat"),
        (json!({"response": "text"}), "words"),
        (json!({"response": false}), "yes"),
        (json!({"response": {"a": 1}}), "table"),
        (json!({"data": [1]}), "data"),
        (json!({"new": 1}), "unknown"),
    ] {
        assert_eq!(told(&body), expected, "{body}");
    }
}

#[test]
fn an_alternative_needs_none_of_its_own_members() {
    use shape_or_key::ShapeOrKeyOutput as Output;

    assert!(matches!(
        read(&json!({"response": [[1]], "shape": [1, 1]})),
        Output::Vectors(_)
    ));
    assert!(matches!(
        read(&json!({"response": [[1]]})),
        Output::Vectors(_)
    ));
    assert!(matches!(
        read(&json!({"response": [{"id": 1}]})),
        Output::Scores(_)
    ));
}

#[test]
fn an_alternative_is_told_by_its_kind_of_json() {
    use text_or_structure::TextOrStructureOutput as Output;

    assert!(matches!(read(&json!("x")), Output::Text(text) if text == "x"));
    assert!(matches!(read(&json!([1, 2.5])), Output::Numbers(numbers) if numbers == [1.0, 2.5]));
    assert!(matches!(read(&json!(true)), Output::Flag(true)));
    assert!(matches!(read(&json!(7)), Output::Number(7)));
    assert!(matches!(read(&Value::Null), Output::Unknown(Value::Null)));
}

#[test]
fn a_tag_is_written_and_decides_what_is_read() {
    use tagged_union::{
        TaggedUnion, TaggedUnionOutput as Output, TaggedUnionPart, TaggedUnionPicture,
        TaggedUnionWords,
    };

    let parts: [TaggedUnionPart; 2] = [
        TaggedUnionWords::new("x").into(),
        TaggedUnionPicture::new("https://a").into(),
    ];
    let body =
        json!({"parts": [{"type": "text", "text": "x"}, {"type": "image", "url": "https://a"}]});
    assert_eq!(written(&TaggedUnion::parts(parts)), body);
    assert!(
        matches!(read(&json!({"left": 3, "kind": "busy"})), Output::Busy(busy) if busy.left == Some(3))
    );
    assert!(matches!(
        read(&json!({"text": "x", "kind": "done"})),
        Output::Done(_)
    ));
    let newer = json!({"kind": "lost", "text": "x"});
    assert!(matches!(read(&newer), Output::Unknown(kept) if kept == newer));
}

#[test]
fn every_choice_is_itself_and_a_new_one_is_kept() {
    fn check<E: OpenEnum + DeserializeOwned + Serialize + Debug>() {
        let distinct: BTreeSet<&str> = E::VALUES.iter().copied().collect();
        assert_eq!(distinct.len(), E::VALUES.len());
        let mut shown = BTreeSet::new();
        for value in E::VALUES {
            let choice: E = read(&json!(value));
            assert!(choice.is_known() && choice.as_str() == *value, "{choice:?}");
            assert_eq!(written(&choice), json!(value));
            assert!(
                shown.insert(format!("{choice:?}")),
                "{choice:?} stands for two values"
            );
        }
        let newer: E = read(&json!("a value of next year"));
        assert!(!newer.is_known());
        assert_eq!(written(&newer), json!("a value of next year"));
    }
    check::<choices::ChoicesMark>();
    check::<choices::ChoicesWord>();
    check::<choices::ChoicesSize>();
    check::<choices::ChoicesLetter>();
    check::<choices::ChoicesKnown>();
}

#[test]
fn a_choice_that_is_not_known_is_said_by_the_check() {
    let input = choices::Choices::input().known("fast").size("8k");
    assert_eq!(outside(&input), ["size"]);
    assert_eq!(written(&input), json!({"known": "fast", "size": "8k"}));
}

#[test]
fn odd_names_are_exact_on_the_wire() {
    let input = property_names::PropertyNames::self_("1")
        .type_("2")
        .crate_("3")
        .async_("4")
        .empty("5")
        .a_b("6")
        .own_("7");
    let body = json!({"Self": "1", "type": "2", "crate": "3", "async": "4", "": "5", "a.b": "6", "own": "7"});
    assert_eq!(written(&input), body);
    let output: property_names::PropertyNamesOutput =
        read(&json!({"type": "t", "async": true, "a/b~c": 1}));
    assert_eq!(
        (output.type_.as_deref(), output.async_, output.a_b_c),
        (Some("t"), Some(true), Some(1))
    );

    let both = colliding_fields::CollidingFields::input()
        .a_b("1")
        .a_b_2("2")
        .a_b_3("3")
        .foo_bar(true)
        .foo_bar_2(false);
    assert_eq!(
        written(&both),
        json!({"a-b": "1", "a_b": "2", "aB": "3", "fooBar": true, "foo_bar": false})
    );
    let output: colliding_fields::CollidingFieldsOutput =
        read(&json!({"user_id": "b", "userId": "a"}));
    assert_eq!(
        (output.user_id.as_deref(), output.user_id_2.as_deref()),
        (Some("a"), Some("b"))
    );
}

#[test]
fn null_is_the_same_as_absent() {
    use nullable::NullableOutput;

    let absent: NullableOutput = read(&json!({}));
    assert_eq!(
        read::<NullableOutput>(
            &json!({"by_flag": null, "list": null, "by_union": null, "by_const": null})
        ),
        absent
    );
    let present: NullableOutput =
        read(&json!({"by_flag": 1, "list": ["a"], "by_union": {"a": null}, "by_const": false}));
    assert_eq!((present.by_flag, present.by_const), (Some(1), Some(false)));
    assert_eq!(present.by_union.map(|inner| inner.a), Some(None));
}

#[test]
fn unknown_members_are_no_error_even_where_the_document_forbids_them() {
    use additional_properties::AdditionalPropertiesOutput;

    let output: AdditionalPropertiesOutput =
        read(&json!({"text": "x", "newer": {"text": 1}, "": []}));
    assert_eq!(output.text.as_deref(), Some("x"));
}

#[test]
fn a_whole_number_may_come_as_another_number() {
    let output: type_arrays::TypeArraysOutput = read(&json!({"stop": 12, "more": [1]}));
    assert_eq!(
        output
            .stop
            .map(|stop| stop.as_text().into_owned())
            .as_deref(),
        Some("12")
    );
    let output: media_answer::BothOutput = read(&json!({"seed": 12.0}));
    assert_eq!(output.seed, Some(12));
}

#[test]
fn constants_are_filled_in() {
    let input = constant::Constant::query("x");
    assert_eq!(
        written(&input),
        json!({"type": "search", "version": "v1", "query": "x"})
    );
    let output: constant::ConstantOutput = read(&json!({"object": "something newer", "text": "x"}));
    assert_eq!(
        (output.object.as_deref(), output.text.as_deref()),
        (Some("something newer"), Some("x"))
    );
}

#[test]
fn limits_hold_at_their_ends_and_not_beyond() {
    use limits::{Limits, LimitsNested};

    let within = Limits::input("x", ["ab"])
        .temperature(5.0)
        .seed(9_999_999_999)
        .penalty(-2.5)
        .shift(-3)
        .top(50)
        .weights([0.0, 1.0])
        .nested([LimitsNested::new().x(1.0)])
        .either(["seven77", ""])
        .free(f64::MAX);
    assert_eq!(outside(&within), Vec::<String>::new());
    let beyond = Limits::input("", ["ab", "c"])
        .temperature(5.1)
        .seed(0)
        .penalty(f64::NAN)
        .shift(-4)
        .top(51)
        .weights([0.5, 1.1])
        .named([("a", f64::INFINITY)])
        .nested([LimitsNested::new(), LimitsNested::new().x(2.0)])
        .either("eight888")
        .free(f64::NEG_INFINITY);
    let paths = [
        "prompt",
        "words[1]",
        "temperature",
        "seed",
        "penalty",
        "shift",
        "top",
        "weights[1]",
        "named.a",
        "nested[1].x",
        "either",
        "free",
    ];
    assert_eq!(outside(&beyond), paths);
}

#[test]
fn bytes_travel_as_the_document_says() {
    let input = bytes::Bytes::numbers(vec![0, 255])
        .encoded(vec![1, 2, 3])
        .two_ways(vec![0])
        .json_text("{}");
    let body =
        json!({"numbers": [0, 255], "encoded": "AQID", "two_ways": "AA==", "json_text": "{}"});
    assert_eq!(written(&input), body);
    let output: bytes::BytesOutput = read(&json!({"image": "AQID", "mask": [4, 5]}));
    let bytes = |media: Option<workers_ai_models::Media>| {
        media.map(|media| media.into_bytes().expect("bytes").to_vec())
    };
    assert_eq!(
        (bytes(output.image), bytes(output.mask)),
        (Some(vec![1, 2, 3]), Some(vec![4, 5]))
    );
}

#[test]
fn a_body_of_bytes_has_the_rest_in_its_query() {
    use body_of_bytes::BodyOfBytes;

    let input = BodyOfBytes::input(vec![1, 2], "large")
        .language("de")
        .punctuate(true)
        .keyword(["a b", "c"]);
    let Ok(Payload::Raw(body)) = BodyOfBytes::encode(&input) else {
        panic!("not raw")
    };
    assert_eq!(
        (body.content_type.as_ref(), body.bytes.as_ref()),
        ("audio/wav", &[1, 2][..])
    );
    let query: Vec<(&str, &str)> = body
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let expected = BTreeSet::from([
        ("model", "large"),
        ("language", "de"),
        ("punctuate", "true"),
        ("keyword", "a b"),
        ("keyword", "c"),
    ]);
    assert_eq!(query.len(), expected.len());
    assert_eq!(query.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn a_form_has_a_part_for_each_field_that_was_set() {
    use multipart::Multipart;

    let input = Multipart::input("a prompt", vec![1, 2])
        .steps(8)
        .tile(false)
        .mode("fast");
    let Ok(Payload::Multipart(parts)) = Multipart::encode(&input) else {
        panic!("no form")
    };
    let shown: Vec<String> = parts
        .iter()
        .map(|part| match &part.value {
            PartValue::Text(text) => format!("{}={text}", part.name),
            PartValue::File { bytes, .. } => format!("{}: {} bytes", part.name, bytes.len()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "prompt=a prompt",
            "image: 2 bytes",
            "steps=8",
            "tile=false",
            "mode=fast"
        ]
    );
}

#[test]
fn raw_bytes_become_the_answer_where_the_document_says_so() {
    use media_answer::{Both, Bytes, Text};

    let media = || workers_ai_models::Media::new(vec![7]);
    assert!(Bytes::from_media(media()).is_some());
    assert!(
        Both::from_media(media())
            .is_some_and(|output| output.image.is_some() && output.seed.is_none())
    );
    assert!(Text::from_media(media()).is_none());
}

#[test]
fn a_stream_is_asked_for_where_that_is_possible() {
    use stream::{Always, Plain, Silent, SilentEvent};

    let mut input = Plain::prompt("x");
    Plain::set_stream(&mut input, true);
    assert_eq!(written(&input), json!({"prompt": "x", "stream": true}));
    let mut input = Always::input();
    Always::set_stream(&mut input, false);
    assert_eq!(written(&input), json!({"stream": false}));
    assert_eq!(
        (Always::DEFAULT, Always::END, Plain::DEFAULT, Plain::END),
        (true, "[END]", false, "[DONE]")
    );
    let mut input = Silent::prompt("x");
    Silent::set_stream(&mut input, true);
    assert_eq!(written(&input), json!({"prompt": "x"}));
    assert!(matches!(
        read(&json!({"type": "end", "text": "x"})),
        SilentEvent::End(_)
    ));
}

#[test]
fn a_shared_input_knows_its_model() {
    use shared_input::{First, FirstInput, Second};

    fn id<I: ModelInput>(_: &I) -> &'static str {
        I::Model::ID
    }
    assert_eq!(id(&First::prompt("x")), "@cf/test/first");
    assert_eq!(id(&Second::words(["x"])), "@cf/test/second");
    let mut input = FirstInput::from(First::prompt("x").style("rich"));
    First::set_stream(&mut input, true);
    assert_eq!(
        written(&input),
        json!({"prompt": "x", "stream": true, "style": "rich"})
    );
}

#[test]
fn a_batch_takes_the_requests_of_its_document() {
    fn request<M: Batched>(request: impl Into<M::Request>) -> Value {
        written(&request.into())
    }
    assert_eq!(
        request::<batch_same::BatchSame>(batch_same::BatchSame::query("x")),
        json!({"query": "x"})
    );
    let other = batch_different::BatchDifferentRequest::new("x").external_reference("y");
    assert_eq!(
        request::<batch_different::BatchDifferent>(other),
        json!({"prompt": "x", "external_reference": "y"})
    );
}

#[test]
fn an_answer_says_what_its_parts_say() {
    use says::{SaysEvent, SaysOutput};

    let output: SaysOutput = read(&json!({
        "choices": [{"message": {"content": "hello", "thinking": "hm", "tool_calls": [
            {"index": 1, "id": "c1", "function": {"name": "look", "arguments": "{\"at\": \"it\"}"}}
        ]}}, {"text": "another"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "neurons": 0.5, "prompt_tokens_details": {"cached_tokens": 2}}
    }));
    assert_eq!(Answer::text(&output).as_deref(), Some("hello"));
    assert_eq!(Answer::reasoning(&output).as_deref(), Some("hm"));
    let calls = Answer::tool_calls(&output);
    assert_eq!(calls.len(), 1);
    assert_eq!(
        calls[0].arguments::<Value>().expect("JSON"),
        json!({"at": "it"})
    );
    assert!(Answer::usage(&output).is_some());

    let parts: SaysOutput = read(&json!({"output": [
        {"type": "thought", "summary": ["first ", "then"]}, {"type": "noise", "level": 1}, {"type": "words", "text": "said"}
    ]}));
    assert_eq!(Answer::text(&parts).as_deref(), Some("said"));
    assert!(
        Answer::reasoning(&parts)
            .is_some_and(|text| text.contains("first") && text.contains("then"))
    );
    let event: SaysEvent = read(&json!({"response": {"an": "object"}}));
    assert!(Answer::text(&event).is_some_and(|text| text.contains("object")));
    let nothing: SaysOutput = read(&json!({}));
    assert!(
        Answer::text(&nothing).is_none()
            && Answer::usage(&nothing).is_none()
            && Answer::tool_calls(&nothing).is_empty()
    );
}
