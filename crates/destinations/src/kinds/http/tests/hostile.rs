//! Receivers that lie, stall, flood and break off (T2, T3, T4).

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{AMPLE, Receiver, SHORT, answer_to, failure, read_request, request, send_once, slot};
use crate::kinds::http::{FailureKind, RESPONSE_BODY_BYTES_MAX};

/// What the deadline may be missed by; generous, for a busy machine.
const SLACK: Duration = Duration::from_secs(2);

async fn assert_times_out(receiver: &Receiver, doing: &str) {
    let exchange = send_once(&receiver.url("/"), SHORT).await;
    assert!(exchange.duration >= SHORT && exchange.duration < SHORT + SLACK, "{:?}", exchange.duration);
    let late = failure(exchange);
    assert_eq!(late.kind, FailureKind::Timeout);
    assert!(late.detail.contains("150ms") && late.detail.contains(doing), "{}", late.detail);
}

/// Answers with `head`, then repeats `chunk` until the client hangs up.
async fn flood(mut stream: TcpStream, head: &str, chunk: Vec<u8>) {
    read_request(&mut stream).await;
    let _ = stream.write_all(head.as_bytes()).await;
    while stream.write_all(&chunk).await.is_ok() {}
}

#[tokio::test]
async fn a_body_without_end_is_read_to_the_limit_and_left() {
    let framings: [(&str, Vec<u8>); 3] = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n", vec![b'x'; 10_000]),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            [b"2710\r\n", &[b'x'; 10_000][..], b"\r\n"].concat(),
        ),
        ("HTTP/1.1 200 OK\r\n\r\n", vec![b'x'; 10_000]),
    ];
    for (head, chunk) in framings {
        let (ended, mut was_ended) = tokio::sync::mpsc::channel(1);
        let receiver = Receiver::start(move |_, stream| {
            let (chunk, ended) = (chunk.clone(), ended.clone());
            async move {
                flood(stream, head, chunk).await;
                ended.send(()).await.unwrap();
            }
        })
        .await;
        let mut slot = slot();
        let response = slot.send(&request(&receiver.url("/"), AMPLE)).await.outcome.unwrap();
        assert_eq!(
            (response.status, response.body.len(), response.truncated),
            (200, RESPONSE_BODY_BYTES_MAX, true)
        );
        assert!(!slot.is_connected());
        // The receiver notices that nobody drains it.
        was_ended.recv().await.unwrap();
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_whole() {
    let body = "x".repeat(RESPONSE_BODY_BYTES_MAX);
    for answer in [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            body.len()
        ),
    ] {
        let response = answer_to(answer).await.outcome.unwrap();
        assert_eq!((response.body.len(), response.truncated), (RESPONSE_BODY_BYTES_MAX, false));
    }
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}y", body.len() + 1);
    let response = answer_to(answer).await.outcome.unwrap();
    assert_eq!((response.body.len(), response.truncated), (RESPONSE_BODY_BYTES_MAX, true));
}

#[tokio::test]
async fn a_receiver_that_never_answers_meets_the_deadline() {
    let receiver = Receiver::start(|_, stream| async move {
        let _held = stream;
        pending::<()>().await;
    })
    .await;
    assert_times_out(&receiver, "waiting for the answer").await;
}

/// Sends `bytes` one at a time, slowly and for ever.
async fn drip(mut stream: TcpStream, head: &'static str) {
    read_request(&mut stream).await;
    let _ = stream.write_all(head.as_bytes()).await;
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    while stream.write_all(b"a").await.is_ok() {
        tick.tick().await;
    }
}

#[tokio::test]
async fn a_dripping_header_meets_the_deadline() {
    let receiver = Receiver::start(|_, stream| drip(stream, "HTTP/1.1 200 OK\r\nx-slow: ")).await;
    assert_times_out(&receiver, "waiting for the answer").await;
}

#[tokio::test]
async fn a_dripping_body_meets_the_deadline() {
    let receiver =
        Receiver::start(|_, stream| drip(stream, "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n")).await;
    assert_times_out(&receiver, "reading the body of an answer with status 200").await;
}

#[tokio::test]
async fn endless_interim_answers_meet_the_deadline() {
    let interim = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n".to_vec();
    let receiver = Receiver::start(move |_, stream| flood(stream, "", interim.clone())).await;
    let exchange = send_once(&receiver.url("/"), SHORT).await;
    assert!(exchange.duration < SHORT + SLACK, "{:?}", exchange.duration);
    assert!(exchange.outcome.is_err());
}

