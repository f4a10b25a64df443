use std::sync::atomic::{AtomicUsize, Ordering};

use hooktide_verify::KeyDocument;

use super::*;

const URL: &str = "https://keys.example/1.pem";

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_ms(1_795_168_800_000).plus(Duration::from_secs(seconds))
}

fn known(keys: &Keys, now: Timestamp) -> Option<Vec<u8>> {
    let request = KeyRequest { document: KeyDocument::CertificatePem, url: URL.to_owned(), key_id: None };
    keys.at(now).find(&request).map(|key| key.document)
}

async fn learn(keys: &Keys, now: Timestamp, found: Option<&'static str>, loads: &AtomicUsize) -> bool {
    let load = async {
        loads.fetch_add(1, Ordering::SeqCst);
        found.map(|text| Bytes::from_static(text.as_bytes()))
    };
    keys.learn(URL, now, load).await
}

#[tokio::test]
async fn document_counts_for_its_time_and_is_fetched_again_after_it() {
    let (keys, loads) = (Keys::new(), AtomicUsize::new(0));
    assert_eq!(known(&keys, at(0)), None);
    assert!(learn(&keys, at(0), Some("one"), &loads).await);
    assert_eq!(known(&keys, at(3599)).as_deref(), Some(&b"one"[..]));
    assert_eq!(known(&keys, at(3600)), None);
    assert!(learn(&keys, at(3600), Some("two"), &loads).await);
    assert_eq!(known(&keys, at(3600)).as_deref(), Some(&b"two"[..]));
    assert_eq!(loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn failure_is_not_asked_for_again_at_once() {
    let (keys, loads) = (Keys::new(), AtomicUsize::new(0));
    for second in [0, 1, 9] {
        assert!(!learn(&keys, at(second), None, &loads).await);
    }
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    assert!(learn(&keys, at(10), Some("now"), &loads).await);
}

#[tokio::test]
async fn document_that_lacks_the_key_is_fetched_again_but_not_at_once() {
    let (keys, loads) = (Keys::new(), AtomicUsize::new(0));
    assert!(learn(&keys, at(0), Some("old set"), &loads).await);
    assert!(!learn(&keys, at(5), Some("new set"), &loads).await, "it was just fetched");
    assert!(learn(&keys, at(11), Some("new set"), &loads).await);
    assert_eq!(known(&keys, at(11)).as_deref(), Some(&b"new set"[..]));
}

#[tokio::test]
async fn document_that_counts_outlives_a_failure_to_renew_it() {
    let (keys, loads) = (Keys::new(), AtomicUsize::new(0));
    assert!(learn(&keys, at(0), Some("set"), &loads).await);
    assert!(!learn(&keys, at(60), None, &loads).await);
    assert_eq!(known(&keys, at(60)).as_deref(), Some(&b"set"[..]));
    assert!(!learn(&keys, at(69), Some("too soon"), &loads).await, "the failure counts as a try");
    assert_eq!(loads.load(Ordering::SeqCst), 2);
    assert_eq!(known(&keys, at(3600)), None, "it is as old as it was");
    assert!(!learn(&keys, at(3600), None, &loads).await);
    assert!(learn(&keys, at(3610), Some("new set"), &loads).await);
}

#[tokio::test]
async fn many_that_want_it_at_the_same_time_fetch_it_once() {
    let (keys, loads) = (Keys::new(), AtomicUsize::new(0));
    let (gate, started) = (tokio::sync::Semaphore::new(0), tokio::sync::Semaphore::new(0));
    let slow = async {
        started.add_permits(1);
        let _passed = gate.acquire().await.unwrap();
        loads.fetch_add(1, Ordering::SeqCst);
        Some(Bytes::from_static(b"once"))
    };
    let open = async {
        let _begun = started.acquire().await.unwrap();
        gate.add_permits(1);
    };
    let (first, second, third, ()) = tokio::join!(
        keys.learn(URL, at(0), slow),
        learn(&keys, at(0), Some("twice"), &loads),
        learn(&keys, at(0), Some("thrice"), &loads),
        open
    );
    assert!(first && second && third);
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    assert_eq!(known(&keys, at(0)).as_deref(), Some(&b"once"[..]));
}
