//! The servers that the tests deliver to, seen with the tests' own eyes.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::NoTls;

/// What `HOOKTIDE_TEST_<SERVER>_URL` names, if it is set.
fn url(server: &str) -> Option<String> {
    env::var(format!("HOOKTIDE_TEST_{}_URL", server.to_uppercase())).ok()
}

/// `host:port` of a server: from the environment, or on loopback.
pub(crate) fn address(server: &str, default: &str) -> String {
    let Some(url) = url(server) else { return default.to_owned() };
    let (_, rest) = url.split_once("://").unwrap();
    let authority = rest.split('/').next().unwrap();
    authority.rsplit('@').next().unwrap().to_owned()
}

/// Where the mail server keeps what it takes: the path of its URL.
pub(crate) fn maildir() -> PathBuf {
    let url = url("smtp").unwrap_or_else(|| "smtp://127.0.0.1:2525/tmp/hooktide-maildir".to_owned());
    let (_, rest) = url.split_once("://").unwrap();
    PathBuf::from(&rest[rest.find('/').unwrap()..])
}

/// A request to the server that speaks S3: status and body of its answer.
pub(crate) async fn s3(method: &str, path: &str) -> (u16, String) {
    let address = address("s3", "127.0.0.1:5555");
    let mut stream = connect(&address).await;
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: 0\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.take(1024 * 1024).read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A name that nobody else uses.
pub(crate) fn unique(prefix: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("{prefix}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

#[expect(clippy::disallowed_methods, reason = "the tests' own way to a server on loopback")]
async fn connect(address: &str) -> TcpStream {
    TcpStream::connect(address).await.unwrap_or_else(|error| panic!("nobody answers on {address}: {error}"))
}

/// A client of the PostgreSQL server of the tests.
pub(crate) async fn postgres() -> tokio_postgres::Client {
    let mut config = tokio_postgres::Config::new();
    config.user("postgres").dbname("test");
    let stream = connect(&address("postgres", "127.0.0.1:5432")).await;
    let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The answer of Redis to `GET key`, as it is on the wire.
pub(crate) async fn redis_get(key: &str) -> String {
    let mut stream = connect(&address("redis", "127.0.0.1:6379")).await;
    stream.write_all(format!("GET {key}\r\nQUIT\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// A way to a server that can be cut: while it is down, every connection is closed at once.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    is_up: Arc<AtomicBool>,
}

impl Proxy {
    /// A proxy that is down.
    pub(crate) async fn down(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_up = Arc::new(AtomicBool::new(false));
        let is_open = Arc::clone(&is_up);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                if is_open.load(Ordering::Acquire) {
                    let mut upstream = connect(&server).await;
                    tokio::spawn(async move {
                        // It ends with either side; how is the server's business.
                        let _ended = copy_bidirectional(&mut client, &mut upstream).await;
                    });
                }
            }
        });
        Self { address, is_up }
    }

    /// Lets connections through from now on.
    pub(crate) fn bring_up(&self) {
        self.is_up.store(true, Ordering::Release);
    }
}
