use super::*;

fn checked(text: &str) -> Result<(AppTokenRequest, Option<ApplicationDraft>), ApiError> {
    serde_json::from_str::<AppPortalAccessIn>(text).unwrap().checked()
}

#[test]
fn read_only_is_the_view_capability_alone() {
    let (request, _) = checked(r#"{"readOnly": true, "capabilities": ["ManageEndpoint"]}"#).unwrap();
    assert_eq!(request.capabilities, Some(vec![Capability::ViewBase]));
    let (request, _) = checked(r#"{"capabilities": ["ManageEndpoint"]}"#).unwrap();
    assert_eq!(request.capabilities, Some(vec![Capability::ManageEndpoint]));
    assert_eq!(checked("{}").unwrap().0.capabilities, None);
}

#[test]
fn expiry_has_its_limits() {
    for (expiry, fits) in [(3_599, false), (3_600, true), (604_800, true), (604_801, false)] {
        assert_eq!(checked(&format!(r#"{{"expiry": {expiry}}}"#)).is_ok(), fits, "{expiry}");
    }
}

#[test]
fn bad_sessions_flags_and_applications_are_named() {
    let text = r#"{"sessionId": "a b", "featureFlags": ["x y"], "application": {"name": ""}}"#;
    let Err(ApiError::Invalid(fields)) = checked(text) else { panic!("accepted") };
    let places: Vec<String> = fields.iter().map(|field| field.loc.join(".")).collect();
    assert_eq!(places, ["body.sessionId", "body.featureFlags.[0]", "body.application.name"]);
}
