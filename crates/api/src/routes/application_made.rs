//! Applications that come into being: by their own operations, or on the way of a message or a token.

use std::sync::Arc;

use hooktide_model::{AppId, Application, OrgId};
use hooktide_pipeline::AppConfig;
use hooktide_store::{ObjectRef, StoreError};

use crate::auth::{Access, Need};
use crate::error::ApiError;
use crate::refs::object_ref;
use crate::respond::ApiResult;
use crate::state::ApiState;
use crate::validate::Rules;
use crate::wire::application::ApplicationDraft;

/// The row of a new application.
pub(crate) fn new_application(api: &ApiState, org: &OrgId, draft: ApplicationDraft) -> Application {
    let (id, now) = api.new_id();
    Application {
        id,
        org: org.clone(),
        uid: draft.uid,
        name: draft.name,
        throttle_rate: draft.throttle_rate,
        metadata: draft.metadata,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// The application that the path names; made from `draft` when there is none and the caller sent one.
///
/// # Errors
/// 404 without a draft, 422 when the draft's uid is not the path's.
pub(crate) async fn find_or_make(
    api: &ApiState,
    access: &Access,
    named: &str,
    draft: Option<ApplicationDraft>,
) -> ApiResult<Arc<AppConfig>> {
    if let Some(draft) = &draft {
        check_uid(named, draft)?;
    }
    if let Some(found) = access.find_application(api, named, Need::Organisation).await? {
        return Ok(found);
    }
    let missing = || ApiError::not_found("application");
    let by_uid = matches!(object_ref::<AppId>(named), Some(ObjectRef::Uid(_)));
    let draft = draft.filter(|_| by_uid).ok_or_else(missing)?;
    match api.store.insert_application(new_application(api, access.org(), draft), None).await {
        Ok(written) => api.pipeline.application_changed(&[&written.into_inner()], std::iter::empty()),
        // Somebody else made it at the same moment: theirs is as good.
        Err(StoreError::Taken(_)) => {}
        Err(error) => return Err(error.into()),
    }
    access.application(api, named, Need::Organisation).await
}

fn check_uid(named: &str, draft: &ApplicationDraft) -> ApiResult<()> {
    let Some(ObjectRef::Uid(path)) = object_ref::<AppId>(named) else {
        return Ok(());
    };
    let mut rules = Rules::new();
    match &draft.uid {
        Some(uid) if *uid == path => {}
        Some(_) => {
            let msg = "must be the same as the uid in the path";
            rules.fail_at(&["application", "uid"], msg, "application_uid_mismatch");
        }
        None => rules.fail_at(
            &["application", "uid"],
            "is required and must be the uid in the path",
            "application_uid_missing",
        ),
    }
    rules.finish()
}
