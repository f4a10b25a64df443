//! Keep-alive: when a connection serves again, when it does not, and the one repeat that is allowed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

use super::support::{AMPLE, Receiver, SHORT, failure, read_request, request, shared_with, slot};
use crate::kinds::http::{FailureKind, HttpSlot};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Answers every request on every connection with `answer`.
async fn answering_for_ever(answer: &'static [u8]) -> Receiver {
    Receiver::start(move |_, mut stream| async move {
        while read_request(&mut stream).await.is_some() {
            stream.write_all(answer).await.unwrap();
        }
    })
    .await
}

async fn send_ok(slot: &mut HttpSlot, url: &str) {
    assert_eq!(slot.send(&request(url, AMPLE)).await.outcome.unwrap().status, 200);
}

#[tokio::test]
async fn many_requests_share_one_connection() {
    for answer in [OK, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"] {
        let receiver = answering_for_ever(answer).await;
        let mut slot = slot();
        for number in 0..20 {
            send_ok(&mut slot, &receiver.url(&format!("/{number}"))).await;
            assert!(slot.is_connected());
        }
        assert_eq!(receiver.accepted(), 1);
    }
}

#[tokio::test]
async fn another_origin_gets_another_connection() {
    let (one, other) = (answering_for_ever(OK).await, answering_for_ever(OK).await);
    let mut slot = slot();
    for receiver in [&one, &one, &other, &one] {
        send_ok(&mut slot, &receiver.url("/")).await;
    }
    assert_eq!((one.accepted(), other.accepted()), (2, 1));
}

#[tokio::test]
async fn an_announced_close_is_honoured() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"[..],
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ] {
        let receiver = answering_for_ever(answer).await;
        let mut slot = slot();
        for sent in 1..=3 {
            send_ok(&mut slot, &receiver.url("/")).await;
            assert!(!slot.is_connected());
            assert_eq!(receiver.accepted(), sent);
        }
    }
}

#[tokio::test]
async fn closing_an_idle_slot_makes_the_next_send_connect_again() {
    let receiver = answering_for_ever(OK).await;
    let mut slot = slot();
    send_ok(&mut slot, &receiver.url("/")).await;
    slot.close_idle();
    send_ok(&mut slot, &receiver.url("/")).await;
    assert_eq!(receiver.accepted(), 2);
}

/// Each connection answers once, waits for the second request, and closes without a byte.
async fn closing_on_second_request(requests: Arc<AtomicUsize>) -> Receiver {
    Receiver::start(move |_, mut stream| {
        let requests = Arc::clone(&requests);
        async move {
            if read_request(&mut stream).await.is_some() {
                requests.fetch_add(1, Ordering::SeqCst);
                stream.write_all(OK).await.unwrap();
            }
            if read_request(&mut stream).await.is_some() {
                requests.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_reused_connection_that_closes_without_a_byte_is_replaced_once() {
    let requests = Arc::new(AtomicUsize::new(0));
    let receiver = closing_on_second_request(Arc::clone(&requests)).await;
    let mut slot = slot();
    send_ok(&mut slot, &receiver.url("/")).await;
    send_ok(&mut slot, &receiver.url("/")).await;
    assert_eq!((receiver.accepted(), requests.load(Ordering::SeqCst)), (2, 3));
}

#[tokio::test]
async fn the_fresh_connection_is_not_repeated_again() {
    let receiver = Receiver::start(|number, mut stream| async move {
        read_request(&mut stream).await;
        if number == 0 {
            stream.write_all(OK).await.unwrap();
            read_request(&mut stream).await;
        }
    })
    .await;
    let mut slot = slot();
    send_ok(&mut slot, &receiver.url("/")).await;
    let second = failure(slot.send(&request(&receiver.url("/"), AMPLE)).await);
    assert_eq!((second.kind, receiver.accepted()), (FailureKind::ResetOrClosed, 2));
}

#[tokio::test]
async fn a_reused_connection_that_began_to_answer_is_not_repeated() {
    let receiver = Receiver::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(OK).await.unwrap();
        read_request(&mut stream).await;
        stream.write_all(b"H").await.unwrap();
    })
    .await;
    let mut slot = slot();
    send_ok(&mut slot, &receiver.url("/")).await;
    let second = failure(slot.send(&request(&receiver.url("/"), AMPLE)).await);
    assert_eq!((second.kind, receiver.accepted()), (FailureKind::ResetOrClosed, 1));
}

#[tokio::test]
async fn a_reused_connection_that_times_out_is_not_repeated() {
    let receiver = Receiver::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(OK).await.unwrap();
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let mut slot = slot();
    send_ok(&mut slot, &receiver.url("/")).await;
    let second = failure(slot.send(&request(&receiver.url("/"), SHORT)).await);
    assert_eq!((second.kind, receiver.accepted()), (FailureKind::Timeout, 1));
}

#[tokio::test]
async fn an_idle_slot_notices_that_the_peer_closed() {
    let close = Arc::new(Notify::new());
    let told = Arc::clone(&close);
    let receiver = Receiver::start(move |_, mut stream| {
        let told = Arc::clone(&told);
        async move {
            read_request(&mut stream).await;
            stream.write_all(OK).await.unwrap();
            told.notified().await;
        }
    })
    .await;
    let mut slot = slot();
    send_ok(&mut slot, &receiver.url("/")).await;
    assert!(tokio::time::timeout(Duration::from_millis(20), slot.idle()).await.is_err());
    assert!(slot.is_connected());
    close.notify_one();
    slot.idle().await;
    assert!(!slot.is_connected());
}

#[tokio::test]
async fn bytes_that_nobody_asked_for_end_an_idle_connection() {
    let receiver = Receiver::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(OK).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil").await.unwrap();
        read_request(&mut stream).await;
    })
    .await;
    let mut slot = slot();
    send_ok(&mut slot, &receiver.url("/")).await;
    if slot.is_connected() {
        slot.idle().await;
    }
    assert!(!slot.is_connected());
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_time() {
    let receiver = answering_for_ever(OK).await;
    let limit = Duration::from_millis(200);
    let mut slot = HttpSlot::new(shared_with(|config| config.limits.idle_timeout = limit));
    for _ in 0..3 {
        let began = tokio::time::Instant::now();
        send_ok(&mut slot, &receiver.url("/")).await;
        // The timer survives a wait that is given up, and a request in between moves its end.
        assert!(tokio::time::timeout(Duration::ZERO, slot.idle()).await.is_err());
        send_ok(&mut slot, &receiver.url("/")).await;
        slot.idle().await;
        assert!(began.elapsed() >= limit, "{:?}", began.elapsed());
        assert!(!slot.is_connected());
    }
    assert_eq!(receiver.accepted(), 3);
}

#[tokio::test]
async fn a_slot_without_a_connection_waits_for_ever() {
    let mut slot = slot();
    assert!(tokio::time::timeout(Duration::from_millis(20), slot.idle()).await.is_err());
}
