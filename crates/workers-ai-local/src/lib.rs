//! A stand-in for Cloudflare Workers AI on your own machine.
