//! Objects beyond the suite: signatures, and objects that are there already.

use hooktide_destinations::seam::Outcome;
use serde_json::json;

use crate::fixture::Fixture;
use crate::servers::s3::S3;
use crate::support::{AMPLE, open, order};

#[tokio::test]
async fn signature_is_checked_by_the_store_and_a_wrong_secret_is_tried_again() {
    let fixture = S3::start().await;
    let wrong = fixture.config(&fixture.server().unwrap(), Some("another secret"));
    let delivered = open("s3", &wrong).deliver(&order(AMPLE)).await;
    assert_eq!((delivered.outcome, delivered.code), (Outcome::Retry { after: None }, Some(403)));
    let detail = String::from_utf8_lossy(&delivered.detail);
    assert!(detail.contains("SignatureDoesNotMatch"), "{detail}");
}

#[tokio::test]
async fn object_that_is_there_can_be_left_as_it_is() {
    let fixture = S3::start().await;
    let mut config = fixture.config(&fixture.server().unwrap(), None);
    config["if_absent"] = json!(true);
    let mut destination = open("s3", &config);
    let parcel = order(AMPLE);
    let stored = destination.deliver(&parcel).await.detail;
    assert!(stored.starts_with(b"stored as order.paid/2023-11-14/msg_"), "{stored:?}");
    let mut other = parcel.clone();
    other.payload = "other".into();
    let again = destination.deliver(&other).await;
    assert_eq!((again.outcome, again.code), (Outcome::Done, Some(412)));
    assert_eq!(fixture.seen(&parcel, 1).await[0].content, parcel.payload);
    config["if_absent"] = json!(false);
    assert_eq!(open("s3", &config).deliver(&other).await.outcome, Outcome::Done);
    assert_eq!(fixture.seen(&parcel, 1).await[0].content, "other");
}
