//! Bytes and URLs (groups 5 to 10): what was sent is what is judged, kept and passed on; nothing that anybody can write
//! into a request chooses how it is judged.

use hooktide_testkit::{Method, ServerSetup, unix_seconds};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::provider::{Door, Inbox, SECRET, sign_as, sign_at, sign_to};

/// Group 5: bodies that a parser would print differently, or not at all.
#[tokio::test]
async fn bytes_of_any_kind_are_judged_and_passed_on_as_they_are() {
    let inbox = Inbox::new("github").await;
    inbox.endpoint("/raw").await;
    let bodies: &[&[u8]] = &[
        b"{ \"b\" : 1,\n\t\"a\":2 }",
        b"{\"a\":1,\"a\":2}",
        b"{\"path\":\"a\\/b\",\"name\":\"\\u00e9\"}",
        "{\"name\":\"é ✓ \u{1f980}\"}".as_bytes(),
        b"\xef\xbb\xbf{\"bom\":true}",
        b"{\"tail\":1}\r\n\r\n",
        b"{\"invalid\":\"\xff\xfe\xc3\x28\"}",
        b"{\"nul\":\"\0\"}",
        b"not JSON at all",
        b"{\"n\":1e400,\"big\":123456789012345678901234567890}",
        b"",
    ];
    for (number, body) in bodies.iter().enumerate() {
        let headers = [("x-github-event", "push"), ("x-github-delivery", &*format!("d{number}"))];
        let signed = sign_at("github", SECRET, &headers, *body, unix_seconds());
        let answer = inbox.send(&signed).await;
        assert_eq!(answer.status, 200, "case {number}: {answer}");
        let delivered = inbox.delivered("/raw", number + 1).await;
        let bodies: Vec<_> = delivered.iter().map(|it| it.body.clone()).collect();
        assert!(bodies.iter().any(|it| it == body), "case {number} is among {bodies:?}");
    }
}

/// Group 5: the same document in other bytes is another document.
#[tokio::test]
async fn document_that_was_printed_anew_is_refused() {
    let inbox = Inbox::new("github").await;
    let signed = inbox.door.sign(&[("x-github-delivery", "d")], "{ \"b\": \"\\u00e9\\/\", \"a\": 1 }");
    for other in [
        "{\"b\":\"\\u00e9\\/\",\"a\":1}",
        "{ \"a\": 1, \"b\": \"\\u00e9\\/\" }",
        "{ \"b\": \"é\\/\", \"a\": 1 }",
        "{ \"b\": \"\\u00e9/\", \"a\": 1 }",
        "{ \"b\": \"\\u00e9\\/\", \"a\": 1 }\n",
        "\u{feff}{ \"b\": \"\\u00e9\\/\", \"a\": 1 }",
        "",
    ] {
        let answer = inbox.send(&signed.clone().with_body(other)).await;
        assert_eq!(answer.error(401), "no_signature_matched", "{other:?}");
    }
    let _ = inbox.send(&signed).await.expect(200);
}

const TWILIO_FORM: &str = "MessageSid=SM1&MessageStatus=sent&Body=a+b%20c&Empty=";
const FORM: &str = "application/x-www-form-urlencoded";

/// Group 6: the URL as the provider knows it comes from settings; what a stranger claims to have forwarded does not
/// count.
#[tokio::test]
async fn signed_url_is_the_configured_one_whatever_is_claimed() {
    let form = [("content-type", FORM)];
    let inbox =
        Inbox::with(ServerSetup::new(), json!({ "type": "twilio", "config": { "secret": SECRET } })).await;
    let url = format!("https://hooks.example.com{}", inbox.door.path);
    let signed = sign_to("twilio", &url, &form, TWILIO_FORM);
    assert_eq!(inbox.send(&signed).await.error(401), "url_missing");
    let claimed = signed.with("x-forwarded-host", "hooks.example.com").with("x-forwarded-proto", "https");
    let claimed =
        claimed.with("forwarded", "host=hooks.example.com;proto=https").with("host", "hooks.example.com");
    assert_eq!(inbox.send(&claimed).await.error(401), "url_missing");

    let setup = ServerSetup::new().env("HOOKTIDE_RECEIVE_PUBLIC_URL", "https://hooks.example.com");
    let inbox = Inbox::with(setup, json!({ "type": "twilio", "config": { "secret": SECRET } })).await;
    let path = inbox.door.path.clone();
    let base = format!("https://hooks.example.com{path}");
    // The signed URL, the target it arrives at, and whether that is the same place.
    let cases = [
        (base.clone(), path.clone(), true),
        (format!("https://hooks.example.com:443{path}"), path.clone(), true),
        (format!("{base}?b=2&a=1"), format!("{path}?b=2&a=1"), true),
        (format!("{base}?b=2&a=1"), format!("{path}?a=1&b=2"), false),
        (format!("{base}/"), format!("{path}/"), true),
        (format!("{base}/"), path.clone(), false),
        (format!("http://hooks.example.com{path}"), path.clone(), false),
        (format!("https://hooks.example.com:8443{path}"), path.clone(), false),
        (format!("https://other.example.com{path}"), path.clone(), false),
    ];
    for (number, (url, target, is_taken)) in cases.iter().enumerate() {
        let body = TWILIO_FORM.replace("SM1", &format!("SM{number}"));
        let signed = sign_to("twilio", url, &form, &body).with("x-forwarded-host", "evil.example");
        let answer = inbox.door.request(&inbox.api, target, &signed).await;
        assert_eq!(answer.status, if *is_taken { 200 } else { 401 }, "{url} at {target}: {answer}");
    }
}

