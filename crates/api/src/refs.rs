//! Path segments that name an object by its id or by its caller's uid.

use hooktide_model::Uid;
use hooktide_model::id::TypedId;
use hooktide_store::ObjectRef;

use crate::error::{ApiError, FieldError, VALUE_ERROR};

/// What the text names; see [`ObjectRef::named`].
#[must_use]
pub(crate) fn object_ref<I: TypedId>(text: &str) -> Option<ObjectRef<I>> {
    ObjectRef::named(text)
}

/// The uid of an object that a PUT is about to create: the one in the path.
///
/// # Errors
/// 404 when the path has an id, which only the server gives out; 422 when the body names another uid.
pub(crate) fn uid_of_created<I>(
    named: &ObjectRef<I>,
    in_body: Option<&Uid>,
    noun: &str,
) -> Result<Uid, ApiError> {
    match (named, in_body) {
        (ObjectRef::Id(_), _) => Err(ApiError::not_found(noun)),
        (ObjectRef::Uid(path), Some(body)) if body != path => {
            Err(ApiError::body_field("uid", "must be the uid in the path, or be left out"))
        }
        (ObjectRef::Uid(path), _) => Ok(path.clone()),
    }
}

/// The uid of an object that a PUT replaces: the body's; when it has none, the one that the path called it by.
#[must_use]
pub(crate) fn uid_of_replaced<I>(named: &ObjectRef<I>, in_body: Option<Uid>) -> Option<Uid> {
    match (in_body, named) {
        (Some(body), _) => Some(body),
        (None, ObjectRef::Uid(path)) => Some(path.clone()),
        (None, ObjectRef::Id(_)) => None,
    }
}

/// What a PUT's path names.
///
/// # Errors
/// 404 for what looks like an id but is none, 422 for what cannot be a uid.
pub(crate) fn put_ref<I: TypedId>(text: &str, parameter: &str, noun: &str) -> Result<ObjectRef<I>, ApiError> {
    if text.starts_with(I::PREFIX) {
        return object_ref(text).ok_or_else(|| ApiError::not_found(noun));
    }
    let wrong = |error| ApiError::Invalid(vec![FieldError::new(&["path", parameter], error, VALUE_ERROR)]);
    Uid::parse(text).map(ObjectRef::Uid).map_err(wrong)
}
