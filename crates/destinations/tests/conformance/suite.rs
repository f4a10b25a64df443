//! The cases, each a claim about every kind.

use bytes::Bytes;
use futures_util::FutureExt;
use hooktide_destinations::guard::GuardPolicy;
use hooktide_destinations::seam::{DETAIL_BYTES_MAX, Delivered, Outcome, Policy};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::fixture::{Fixture, Seen, Twice};
use crate::proxy::Proxy;
use crate::support::shared_with;
use crate::support::{
    AMPLE, CANARY, LARGE_BYTES, OBSERVE, SHORT, SLACK, checked, open, open_policy, order, parcel,
    refused_address, seam, shared,
};

fn text(delivered: &Delivered) -> String {
    assert!(delivered.detail.len() <= DETAIL_BYTES_MAX);
    String::from_utf8(delivered.detail.to_vec()).unwrap()
}

fn assert_done(delivered: &Delivered) {
    assert_eq!(delivered.outcome, Outcome::Done, "{}", text(delivered));
}

fn assert_retry(delivered: &Delivered) {
    assert!(
        matches!(delivered.outcome, Outcome::Retry { .. }),
        "{:?}: {}",
        delivered.outcome,
        text(delivered)
    );
}

fn assert_failed(delivered: &Delivered) {
    assert_eq!(delivered.outcome, Outcome::Failed, "{}", text(delivered));
}

fn config<F: Fixture>(fixture: &F) -> Value {
    fixture.config(&fixture.server().unwrap_or_default(), None)
}

pub(crate) async fn what_is_confirmed_has_happened<F: Fixture>() {
    let fixture = F::start().await;
    let mut destination = open(F::KIND, &config(&fixture));
    for _ in 0..3 {
        let parcel = order(AMPLE);
        assert_done(&destination.deliver(&parcel).await);
        let seen = fixture.seen(&parcel, 1).await;
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert_eq!(Some(&seen[0].content), fixture.expected(&parcel).as_ref());
    }
    destination.close();
    fixture.clean().await;
}

fn assert_twice(twice: Twice, seen: &[Seen], key: &str) {
    match twice {
        Twice::Once => assert_eq!(seen.len(), 1, "{seen:?}"),
        Twice::TwoWithOneKey => {
            assert_eq!(seen.len(), 2, "{seen:?}");
            assert!(seen.iter().all(|seen| seen.idempotency_key.as_deref() == Some(key)), "{seen:?}");
        }
    }
}

pub(crate) async fn a_retry_carries_the_same_idempotency_key<F: Fixture>() {
    let fixture = F::start().await;
    let parcel = order(AMPLE);
    for attempt in 1..=2 {
        let mut again = parcel.clone();
        again.attempt = attempt;
        assert_done(&open(F::KIND, &config(&fixture)).deliver(&again).await);
    }
    assert_twice(F::TWICE, &fixture.seen(&parcel, 2).await, &parcel.idempotency_key);
    fixture.clean().await;
}