/// Group 7: forms, in which blanks, order and repetition are the sender's.
#[tokio::test]
async fn forms_are_kept_as_they_were_written() {
    let inbox = Inbox::new("slack").await;
    inbox.endpoint("/form").await;
    for (number, body) in [
        "command=%2Fdeploy&text=a+b",
        "command=%2Fdeploy&text=a%20b",
        "text=&text=2&text=1&command=%2Fdeploy",
    ]
    .into_iter()
    .enumerate()
    {
        let signed = inbox.door.sign(&[("content-type", FORM)], body);
        let _ = inbox.send(&signed).await.expect(200);
        let delivered = inbox.delivered("/form", number + 1).await;
        let one =
            delivered.iter().find(|it| it.body == body).unwrap_or_else(|| panic!("{body}: {delivered:?}"));
        assert_eq!(one.header("content-type"), FORM);
        // The same fields in another spelling are other bytes.
        let respelt = if body.contains('+') { body.replace('+', "%20") } else { body.replace("%2F", "/") };
        assert_eq!(inbox.send(&signed.with_body(respelt)).await.error(401), "no_signature_matched");
    }
    let receipts = inbox.receipts("accepted").await;
    assert_eq!(receipts.len(), 3, "{receipts:?}");
}

/// Group 7: parts of a form are bytes like any others.
#[tokio::test]
async fn multipart_is_passed_on_with_its_boundary() {
    let inbox =
        Inbox::with(ServerSetup::new(), json!({ "type": "custom", "config": { "secret": SECRET } })).await;
    inbox.endpoint("/parts").await;
    let kind = "multipart/form-data; boundary=--x";
    let body = "----x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n----x--\r\n";
    let _ = inbox.send(&inbox.door.sign(&[("content-type", kind)], body)).await.expect(202);
    let delivered = inbox.delivered("/parts", 1).await.remove(0);
    assert_eq!((delivered.header("content-type"), &delivered.body[..]), (kind, body.as_bytes()));
}

/// Group 8: the source fixes the algorithm.
#[tokio::test]
async fn weaker_signature_is_no_signature() {
    let inbox = Inbox::new("github").await;
    let strong = inbox.door.sign(&[("x-github-delivery", "d")], "{}");
    // What GitHub still sends beside the strong one: SHA-1, by WebSub's scheme of the same form.
    let sha256 = strong.header("x-hub-signature-256");
    let only_old = strong.clone().without("x-hub-signature-256");
    for old in ["sha1=5d61605c3feea9799210ddcb71307d4ba264225f", &sha256] {
        let answer = inbox.send(&only_old.clone().with("x-hub-signature", old)).await;
        assert_eq!(answer.error(401), "header_missing", "{old}");
    }
    let named = only_old.with("x-hub-signature-256", "sha1=5d61605c3feea9799210ddcb71307d4ba264225f");
    assert_eq!(inbox.send(&named).await.error(401), "signature_malformed");
    let hubspot =
        json!({ "type": "hubspot", "config": { "secret": SECRET }, "url": "http://unsigned.example/" });
    let hubspot = Door::create(&inbox.api, hubspot).await;
    let old = sign_as("hubspot-v1", SECRET, &[], "[]");
    assert_eq!(hubspot.send(&inbox.api, &old).await.error(401), "header_missing");
}

const AUDIENCE: &str = "https://hooks.example.com/monday";

fn token(algorithm: Algorithm, key: &str, claims: &Value) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
}

