//! Rows of numbers, as embeddings come: in one piece of memory, because there can be millions.

mod rows;

use std::{
    fmt::{self, Debug},
    iter::FusedIterator,
    ops::Range,
    vec,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, SeqAccess, Unexpected, Visitor},
};

use crate::cut;

/// Rows of numbers in one allocation.
///
/// Rows of different lengths are kept as they are.
///
/// ```
/// use workers_ai_models::Matrix;
///
/// let matrix: Matrix = serde_json::from_str("[[0.5, 1], [2, -4]]")?;
/// assert_eq!((matrix.len(), matrix.dimensions()), (2, Some(2)));
/// assert_eq!(matrix.row(1), Some(&[2.0, -4.0][..]));
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Default)]
pub struct Matrix {
    flat: Vec<f64>,
    rows: Rows,
}

/// Where the rows end.
#[derive(Clone, PartialEq)]
enum Rows {
    Even { count: usize, width: usize },
    Ragged { ends: Vec<usize> },
}

impl Default for Rows {
    fn default() -> Self {
        Self::Even { count: 0, width: 0 }
    }
}

impl Matrix {
    /// The rows, first to last.
    #[must_use]
    pub fn rows(&self) -> MatrixRows<'_> {
        MatrixRows {
            matrix: self,
            left: 0..self.len(),
        }
    }

    /// One row, counted from zero.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<&[f64]> {
        match &self.rows {
            Rows::Even { count, width } => {
                let start = (index < *count).then(|| index * width)?;
                self.flat.get(start..start + width)
            }
            Rows::Ragged { ends } => {
                let start = match index.checked_sub(1) {
                    Some(before) => *ends.get(before)?,
                    None => 0,
                };
                self.flat.get(start..*ends.get(index)?)
            }
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Even { count, .. } => *count,
            Rows::Ragged { ends } => ends.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers each row has; `None` if there is no row or they differ.
    #[must_use]
    pub fn dimensions(&self) -> Option<usize> {
        match self.rows {
            Rows::Even { count: 1.., width } => Some(width),
            Rows::Even { .. } | Rows::Ragged { .. } => None,
        }
    }

    /// Every number, row after row.
    #[must_use]
    pub fn as_flat(&self) -> &[f64] {
        &self.flat
    }

    /// Each row on its own.
    #[must_use]
    pub fn into_rows(self) -> Vec<Vec<f64>> {
        self.rows().map(<[f64]>::to_vec).collect()
    }

    /// Every number, row after row, in single precision, as vector stores like them.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "that is what is asked for")]
    pub fn to_f32(&self) -> Vec<f32> {
        self.flat.iter().map(|number| *number as f32).collect()
    }

    /// Ends the row that has just been appended to `flat`.
    fn end_row(&mut self) {
        let end = self.flat.len();
        match &mut self.rows {
            Rows::Even { count: 0, width } => {
                *width = end;
                self.rows = Rows::Even {
                    count: 1,
                    width: end,
                };
            }
            Rows::Even { count, width } if end == (*count + 1) * *width => *count += 1,
            Rows::Even { count, width } => {
                let ends = (1..=*count).map(|row| row * *width).chain([end]).collect();
                self.rows = Rows::Ragged { ends };
            }
            Rows::Ragged { ends } => ends.push(end),
        }
    }
}

/// The rows of a [`Matrix`].
#[derive(Debug, Clone)]
pub struct MatrixRows<'a> {
    matrix: &'a Matrix,
    left: Range<usize>,
}

impl<'a> MatrixRows<'a> {
    fn row(&self, index: usize) -> &'a [f64] {
        self.matrix.row(index).unwrap_or_default()
    }
}

impl<'a> Iterator for MatrixRows<'a> {
    type Item = &'a [f64];

    fn next(&mut self) -> Option<&'a [f64]> {
        self.left.next().map(|index| self.row(index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl DoubleEndedIterator for MatrixRows<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.left.next_back().map(|index| self.row(index))
    }
}

impl ExactSizeIterator for MatrixRows<'_> {}

impl FusedIterator for MatrixRows<'_> {}

/// Row by row.
#[expect(
    clippy::into_iter_without_iter,
    reason = "`rows` says what is gone through"
)]
impl<'a> IntoIterator for &'a Matrix {
    type Item = &'a [f64];
    type IntoIter = MatrixRows<'a>;

    fn into_iter(self) -> MatrixRows<'a> {
        self.rows()
    }
}

/// Each row on its own, see [`Matrix::into_rows`].
impl IntoIterator for Matrix {
    type Item = Vec<f64>;
    type IntoIter = vec::IntoIter<Vec<f64>>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_rows().into_iter()
    }
}

/// The number of rows and their width; the numbers would fill the screen.
impl Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dimensions() {
            Some(width) => write!(f, "Matrix({} rows of {width})", self.len()),
            None => write!(f, "Matrix({} rows)", self.len()),
        }
    }
}

impl From<Vec<Vec<f64>>> for Matrix {
    fn from(rows: Vec<Vec<f64>>) -> Self {
        let mut matrix = Self::default();
        for row in rows {
            matrix.flat.extend(row);
            matrix.end_row();
        }
        matrix
    }
}

/// As a list of lists.
impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows())
    }
}

/// From a list of lists, straight into the one allocation.
impl<'de> Deserialize<'de> for Matrix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Matrix;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows of numbers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Matrix, A::Error> {
                let mut matrix = Matrix::default();
                while rows.next_element_seed(Row(&mut matrix.flat))?.is_some() {
                    matrix.end_row();
                }
                Ok(matrix)
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Matrix, E> {
                let rows = cut::take(text).and_then(|rows| rows::read(&rows));
                rows.ok_or_else(|| E::invalid_type(Unexpected::Str(text), &self))
            }
        }

        if cut::is_open() {
            deserializer.deserialize_any(All)
        } else {
            deserializer.deserialize_seq(All)
        }
    }
}

/// Appends one row's numbers.
struct Row<'a>(&'a mut Vec<f64>);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<(), A::Error> {
        while let Some(number) = numbers.next_element::<f64>()? {
            if !number.is_finite() {
                return Err(de::Error::custom("expected a finite number"));
            }
            self.0.push(number);
        }
        Ok(())
    }
}

/// How alike two embeddings point: 1 the same way, 0 unrelated, -1 opposite ways.
///
/// `None` if they cannot be compared: their lengths differ, or one of them has no direction.
///
/// ```
/// use workers_ai_models::cosine_similarity;
///
/// assert_eq!(cosine_similarity(&[3.0, 0.0], &[0.0, 2.0]), Some(0.0));
/// assert_eq!(cosine_similarity(&[3.0, 0.0], &[0.0, 0.0]), None);
/// ```
#[must_use]
pub fn cosine_similarity(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let cosine = dot(a, b) / (dot(a, a).sqrt() * dot(b, b).sqrt());
    cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0))
}
