use std::convert::Infallible;

use futures_util::stream;

use super::*;

fn body_of(pieces: Vec<&'static [u8]>) -> Body {
    Body::from_stream(stream::iter(
        pieces.into_iter().map(|piece| Ok::<_, Infallible>(Bytes::from_static(piece))),
    ))
}

#[tokio::test]
async fn pieces_are_joined() {
    let read = read_bounded(body_of(vec![b"one ", b"two ", b"", b"three"]), 100).await;
    assert_eq!(read.unwrap(), "one two three");
}

#[tokio::test]
async fn a_single_piece_is_not_copied() {
    let whole = Bytes::from(vec![b'x'; 64]);
    let read = read_bounded(Body::from(whole.clone()), 64).await.unwrap();
    assert_eq!(read.as_ptr(), whole.as_ptr());
}

#[tokio::test]
async fn one_byte_too_many_is_413() {
    assert!(read_bounded(body_of(vec![b"12345", b"67890"]), 10).await.is_ok());
    let refused = read_bounded(body_of(vec![b"12345", b"678901"]), 10).await.unwrap_err();
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_endless_body_is_given_up() {
    let piece = Bytes::from(vec![0; 1024 * 1024]);
    let endless = Body::from_stream(stream::repeat_with(move || Ok::<_, Infallible>(piece.clone())));
    let refused = read_bounded(endless, 1024).await.unwrap_err();
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_is_408() {
    let refused = read_bounded(Body::from_stream(stream::pending::<Result<Bytes, Infallible>>()), 10)
        .await
        .unwrap_err();
    assert_eq!(refused.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn a_broken_body_is_400() {
    let broken =
        Body::from_stream(stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))]));
    assert_eq!(read_bounded(broken, 10).await.unwrap_err().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(start_paused = true)]
async fn who_dribbles_over_the_limit_gets_the_answer_soon() {
    let dribble = stream::unfold((), |()| async {
        tokio::time::sleep(DRAIN_PATIENCE / 2).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"123456")), ()))
    });
    let began = tokio::time::Instant::now();
    let refused = read_bounded(Body::from_stream(dribble), 10).await.unwrap_err();
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(began.elapsed() < READ_TIMEOUT / 2, "{:?}", began.elapsed());
}

#[test]
fn announced_length_decides_alone_for_who_waits_to_be_asked() {
    let waiting = HeaderMap::from_iter([(EXPECT, http::HeaderValue::from_static("100-Continue"))]);
    let told = |bytes: usize| Body::from(vec![0; bytes]);
    assert!(is_hopeless(&waiting, &told(11), 10));
    assert!(!is_hopeless(&waiting, &told(10), 10));
    assert!(!is_hopeless(&HeaderMap::new(), &told(11), 10), "it is read, so that the answer is");
    assert!(is_hopeless(&HeaderMap::new(), &told(DRAIN_BYTES_MAX + 11), 10));
    let untold = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    assert!(!is_hopeless(&waiting, &untold, 10));
}
