//! What can stand in a batch: an input in any of its forms, or a request with a reference.

use crate::BatchRequest;

/// What [`Batch::new`](crate::Batch::new) takes: a [`BatchRequest`], or an input that becomes one of the model's requests
/// `R`. `As` tells which of the two, and is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a request of this batch",
    label = "neither a `BatchRequest` nor an input that this model queues",
    note = "`Batched::Request` of the model says what it queues"
)]
pub trait Queueable<R, As> {
    /// The request as it stands in the batch.
    fn into_request(self) -> BatchRequest<R>;
}

impl<R> Queueable<R, BatchRequest<R>> for BatchRequest<R> {
    fn into_request(self) -> BatchRequest<R> {
        self
    }
}

impl<R, I: Into<R>> Queueable<R, R> for I {
    fn into_request(self) -> BatchRequest<R> {
        BatchRequest::new(self)
    }
}
