//! The HTTP kind against receivers on loopback, friendly and hostile. Receivers speak raw bytes, so that what a test
//! says about framing is exactly what goes over the wire.

mod cloud_event;
mod hostile;
mod oauth2;
mod options;
mod reuse;
mod support;
mod tls;
mod wire;
