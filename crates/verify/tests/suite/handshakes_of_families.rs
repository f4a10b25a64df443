//! The handshakes of providers whose schemes are code.

use hooktide_verify::{Answer, Now, Request, Secret, answer, provider};

fn ask(name: &str, method: &str, target: &str, headers: &[(&str, &[u8])], body: &str) -> Option<Answer> {
    let request = Request { method, url: None, target, headers, body: body.as_bytes() };
    let secrets = [
        Secret::new("current", "integration_private_key"),
        Secret::challenge("public", "integration_public_key"),
        Secret::challenge("topic", "arn:aws:sns:us-west-2:1:MyTopic"),
    ];
    answer(provider(name).expect("it is listed").handshakes, &request, &secrets, Now::from_unix_s(0))
}

#[test]
fn the_braintree_challenge_is_signed_if_it_has_the_providers_form() {
    let ask = |query: &str| ask("braintree", "GET", &format!("/in?bt_challenge={query}"), &[], "");
    // Published by the provider's Python library.
    let found = ask("20f9f8ed05f77439fe955c977e4c8a53").expect("a handshake");
    assert_eq!(found.body, b"integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4");
    for query in ["", "20f9f8ed", "20F9F8ED05F77439FE955C977E4C8A53", "bt_payload_of_a_strangers_choice"] {
        assert!(ask(query).is_none(), "{query}");
    }
}

#[test]
fn an_sns_subscription_is_confirmed_for_a_wanted_topic_on_sns_itself() {
    let ask = |topic: &str, url: &str| {
        let body =
            format!(r#"{{"Type":"SubscriptionConfirmation","TopicArn":"{topic}","SubscribeURL":"{url}"}}"#);
        ask("aws-sns", "POST", "/in", &[], &body)
    };
    let wanted = "arn:aws:sns:us-west-2:1:MyTopic";
    let url = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=a";
    let found = ask(wanted, url).expect("a handshake");
    assert!(found.needs_verification);
    assert_eq!(found.fetch.as_deref(), Some(url));
    let refused = ask("arn:aws:sns:us-west-2:1:Other", url).expect("an answer");
    assert_eq!((refused.status, refused.fetch), (403, None));
    for url in
        ["https://example.net/", "http://sns.us-west-2.amazonaws.com/", "https://sns.s3.amazonaws.com/"]
    {
        assert!(ask(wanted, url).is_none(), "{url}");
    }
}

#[test]
fn microsoft_and_monday_get_their_texts_back() {
    let found = ask("microsoft-graph", "POST", "/in?validationToken=a%20b%3C", &[], "").expect("a handshake");
    assert_eq!((found.status, found.body.as_slice()), (200, &b"a b<"[..]));
    assert!(found.headers.contains(&("content-type".into(), "text/plain; charset=utf-8".into())));
    assert!(ask("microsoft-graph", "GET", "/in?validationToken=a", &[], "").is_none());

    let kind: &[(&str, &[u8])] = &[("aeg-event-type", b"SubscriptionValidation")];
    let body = r#"[{"id":"1","data":{"validationCode":"512d38b6"}}]"#;
    let found = ask("azure-event-grid", "POST", "/in?secret=a", kind, body).expect("a handshake");
    assert!(found.needs_verification);
    assert_eq!(found.body, br#"{"validationResponse":"512d38b6"}"#);
    let origin: &[(&str, &[u8])] = &[("WebHook-Request-Origin", b"eventgrid.azure.net")];
    let found = ask("azure-event-grid", "OPTIONS", "/in?secret=a", origin, "").expect("a handshake");
    assert!(found.headers.contains(&("webhook-allowed-origin".into(), "eventgrid.azure.net".into())));

    let found = ask("monday", "POST", "/in", &[], r#"{"challenge":"3eZbrw1a"}"#).expect("a handshake");
    assert_eq!(found.body, br#"{"challenge":"3eZbrw1a"}"#);
    assert!(ask("monday", "POST", "/in", &[], r#"{"type":"url_verification","challenge":"a"}"#).is_none());
}

#[test]
fn discord_pings_are_answered_by_their_kind_once_verified() {
    let ask = |body: &str| ask("discord", "POST", "/in", &[], body);
    let found = ask(r#"{"version":1,"type":0}"#).expect("a ping of webhook events");
    assert!(found.needs_verification);
    assert_eq!((found.status, found.body.as_slice()), (204, &b""[..]));
    assert!(found.headers.iter().any(|(name, _)| name == "content-type"));
    let found = ask(r#"{"type":1,"id":"1"}"#).expect("a ping of interactions");
    assert_eq!((found.status, found.body.as_slice()), (200, &br#"{"type":1}"#[..]));
    assert!(ask(r#"{"type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}"#).is_none());
    assert!(ask(r#"{"type":2}"#).is_none());
}
