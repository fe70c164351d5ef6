//! Rows of numbers: what is one, and what can be done with it.

use workers_ai_models::{Invalid, Matrix, cosine_similarity};

fn read(text: &str) -> Matrix {
    serde_json::from_str(text).expect(text)
}

fn rows(matrix: &Matrix) -> Vec<Vec<f64>> {
    matrix.rows().map(<[f64]>::to_vec).collect()
}

#[test]
fn rows_of_every_shape_are_kept() {
    type Case = (&'static str, &'static [&'static [f64]], Option<usize>);
    const CASES: &[Case] = &[
        ("[]", &[], None),
        ("[[]]", &[&[]], Some(0)),
        ("[[],[]]", &[&[], &[]], Some(0)),
        ("[[1]]", &[&[1.0]], Some(1)),
        ("[[1,2],[3,4]]", &[&[1.0, 2.0], &[3.0, 4.0]], Some(2)),
        ("[[1,2],[3]]", &[&[1.0, 2.0], &[3.0]], None),
        ("[[1],[2,3],[4]]", &[&[1.0], &[2.0, 3.0], &[4.0]], None),
        ("[[],[1]]", &[&[], &[1.0]], None),
        ("[[1],[],[2]]", &[&[1.0], &[], &[2.0]], None),
    ];
    for (text, expected, dimensions) in CASES {
        let matrix = read(text);
        assert_eq!(rows(&matrix), *expected, "{text}");
        assert_eq!(matrix.dimensions(), *dimensions, "{text}");
        assert_eq!(matrix.len(), expected.len(), "{text}");
        assert_eq!(matrix.is_empty(), expected.is_empty(), "{text}");
        assert_eq!(matrix.row(0), expected.first().copied(), "{text}");
        assert_eq!(matrix.row(expected.len()), None, "{text}");
        assert_eq!(matrix.row(usize::MAX), None, "{text}");
        assert_eq!(matrix.as_flat(), expected.concat(), "{text}");

        assert_eq!(matrix, Matrix::from(rows(&matrix)), "{text}");
        assert_eq!(
            matrix,
            read(&serde_json::to_string(&matrix).expect("JSON")),
            "{text}"
        );
        let tree = serde_json::from_str(text).expect("JSON");
        assert_eq!(
            matrix,
            serde_json::from_value(tree).expect("rows"),
            "{text}"
        );
        assert_eq!(matrix.clone().into_rows(), *expected, "{text}");
        assert_eq!(matrix.rows().len(), expected.len(), "{text}");
        assert!(matrix.rows().rev().eq(expected.iter().copied().rev()));
        assert!((&matrix).into_iter().eq(expected.iter().copied()));
        assert!(matrix.into_iter().eq(expected.iter().copied()));
    }
}

#[test]
fn what_is_not_rows_of_numbers_is_an_error() {
    for text in [
        "null",
        "{}",
        "[1]",
        "[null]",
        "[[null]]",
        "[[\"1\"]]",
        "[[true]]",
        "[[[1]]]",
        "[[1],2]",
        "[[NaN]]",
        "[[1,]]",
        "[[1]",
        "[[Infinity]]",
    ] {
        assert!(serde_json::from_str::<Matrix>(text).is_err(), "{text}");
    }
}

#[test]
fn j13_numbers_stay_finite_and_double() {
    assert!(serde_json::from_str::<Matrix>("[[1e400]]").is_err());
    assert_eq!(read("[[1e39, 0.1]]").as_flat(), [1e39, 0.1]);

    let infinite = Matrix::from(vec![vec![1.0, f64::INFINITY]]);
    assert!(Invalid::unless_fits(&infinite).is_err());
}

#[test]
fn j22_five_million_numbers() {
    let row = format!("[{}]", vec!["0.25"; 1000].join(","));
    let text = format!("[{}]", vec![row; 5000].join(","));
    let matrix = read(&text);
    assert_eq!((matrix.len(), matrix.dimensions()), (5000, Some(1000)));
    assert_eq!(format!("{matrix:?}"), "Matrix(5000 rows of 1000)");
}

#[test]
fn single_precision_is_asked_for() {
    assert_eq!(read("[[0.1],[2]]").to_f32(), [0.1_f32, 2.0]);
}

#[test]
fn likeness_is_between_minus_one_and_one_or_nothing() {
    let near = |a: &[f64], b: &[f64], expected: f64| {
        let cosine = cosine_similarity(a, b).expect("comparable");
        assert!((cosine - expected).abs() < 1e-12, "{cosine}");
        assert!((-1.0..=1.0).contains(&cosine));
    };
    near(&[1.0, 2.0], &[2.0, 4.0], 1.0);
    near(&[1.0, 2.0], &[-1.0, -2.0], -1.0);
    near(&[1.0, 0.0], &[1.0, 1.0], std::f64::consts::FRAC_1_SQRT_2);
    near(&[0.1; 7], &[0.1; 7], 1.0);

    let incomparable: [(&[f64], &[f64]); 5] = [
        (&[], &[]),
        (&[1.0], &[1.0, 0.0]),
        (&[0.0], &[1.0]),
        (&[f64::NAN], &[1.0]),
        (&[1e300], &[1e300]),
    ];
    for (a, b) in incomparable {
        assert_eq!(cosine_similarity(a, b), None, "{a:?} {b:?}");
    }
}
