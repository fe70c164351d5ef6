//! The catalogue and the traits tell one story.

use std::collections::BTreeSet;

use workers_ai_models::{ModelInfo, catalogue};

use crate::models::{ALL, BATCHED, STREAMING};

fn ids(infos: impl IntoIterator<Item = &'static ModelInfo>) -> BTreeSet<&'static str> {
    infos.into_iter().map(|info| info.id).collect()
}

#[test]
fn the_tables_of_these_tests_cover_the_catalogue() {
    let all = || catalogue::all().iter().copied();
    assert_eq!(ALL.len(), all().count(), "no model twice, none missing");
    assert_eq!(
        ALL.iter().map(|entry| entry.id).collect::<BTreeSet<_>>(),
        ids(all())
    );
    assert_eq!(
        STREAMING
            .iter()
            .map(|entry| entry.id)
            .collect::<BTreeSet<_>>(),
        ids(all().filter(|info| info.streaming)),
        "`Streaming` is implemented by those whose entry says so"
    );
    assert_eq!(
        BATCHED
            .iter()
            .map(|entry| entry.id)
            .collect::<BTreeSet<_>>(),
        ids(all().filter(|info| info.batch)),
        "`Batched` is implemented by those whose entry says so"
    );
}

#[test]
fn every_model_is_found_by_the_id_it_is_called_with() {
    for entry in ALL {
        assert_eq!(entry.id, entry.info.id);
        assert_eq!(catalogue::by_id(entry.id), Some(entry.info));
    }
}

#[test]
fn ids_are_in_order_and_none_stands_twice() {
    let all = catalogue::all();
    let swapped = all.windows(2).find(|pair| pair[0].id >= pair[1].id);
    assert_eq!(
        swapped.map(|pair| [pair[0].id, pair[1].id]),
        None,
        "the first pair out of order"
    );
}
