//! An answer that is passed on as it comes, without being held as a whole.

use std::{
    borrow::Cow,
    fmt::{self, Debug},
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;

use crate::{
    call::Timeouts, content::Content, deadline::Waiting, decode::Answer, error::Error, lost,
    send::Facts,
};

/// The bytes of an answer, as they come: see [`Run::download`](crate::Run::download). As a [`Stream`], it can be passed on
/// as the body of another answer.
///
/// ```no_run
/// # async fn example(ai: workers_ai::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::io::Write;
/// use workers_ai::models::StableDiffusionXlLightning;
///
/// let picture = StableDiffusionXlLightning::prompt("A lighthouse at dawn");
/// let mut chunks = ai.run(picture).download().await?;
/// let mut file = std::fs::File::create("lighthouse.jpg")?;
/// while let Some(chunk) = chunks.next().await {
///     file.write_all(&chunk?)?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing comes unless it is asked for"]
pub struct Download {
    /// Gone once all has come, or nothing more will.
    body: Option<reqwest::Body>,
    facts: Facts,
    waiting: Waiting,
    come: u64,
}

/// The beginning of an answer whose bytes are still to come.
pub(crate) fn open(mut answer: Answer) -> Result<Download, Error> {
    let Content::Passed(body) = &mut answer.content else {
        return Err(answer.of_another_type());
    };
    let timeouts = Timeouts {
        // Bytes are all there is to wait for.
        gap: Duration::MAX,
        ..answer.facts.timeouts
    };
    Ok(Download {
        body: Some(std::mem::take(body)),
        waiting: Waiting::new(timeouts, answer.facts.deadline),
        facts: answer.facts,
        come: 0,
    })
}

impl Download {
    /// What the service says the bytes are.
    #[must_use]
    pub fn content_type(&self) -> Option<Cow<'_, str>> {
        self.facts.head.headers.content_type()
    }

    /// How many bytes will come, if the service says so.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        let length = self.facts.head.headers.get("content-length")?;
        length.trim().parse().ok()
    }

    /// The id under which the service knows the request: `cf-ai-req-id`, else `cf-ray`.
    #[must_use]
    pub fn request_id(&self) -> Option<Cow<'_, str>> {
        self.facts.head.headers.request_id()
    }

    /// The next bytes; `None` once all have come.
    ///
    /// # Errors
    ///
    /// If the answer breaks off or stalls. That is the last item.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            let error = match Pin::new(body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.waiting.got_bytes();
                    match frame.into_data() {
                        Ok(chunk) => {
                            self.come += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                            return Poll::Ready(Some(Ok(chunk)));
                        }
                        // Trailers.
                        Err(_) => continue,
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    let detail = format!("the answer broke off after {} bytes", self.come);
                    lost::within_answer(&error, detail)
                }
                Poll::Ready(None) => {
                    self.body = None;
                    return Poll::Ready(None);
                }
                Poll::Pending => ready!(self.waiting.poll(cx)),
            };
            self.body = None;
            return Poll::Ready(Some(Err(self.facts.tell(error))));
        }
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_chunk(cx)
    }
}

impl Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("model", &self.facts.model)
            .field("request_id", &self.request_id())
            .field("come", &self.come)
            .finish_non_exhaustive()
    }
}
