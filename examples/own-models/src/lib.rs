//! Types for models that `workers-ai-models` does not have: made by `build.rs` from the documents in `schema`.

include!(concat!(env!("OUT_DIR"), "/models.rs"));

use models::{WeatherTeller, WeatherTellerInput, WeatherTellerUnits};

/// A request for the weather of `place` over the next days, in units that most places know.
#[must_use]
pub fn forecast(place: &str, days: u64) -> WeatherTellerInput {
    WeatherTeller::place(place)
        .days(days)
        .units(WeatherTellerUnits::Metric)
}