pub(crate) async fn every_payload_arrives_as_it_is_or_is_refused<F: Fixture>() {
    let fixture = F::start().await;
    let mut destination = open(F::KIND, &config(&fixture));
    let large = json!({ "note": "x".repeat(LARGE_BYTES) }).to_string();
    let binary: Vec<u8> = (0..=255).collect();
    let payloads =
        [Bytes::from_static(br#"{"note":"h\u00e9llo"}"#), binary.into(), Bytes::new(), large.into()];
    for payload in payloads {
        let parcel = parcel(payload, AMPLE);
        let delivered = destination.deliver(&parcel).await;
        match fixture.expected(&parcel) {
            Some(expected) => {
                assert_done(&delivered);
                let seen = fixture.seen(&parcel, 1).await;
                assert!(seen.len() == 1 && seen[0].content == expected, "{} bytes", parcel.payload.len());
            }
            None => assert_failed(&delivered),
        }
    }
    fixture.clean().await;
}

pub(crate) async fn a_refused_connection_is_tried_again<F: Fixture>() {
    let fixture = F::start().await;
    if fixture.server().is_some() {
        let config = fixture.config(&refused_address().await, None);
        let delivered = open(F::KIND, &config).deliver(&order(AMPLE)).await;
        assert_retry(&delivered);
        assert!(text(&delivered).contains("refused"), "{}", text(&delivered));
    }
    fixture.clean().await;
}

pub(crate) async fn a_silent_server_is_left_in_time<F: Fixture>() {
    let fixture = F::start().await;
    if fixture.server().is_some() {
        // Never accepted from; the system shakes hands all the same.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = fixture.config(&silent.local_addr().unwrap().to_string(), None);
        let delivered = open(F::KIND, &config).deliver(&order(SHORT)).await;
        assert_retry(&delivered);
        assert!(delivered.duration < SHORT + SLACK, "{:?}", delivered.duration);
        assert!(text(&delivered).contains(F::SILENCE), "{}", text(&delivered));
    }
    fixture.clean().await;
}

pub(crate) async fn an_unconfirmed_delivery_is_an_unknown_outcome<F: Fixture>() {
    let fixture = F::start().await;
    if let Some(server) = fixture.server() {
        let proxy = Proxy::to(server).await;
        let mut destination = open(F::KIND, &fixture.config(&proxy.address, None));
        assert_done(&destination.deliver(&order(AMPLE)).await);
        proxy.mute(true);
        let mut parcel = order(SHORT);
        let delivered = destination.deliver(&parcel).await;
        assert_retry(&delivered);
        assert!(text(&delivered).contains("outcome unknown"), "{}", text(&delivered));
        assert!(delivered.duration < SHORT + SLACK, "{:?}", delivered.duration);
        proxy.mute(false);
        parcel.timeout = AMPLE;
        assert_done(&destination.deliver(&parcel).await);
        assert_twice(F::UNCONFIRMED, &fixture.seen(&parcel, 2).await, &parcel.idempotency_key);
    }
    fixture.clean().await;
}

pub(crate) async fn a_cut_connection_is_opened_again<F: Fixture>() {
    let fixture = F::start().await;
    if let Some(server) = fixture.server() {
        let proxy = Proxy::to(server).await;
        let mut destination = open(F::KIND, &fixture.config(&proxy.address, None));
        assert_done(&destination.deliver(&order(AMPLE)).await);
        proxy.cut();
        let parcel = order(AMPLE);
        let mut delivered = destination.deliver(&parcel).await;
        if delivered.outcome != Outcome::Done {
            // Only where repeating is not harmless may the engine have to do it.
            assert_retry(&delivered);
            assert_eq!(F::TWICE, Twice::TwoWithOneKey, "{}", text(&delivered));
            delivered = destination.deliver(&parcel).await;
        }
        assert_done(&delivered);
        assert_eq!(fixture.seen(&parcel, 1).await.len(), 1);
    }
    fixture.clean().await;
}

pub(crate) async fn an_idle_connection_is_closed<F: Fixture>() {
    let fixture = F::start().await;
    let shared = shared_with(open_policy(), |shared| shared.idle_timeout = SHORT);
    let mut destination = checked(F::KIND, &config(&fixture)).open(&shared);
    assert!(destination.idle().now_or_never().is_none(), "nothing was open");
    for _ in 0..2 {
        assert_done(&destination.deliver(&order(AMPLE)).await);
        timeout(OBSERVE, destination.idle()).await.expect("the end of an idle connection");
        assert!(destination.idle().now_or_never().is_none(), "nothing is open any more");
    }
    fixture.clean().await;
}

pub(crate) async fn a_permanent_failure_is_told_as_one<F: Fixture>() {
    let fixture = F::start().await;
    let (config, word) = fixture.broken();
    let mut destination = open(F::KIND, &config);
    for _ in 0..2 {
        let delivered = destination.deliver(&order(AMPLE)).await;
        assert_failed(&delivered);
        assert!(text(&delivered).contains(word), "{}", text(&delivered));
    }
    fixture.clean().await;
}

pub(crate) async fn the_guard_is_asked_for_every_connection<F: Fixture>() {
    let fixture = F::start().await;
    if let Some(server) = fixture.server() {
        let config = fixture.config(&server, None);
        let strict = Policy { guard: GuardPolicy::default(), ..open_policy() };
        let delivered = checked(F::KIND, &config).open(&shared(strict.clone())).deliver(&order(AMPLE)).await;
        assert_failed(&delivered);
        assert!(text(&delivered).contains("HOOKTIDE_DELIVERY_ALLOW_SUBNETS"), "{}", text(&delivered));
        let mistakes = (seam(F::KIND).check)(&config, &strict).unwrap_err();
        assert!(mistakes.iter().any(|mistake| mistake.mend.contains("HOOKTIDE_DELIVERY_ALLOW_SUBNETS")));
    }
    fixture.clean().await;
}

pub(crate) async fn no_secret_is_told<F: Fixture>() {
    let fixture = F::start().await;
    if let Some(server) = fixture.server() {
        for server in [server, refused_address().await] {
            let config = fixture.config(&server, Some(CANARY));
            assert!(config.to_string().contains(CANARY));
            let delivered = open(F::KIND, &config).deliver(&order(AMPLE)).await;
            assert!(!text(&delivered).contains(CANARY), "{}", text(&delivered));
            assert!(!format!("{:?}", checked(F::KIND, &config)).contains(CANARY));
            assert!(!seam(F::KIND).masked(&config).to_string().contains(CANARY));
            let kept = seam(F::KIND).with_kept_secrets(&seam(F::KIND).masked(&config), &config);
            assert_eq!(kept, config);
        }
    }
    fixture.clean().await;
}

pub(crate) async fn a_configuration_is_checked<F: Fixture>() {
    let seam = seam(F::KIND);
    let fixture = F::start().await;
    let mut config = config(&fixture);
    config["no_such_field"] = json!(1);
    config["url"] = json!(7);
    let mistakes = (seam.check)(&config, &open_policy()).unwrap_err();
    let paths: Vec<_> = mistakes.iter().map(|mistake| mistake.path.as_str()).collect();
    assert!(paths.contains(&"no_such_field") && paths.contains(&"url"), "{paths:?}");
    assert!(mistakes.iter().all(|mistake| !mistake.mend.is_empty()));
    let example: Value = serde_json::from_str(seam.example).unwrap();
    (seam.check)(&example, &open_policy()).unwrap();
    assert_eq!(seam.schema()["additionalProperties"], json!(false));
    fixture.clean().await;
}
