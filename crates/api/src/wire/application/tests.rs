use hooktide_model::{IdMint, OrgId, Seq};

use super::*;

fn row() -> Application {
    Application {
        id: IdMint::new(&[1; 32]).id(Seq(1)),
        org: OrgId::parse("org_a").unwrap(),
        uid: Some(Uid::parse("old").unwrap()),
        name: "Old".to_owned(),
        throttle_rate: Some(5),
        metadata: Metadata::from([("a".to_owned(), "b".to_owned())]),
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}

fn patched(text: &str) -> Result<Application, ApiError> {
    let mut application = row();
    serde_json::from_str::<ApplicationPatch>(text).unwrap().apply(&mut application).map(|()| application)
}

#[test]
fn an_empty_patch_changes_nothing() {
    assert_eq!(patched("{}"), Ok(row()));
}

#[test]
fn null_clears_what_can_be_cleared() {
    let cleared = patched(r#"{"uid": null, "throttleRate": null}"#).unwrap();
    assert_eq!((cleared.uid, cleared.throttle_rate, cleared.name.as_str()), (None, None, "Old"));
    assert!(serde_json::from_str::<ApplicationPatch>(r#"{"name": null}"#).is_err());
}

#[test]
fn zero_and_the_earlier_name_clear_the_rate_too() {
    assert_eq!(patched(r#"{"throttleRate": 0}"#).unwrap().throttle_rate, None);
    assert_eq!(patched(r#"{"rateLimit": null}"#).unwrap().throttle_rate, None);
    assert_eq!(patched(r#"{"rateLimit": 9}"#).unwrap().throttle_rate, Some(9));
}

#[test]
fn metadata_is_replaced_whole() {
    assert_eq!(patched(r#"{"metadata": {}}"#).unwrap().metadata, Metadata::new());
}

#[test]
fn a_broken_patch_is_refused() {
    assert!(patched(r#"{"uid": "app_x"}"#).is_err());
    assert!(patched(r#"{"name": ""}"#).is_err());
}

#[test]
fn both_names_of_the_rate_are_sent() {
    let json = serde_json::to_value(ApplicationOut::from(row())).unwrap();
    assert_eq!((&json["throttleRate"], &json["rateLimit"]), (&5.into(), &5.into()));
}