#[tokio::test]
async fn a_stalled_tls_handshake_meets_the_deadline() {
    let receiver = Receiver::start(|_, stream| async move {
        let _held = stream;
        pending::<()>().await;
    })
    .await;
    let late = failure(send_once(&format!("https://{}/", receiver.address), SHORT).await);
    assert_eq!(late.kind, FailureKind::Timeout);
    assert!(late.detail.contains("setting up TLS"), "{}", late.detail);
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_told_as_closed() {
    for part in [
        "",
        "H",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe",
    ] {
        let broken = failure(answer_to(part).await);
        assert_eq!(broken.kind, FailureKind::ResetOrClosed, "{part:?}: {}", broken.detail);
        assert!(broken.detail.contains("closed the connection before the answer was complete"));
    }
}

#[tokio::test]
async fn a_reset_after_the_headers_is_told_as_closed() {
    let receiver = Receiver::start(|_, mut stream| async move {
        let mut first = [0; 1];
        stream.read_exact(&mut first).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n").await.unwrap();
        // Closing with unread bytes in the buffer resets the connection.
    })
    .await;
    assert_eq!(failure(send_once(&receiver.url("/"), AMPLE).await).kind, FailureKind::ResetOrClosed);
    assert_eq!(receiver.accepted(), 1, "a fresh connection is never tried twice");
}

#[tokio::test]
async fn a_half_closed_receiver_can_neither_hang_nor_pass() {
    let receiver = Receiver::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    })
    .await;
    assert_eq!(failure(send_once(&receiver.url("/"), AMPLE).await).kind, FailureKind::ResetOrClosed);
}

#[tokio::test]
async fn an_answer_that_comes_before_the_body_was_read_counts() {
    let receiver = Receiver::start(|_, mut stream| async move {
        let mut head = [0; 16];
        stream.read_exact(&mut head).await.unwrap();
        stream.write_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno").await.unwrap();
        pending::<()>().await;
    })
    .await;
    let mut request = request(&receiver.url("/"), AMPLE);
    request.body = Bytes::from(vec![b'x'; 32 << 20]);
    let mut slot = slot();
    let response = slot.send(&request).await.outcome.unwrap();
    assert_eq!((response.status, &response.body[..]), (413, &b"no"[..]));
    assert!(!slot.is_connected(), "the rest of the body would be read as the next request");
}

#[tokio::test]
async fn more_headers_than_the_limit_are_refused() {
    let with = |count: usize| {
        let headers: String = (0..count).map(|n| format!("x-{n}: v\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\n{headers}\r\n")
    };
    assert_eq!(answer_to(with(64)).await.outcome.unwrap().status, 200);
    for count in [65, 101, 1_000] {
        assert_eq!(failure(answer_to(with(count)).await).kind, FailureKind::TooLarge, "{count}");
    }
    for size in [33_000, 1_000_000] {
        let long = format!("HTTP/1.1 200 OK\r\nx-long: {}\r\n\r\n", "v".repeat(size));
        assert_eq!(failure(answer_to(long).await).kind, FailureKind::TooLarge, "{size}");
    }
}

#[tokio::test]
async fn ambiguous_or_broken_framing_is_a_protocol_failure() {
    for answer in [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx : spaced\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/3.7 200 OK\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "+PONG\r\n-ERR unknown command\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    ] {
        let broken = failure(answer_to(answer).await);
        assert_eq!(broken.kind, FailureKind::Protocol, "{answer:?}: {}", broken.detail);
        assert!(broken.detail.starts_with("the answer is not valid HTTP/1.1: "), "{}", broken.detail);
    }
}

/// RFC 9112 section 2.2 lets a recipient take a bare line feed as a line end. The answer is read or refused, whole.
#[tokio::test]
async fn bare_line_feeds_neither_hang_nor_smuggle() {
    let exchange = answer_to("HTTP/1.1 200 OK\ncontent-length: 2\n\nokHTTP/1.1 500 x\r\n\r\n").await;
    match exchange.outcome {
        Ok(response) => assert_eq!((response.status, &response.body[..]), (200, &b"ok"[..])),
        Err(refused) => assert_eq!(refused.kind, FailureKind::Protocol),
    }
}

#[tokio::test]
async fn a_slot_serves_again_after_every_kind_of_failure() {
    let receiver = Receiver::start(|number, mut stream| async move {
        read_request(&mut stream).await;
        match number {
            0 => pending::<()>().await,
            1 => stream.write_all(b"garbage\r\n\r\n").await.unwrap(),
            2 => drop(stream),
            _ => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap(),
        }
    })
    .await;
    let mut slot = slot();
    let mut kinds = Vec::new();
    for timeout in [SHORT, AMPLE, AMPLE] {
        kinds.push(failure(slot.send(&request(&receiver.url("/"), timeout)).await).kind);
    }
    assert_eq!(kinds, [FailureKind::Timeout, FailureKind::Protocol, FailureKind::ResetOrClosed]);
    assert!(slot.send(&request(&receiver.url("/"), AMPLE)).await.outcome.is_ok());
}

#[tokio::test]
async fn an_abandoned_send_closes_its_connection() {
    let closed = Arc::new(tokio::sync::Notify::new());
    let (arrived, was_closed) = (Arc::new(tokio::sync::Notify::new()), Arc::clone(&closed));
    let signal = Arc::clone(&arrived);
    let receiver = Receiver::start(move |_, mut stream| {
        let (signal, closed) = (Arc::clone(&signal), Arc::clone(&was_closed));
        async move {
            read_request(&mut stream).await;
            signal.notify_one();
            assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
            closed.notify_one();
        }
    })
    .await;
    let mut slot = slot();
    let request = request(&receiver.url("/"), AMPLE);
    tokio::select! {
        _ = slot.send(&request) => panic!("nobody answered"),
        () = arrived.notified() => {}
    }
    assert!(!slot.is_connected());
    closed.notified().await;
}
