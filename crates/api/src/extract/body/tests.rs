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
