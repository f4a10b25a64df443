//! Verifies a request without any framework, with `cargo run --example by_hand`: give the parts as they were received.

use hooktide_verify::{NoKnownKeys, Now, Request, Secret, Verdict, provider, verify};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let slack = provider("slack").ok_or("slack is not in the list")?;
    let secrets = [
        Secret::new("current", "8f742231b10e8888abcd99yyyzzz85a5"),
        // A secret that was replaced counts for a while longer.
        Secret::new("previous", "0123456789abcdef0123456789abcdef").valid(None, Some(1_531_425_000)),
    ];
    let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let request = Request {
        method: "POST",
        url: None,
        target: "/slack",
        headers: &[
            ("X-Slack-Request-Timestamp", b"1531420618"),
            ("X-Slack-Signature", b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        ],
        body,
    };
    for now_s in [1_531_420_700, 1_531_430_000] {
        match verify(&slack.scheme, &secrets, &request, Now::from_unix_s(now_s), &NoKnownKeys) {
            Verdict::Accepted(acceptance) => println!("accepted: {acceptance:?}"),
            Verdict::Refused(refusal) => println!("refused ({}): {refusal}", refusal.code()),
            Verdict::KeyNeeded(key) => println!("fetch {} and verify again", key.url),
        }
    }
    Ok(())
}
