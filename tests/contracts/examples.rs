//! The examples in the documents are requests that the types can make.

use crate::{Faults, documents::DOCUMENTS, models::entry, same};

#[test]
fn every_document_is_about_a_model_of_the_catalogue() {
    let mut documented: Vec<&str> = DOCUMENTS
        .iter()
        .map(|document| document.id.as_str())
        .collect();
    let mut known: Vec<&str> = crate::models::ALL.iter().map(|entry| entry.id).collect();
    documented.sort_unstable();
    known.sort_unstable();
    assert_eq!(documented, known);
}

#[test]
fn every_body_that_can_be_written_in_a_document_has_an_example() {
    for document in &*DOCUMENTS {
        assert_eq!(
            document.examples().count() > 0,
            document.body().is_some(),
            "{}",
            document.id
        );
    }
}

#[test]
fn c22_every_example_is_an_input_and_goes_out_as_it_was_read() {
    let mut faults = Faults::default();
    let mut seen = 0;
    for document in &*DOCUMENTS {
        for example in document.examples() {
            seen += 1;
            match (entry(&document.id).request)(example) {
                Ok(request) => {
                    let id = &document.id;
                    faults.unless(same(&request.json, example), || {
                        format!("{id}: {example} goes out as {}", request.json)
                    });
                    faults.unless(request.violations.is_empty(), || {
                        format!("{id}: {example} is invalid: {:?}", request.violations)
                    });
                }
                Err(error) => faults.add(format!("{}: {example} is refused: {error}", document.id)),
            }
        }
    }
    faults.settle();
    assert!(seen >= 111, "only {seen} examples");
}
