//! Every model this build of the crate knows, and ways to find one.
//!
//! ```
//! use workers_ai_models::{Ability, Status, Task, catalogue};
//!
//! let callers = catalogue::by_task(Task::TextGeneration)
//!     .filter(|model| model.status == Status::Live && model.can(Ability::FunctionCalling));
//! for model in callers {
//!     println!("{}: {:?} tokens", model.id, model.context_window);
//! }
//! ```

use crate::{ModelInfo, Task, generated::CATALOGUE};

/// Every model, ordered by id. Models of tasks whose feature is off are left out.
#[must_use]
pub fn all() -> &'static [&'static ModelInfo] {
    CATALOGUE
}

/// The model the service knows by this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static ModelInfo> {
    all().iter().copied().find(|info| info.id == id)
}

/// The models for a task.
pub fn by_task(task: Task) -> impl Iterator<Item = &'static ModelInfo> {
    all().iter().copied().filter(move |info| info.task == task)
}

/// The models of an author, such as `meta`.
pub fn by_author(author: &str) -> impl Iterator<Item = &'static ModelInfo> {
    all()
        .iter()
        .copied()
        .filter(move |info| info.author == author)
}
