//! The health check against listeners of its own on loopback.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::*;

/// Answers one request and returns what it got.
fn answer_once(answer: &'static [u8]) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            request.extend(byte);
        }
        stream.write_all(answer).unwrap();
        String::from_utf8(request).unwrap()
    });
    (url, thread)
}

fn check(url: &str) -> Result<(), String> {
    let arguments = HealthcheckArgs { url: url.to_owned(), timeout: Duration::from_secs(10) };
    run(&arguments).map_err(|failure| failure.text())
}

#[test]
fn every_2xx_is_healthy_and_nothing_else() {
    let table: [(&[u8], bool); 6] = [
        (b"HTTP/1.1 200 OK\r\n\r\n", true),
        (b"HTTP/1.0 204\r\n\r\n", true),
        (b"HTTP/1.1 302 Found\r\n\r\n", false),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", false),
        (b"SSH-2.0-OpenSSH\r\n", false),
        (b"", false),
    ];
    for (answer, healthy) in table {
        let (url, thread) = answer_once(answer);
        let outcome = check(&format!("{url}/livez"));
        assert_eq!(outcome.is_ok(), healthy, "{outcome:?}");
        thread.join().unwrap();
    }
}

#[test]
fn the_request_asks_for_the_path_or_for_readiness() {
    for (path, expected) in
        [("", "GET /readyz HTTP/1.1\r\n"), ("/livez?full=1", "GET /livez?full=1 HTTP/1.1\r\n")]
    {
        let (url, thread) = answer_once(b"HTTP/1.1 200 OK\r\n\r\n");
        check(&format!("{url}{path}")).unwrap();
        let request = thread.join().unwrap();
        assert!(request.starts_with(expected), "{request}");
        assert!(request.contains(&format!("Host: {}\r\n", url.trim_start_matches("http://"))), "{request}");
    }
}

#[test]
fn a_server_that_is_not_there_is_unhealthy() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let text = check(&url).unwrap_err();
    assert!(text.contains("unhealthy") && text.contains("cannot be reached"), "{text}");
    assert_eq!(text.lines().count(), 1, "one line for the container's log");
}

#[test]
fn a_server_that_says_nothing_is_unhealthy_after_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let arguments = HealthcheckArgs { url, timeout: Duration::from_millis(50) };
    let text = run(&arguments).unwrap_err().text();
    assert!(text.ends_with("did not answer within 50ms"), "{text}");
}

#[test]
fn what_is_not_a_plain_http_url_is_refused_with_an_example() {
    for url in ["127.0.0.1:8071", "https://127.0.0.1/", "", "ftp://host/"] {
        let text = check(url).unwrap_err();
        assert!(text.contains("help: write a URL as in http://127.0.0.1:8071/readyz"), "{text}");
    }
}