/// Group 8: tokens that choose their own algorithm, or prove something else.
#[tokio::test]
async fn token_of_another_algorithm_audience_or_age_is_refused() {
    let source = json!({ "type": "monday", "config": { "secret": SECRET }, "url": AUDIENCE });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let now = unix_seconds();
    let good = json!({ "aud": AUDIENCE, "exp": now + 300 });
    let right = token(Algorithm::HS256, SECRET, &good);
    let parts: Vec<&str> = right.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    let none_signed = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.{}", parts[1], parts[2]);
    let wrong = [
        ("no algorithm", none),
        ("no algorithm, but a signature", none_signed),
        ("another algorithm", token(Algorithm::HS384, SECRET, &good)),
        ("another key", token(Algorithm::HS256, "another-secret-entirely", &good)),
        (
            "another audience",
            token(Algorithm::HS256, SECRET, &json!({ "aud": "https://a", "exp": now + 300 })),
        ),
        ("no audience", token(Algorithm::HS256, SECRET, &json!({ "exp": now + 300 }))),
        ("expired", token(Algorithm::HS256, SECRET, &json!({ "aud": AUDIENCE, "exp": now - 120 }))),
        ("no expiry", token(Algorithm::HS256, SECRET, &json!({ "aud": AUDIENCE }))),
        ("no signature", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{right}.x")),
        ("no token", "x".to_owned()),
    ];
    let event = |token: &str| sign_as("none", "", &[("authorization", token)], "{}");
    for (what, token) in &wrong {
        let answer = inbox.send(&event(token)).await;
        assert_eq!(answer.status, 401, "{what}: {answer}");
    }
    let _ = inbox.send(&event(&right)).await.expect(200);
}

/// Group 8: a token that says nothing of the body proves nothing about it.
#[tokio::test]
async fn token_without_the_hash_of_the_body_is_refused() {
    let inbox =
        Inbox::with(ServerSetup::new(), json!({ "type": "netlify", "config": { "secret": SECRET } })).await;
    let event = |token: &str| sign_as("none", "", &[("x-webhook-signature", token)], "{}");
    let of_empty_object = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    for claims in [
        json!({ "iss": "netlify" }),
        json!({ "iss": "netlify", "sha256": "" }),
        json!({ "iss": "netlify", "sha256": "00".repeat(32) }),
        json!({ "iss": "someone", "sha256": of_empty_object }),
        json!({ "sha256": of_empty_object }),
    ] {
        let answer = inbox.send(&event(&token(Algorithm::HS256, SECRET, &claims))).await;
        assert_eq!(answer.status, 401, "{claims}: {answer}");
    }
    let right = token(Algorithm::HS256, SECRET, &json!({ "iss": "netlify", "sha256": of_empty_object }));
    let _ = inbox.send(&event(&right)).await.expect(200);
}

/// Group 9: a certificate is fetched from the provider's own hosts only, so that nobody's request makes the server call
/// another one.
#[tokio::test]
async fn certificate_of_a_foreign_host_is_not_even_asked_for() {
    let inbox = Inbox::with(ServerSetup::new(), json!({ "type": "aws-sns" })).await;
    let port = inbox.receiver.url("").rsplit(':').next().unwrap().to_owned();
    let urls = [
        inbox.receiver.url("/cert.pem"),
        format!("https://127.0.0.1:{port}/cert.pem"),
        format!("https://sns.us-west-2.amazonaws.com@127.0.0.1:{port}/cert.pem"),
        format!("https://sns.us-west-2.amazonaws.com:{port}/cert.pem"),
        "https://sns.us-west-2.amazonaws.com.evil.example/cert.pem".to_owned(),
        "https://sns.name.s3.amazonaws.com/cert.pem".to_owned(),
        "http://sns.us-west-2.amazonaws.com/cert.pem".to_owned(),
        "file:///etc/hostname".to_owned(),
    ];
    for url in urls {
        let body = json!({
            "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-west-2:1:t", "Message": "m",
            "Timestamp": "2026-09-21T12:26:40.000Z", "SignatureVersion": "2", "Signature": "AAAA", "SigningCertURL": url,
        });
        let answer =
            inbox.send(&sign_as("none", "", &[("content-type", "text/plain")], &body.to_string())).await;
        assert_eq!(answer.status, 401, "{url}: {answer}");
    }
    assert_eq!(inbox.receiver.connections(), 0, "nobody was called");
}

/// Group 10: a body is judged and passed on as it came, so one that would have to be unpacked first is refused rather
/// than passed on as something that it is not.
#[tokio::test]
async fn packed_body_is_refused_with_a_reason_and_kept() {
    let inbox = Inbox::new("github").await;
    inbox.endpoint("/never").await;
    // `{}` in gzip.
    let packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    let headers = [("x-github-event", "push"), ("x-github-delivery", "d"), ("content-encoding", "gzip")];
    let signed = sign_at("github", SECRET, &headers, *packed, unix_seconds());
    let answer = inbox.send(&signed).await;
    assert_eq!(answer.error(415), "unsupported_content_encoding");
    assert_eq!(answer.header("accept-encoding"), "identity");
    assert_eq!(inbox.receipts("refused").await[0]["code"], "unsupported_content_encoding");
    let plain = inbox.door.sign(&[("x-github-delivery", "e"), ("content-encoding", "identity")], "{}");
    assert_eq!(inbox.others("/never", &plain).await.len(), 0);
}

/// Group 14 and 21: what is not a delivery's method is told so, and kept as refused.
#[tokio::test]
async fn method_of_no_delivery_is_refused() {
    let inbox = Inbox::new("github").await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = inbox.door.ask(&inbox.api, method.clone(), "", &[]).await;
        assert_eq!(answer.error(405), "method_not_allowed", "{method}");
        assert_eq!(answer.header("allow"), "POST");
    }
    let kept: Vec<_> = inbox.receipts("refused").await.iter().rev().map(|it| it["method"].clone()).collect();
    assert_eq!(kept, ["GET", "PUT", "DELETE", "PATCH"]);
    assert_eq!(inbox.receipts("accepted").await.len(), 0);
}
