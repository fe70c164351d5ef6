//! An answer that is passed on as it comes, without being held as a whole.

use std::{
    borrow::Cow,
    fmt::{self, Debug},
    future::poll_fn,
    pin::Pin,
};

use bytes::Bytes;
use http_body::Body as _;
use tokio::time::Instant;

use crate::{
    deadline::Deadline,
    decode::{Answer, Content},
    error::{Error, Timeout},
    lost,
    send::Facts,
};

/// The bytes of an answer, as they come: see [`Run::download`](crate::Run::download).
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
    come: u64,
}

/// The beginning of an answer whose bytes are still to come.
pub(crate) fn open(mut answer: Answer) -> Result<Download, Error> {
    let Content::Passed(body) = &mut answer.content else {
        return Err(answer.of_another_type());
    };
    Ok(Download {
        body: Some(std::mem::take(body)),
        facts: answer.facts,
        come: 0,
    })
}

impl Download {
    /// What the service says the bytes are.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        self.facts.head.headers.content_type().map(Cow::into_owned)
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
        loop {
            let body = self.body.as_mut()?;
            let idle = Deadline::total(self.facts.deadline).or_after(
                Instant::now(),
                self.facts.timeouts.idle,
                Timeout::Idle,
            );
            let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
            let error = match idle.hold(frame).await {
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(chunk) => {
                        self.come += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                        return Some(Ok(chunk));
                    }
                    // Trailers.
                    Err(_) => continue,
                },
                Ok(None) => {
                    self.body = None;
                    return None;
                }
                Ok(Some(Err(error))) => {
                    let detail = format!("the answer broke off after {} bytes", self.come);
                    lost::within_answer(&error, detail)
                }
                Err(error) => error,
            };
            self.body = None;
            return Some(Err(self.facts.tell(error)));
        }
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
