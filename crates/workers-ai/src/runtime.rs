//! Whether there is a Tokio runtime. Without one nothing can be sent and nothing be waited for.

use tokio::runtime::Handle;

use crate::error::{Error, ErrorKind};

/// An error where a connection or a timer would panic.
pub(crate) fn ensure() -> Result<(), Error> {
    match Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::new(ErrorKind::NoRuntime, "")),
    }
}
