//! Keys, refusals and configurations. Storing is in the conformance suite.

use std::time::Duration;

use bytes::Bytes;
use hooktide_model::Timestamp;
use serde_json::{Value, json};

use super::batch::key_end;
use super::client::judge_key;
use super::config::check;
use super::refusal::judge;
use crate::kinds::http::HttpResponse;
use crate::seam::{Parcel, Policy, Verdict};

fn refused(status: u16, body: &'static str) -> (Verdict, String) {
    let answer = HttpResponse {
        allowed_origin: None,
        status,
        retry_after: None,
        body: Bytes::from_static(body.as_bytes()),
        truncated: false,
    };
    let fault = judge(&answer, Timestamp::EPOCH).unwrap_err();
    (fault.verdict, fault.detail)
}

fn config(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut config = json!({
        "url": "https://s3.example.com", "bucket": "events", "access_key_id": "id", "secret_access_key": "hunter2",
    });
    change(&mut config);
    let mistakes = check(&config, &Policy::default()).err().unwrap_or_default();
    mistakes.into_iter().map(|mistake| mistake.path).collect()
}

#[test]
fn key_stays_in_its_bucket() {
    for key in ["a", "order.paid/2026-01-31/msg_1", "ü/x y+z"] {
        assert!(judge_key(key).is_ok(), "{key}");
    }
    for key in ["", "/a", "a/", "a//b", "../other/a", "a/./b", "a/..", "a\nb", &"x".repeat(1_025)] {
        assert!(judge_key(key).is_err(), "{key:?}");
    }
}

#[test]
fn refusal_is_judged_by_the_store_s_own_code() {
    let missing =
        "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>";
    let expected = (Verdict::Fail, "the store answered 404 NoSuchBucket: no such bucket".to_owned());
    assert_eq!(refused(404, missing), expected);
    assert_eq!(refused(403, "<Error><Code>AccessDenied</Code></Error>").0, Verdict::Retry);
    assert_eq!(refused(400, "<Error><Code>RequestTimeout</Code></Error>").0, Verdict::Retry);
    assert_eq!(refused(503, "slow down").0, Verdict::Retry);
    let (verdict, detail) = refused(301, "<Error><Code>PermanentRedirect</Code></Error>");
    assert!(verdict == Verdict::Fail && detail.contains("region"), "{detail}");
}

#[test]
fn bucket_and_store_are_judged() {
    assert!(config(|_| ()).is_empty());
    assert!(config(|config| config["path_style"] = json!(false)).is_empty());
    assert_eq!(config(|config| config["url"] = json!("ftp://x")), ["url"]);
    assert_eq!(config(|config| config["url"] = json!("http://10.0.0.1")), ["url"]);
    assert_eq!(config(|config| config["bucket"] = json!("..")), ["bucket"]);
    let virtual_host = config(|config| {
        config["path_style"] = json!(false);
        config["bucket"] = json!("evil.com/x");
    });
    assert_eq!(virtual_host, ["bucket"]);
}

fn parcel(message_id: &str, payload: &'static str) -> Parcel {
    Parcel {
        message_id: message_id.to_owned(),
        event_type: "order.paid".to_owned(),
        content_type: "application/json".to_owned(),
        payload: Bytes::from_static(payload.as_bytes()),
        headers: vec![("x-a".to_owned(), "1".to_owned())],
        occurred_at_ms: 1_700_000_000_123,
        attempt: 1,
        hops: 0,
        idempotency_key: format!("{message_id}.ep_1"),
        endpoint_id: "ep_1".to_owned(),
        timeout: Duration::from_secs(1),
    }
}

fn bound(parcels: Vec<Parcel>) -> Parcel {
    let config = json!({
        "url": "https://s3.example.com", "bucket": "b", "access_key_id": "a", "secret_access_key": "s3cret",
        "batch": { "wait_s_max": 3 },
    });
    let checked = check(&config, &Policy::default()).unwrap();
    let gathering = checked.opener().unwrap().gathering().unwrap();
    assert_eq!((gathering.events_max, gathering.wait_max), (1_000, Duration::from_secs(3)));
    (gathering.bind)(parcels).unwrap()
}

#[test]
fn key_of_a_batch_is_that_of_its_deliveries_in_any_order_and_of_no_others() {
    let (one, two, three) = (parcel("msg_1", "{}"), parcel("msg_2", "[ 1 ]"), parcel("msg_3", "no json"));
    let batch = bound(vec![two.clone(), one.clone()]);
    let same = bound(vec![one.clone(), two.clone()]);
    assert_eq!((key_end(&batch), &batch.payload), (key_end(&same), &same.payload));
    assert_eq!(batch.message_id, "msg_1");
    let others = [vec![one.clone()], vec![one.clone(), two.clone(), three.clone()], vec![two, three]];
    let mut ends: Vec<String> = others.into_iter().map(|parcels| key_end(&bound(parcels))).collect();
    ends.push(key_end(&batch));
    ends.sort();
    ends.dedup();
    assert_eq!(ends.len(), 4, "{ends:?}");
    assert!(ends.iter().all(|end| end.len() == 1 + 20 + ".jsonl".len()), "{ends:?}");
}

#[test]
fn batch_has_a_line_for_each_event_and_the_type_that_they_share() {
    let (one, mut two) = (parcel("msg_1", "{ \"a\": 1 }"), parcel("msg_2", "no json"));
    let batch = bound(vec![one.clone(), two.clone()]);
    let text = std::str::from_utf8(&batch.payload).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["payload"], &lines[1]["payload_text"]), (&json!({ "a": 1 }), &json!("no json")));
    assert!(text.ends_with('\n'));
    assert_eq!(
        (batch.event_type.as_str(), batch.content_type.as_str()),
        ("order.paid", "application/x-ndjson")
    );
    two.event_type = "order.sent".to_owned();
    assert_eq!(bound(vec![one, two]).event_type, "mixed");
}
