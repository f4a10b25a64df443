//! What each weather does to a connection.

use tokio::net::TcpStream;

use super::*;
use crate::raw::connect;

/// Longer than bytes take on loopback.
const A_WHILE: Duration = Duration::from_millis(200);

/// Answers every byte with itself.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let addr = listener.local_addr().expect("a bound socket has an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    addr
}

async fn exchange(stream: &mut TcpStream) -> Option<u8> {
    stream.write_all(b"x").await.ok()?;
    answer(stream).await
}

async fn answer(stream: &mut TcpStream) -> Option<u8> {
    stream.read_u8().await.ok()
}

#[tokio::test]
async fn cut_ends_connections_and_new_ones_work() {
    let proxy = TcpProxy::start(echo().await).await;
    let mut stream = connect(proxy.addr()).await;
    assert_eq!(exchange(&mut stream).await, Some(b'x'));
    proxy.cut();
    assert_eq!(answer(&mut stream).await, None);
    assert_eq!(exchange(&mut connect(proxy.addr()).await).await, Some(b'x'));
}

#[tokio::test]
async fn closed_takes_no_connection_until_opened() {
    let proxy = TcpProxy::start(echo().await).await;
    let mut stream = connect(proxy.addr()).await;
    assert_eq!(exchange(&mut stream).await, Some(b'x'));
    proxy.close();
    assert_eq!(answer(&mut stream).await, None);
    assert_eq!(exchange(&mut connect(proxy.addr()).await).await, None);
    proxy.open();
    assert_eq!(exchange(&mut connect(proxy.addr()).await).await, Some(b'x'));
}

#[tokio::test]
async fn frozen_holds_bytes_back_and_loses_none() {
    let proxy = TcpProxy::start(echo().await).await;
    let mut stream = connect(proxy.addr()).await;
    assert_eq!(exchange(&mut stream).await, Some(b'x'));
    proxy.freeze();
    assert!(tokio::time::timeout(A_WHILE, exchange(&mut stream)).await.is_err());
    proxy.thaw();
    assert_eq!(answer(&mut stream).await, Some(b'x'));
}

#[tokio::test]
async fn delay_is_paid_in_both_directions() {
    let proxy = TcpProxy::start(echo().await).await;
    proxy.delay(A_WHILE);
    let mut stream = connect(proxy.addr()).await;
    let begun = tokio::time::Instant::now();
    assert_eq!(exchange(&mut stream).await, Some(b'x'));
    assert!(begun.elapsed() >= 2 * A_WHILE, "{:?}", begun.elapsed());
}
