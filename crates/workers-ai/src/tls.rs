//! The cryptography that secures connections: what the program has chosen, else what a feature says.

use rustls::crypto::CryptoProvider;

use crate::error::Error;

/// Makes sure that there is one.
pub(crate) fn ensure_provider() -> Result<(), Error> {
    if CryptoProvider::get_default().is_some() {
        return Ok(());
    }
    #[cfg(feature = "ring")]
    let provider = Some(rustls::crypto::ring::default_provider());
    #[cfg(all(feature = "aws-lc-rs", not(feature = "ring")))]
    let provider = Some(rustls::crypto::aws_lc_rs::default_provider());
    #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
    let provider = None::<CryptoProvider>;

    let why = "no cryptography for TLS: turn on the feature `ring` or `aws-lc-rs` of workers-ai, \
        or install a provider of rustls";
    let provider = provider.ok_or_else(|| Error::config(why))?;
    // If another thread is quicker, there is one.
    let _ = provider.install_default();
    Ok(())
}
