//! From an event to the values that a destination asks for: paths into the payload, and templates around it.
//!
//! Parsed when a configuration is checked, applied to every parcel. A path or template that an event cannot fill is a
//! permanent failure of that delivery, in words that name the place.

mod path;
mod reading;
mod template;

pub use path::{Path, PathError};
pub use reading::Reading;
pub use template::{RENDERED_BYTES_MAX, TEMPLATE_FUEL, Template, TemplateError};

#[cfg(test)]
mod tests;
