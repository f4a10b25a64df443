//! Travis CI: RSA-SHA1 over a form field, by the key of its API.

use crate::families::Travis;
use crate::provider::{Provider, Sample};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "travis-ci",
    title: "Travis CI",
    scheme: Scheme::Family(&Travis),
    content_types: &["application/x-www-form-urlencoded"],
    documentation_url: "https://docs.travis-ci.com/user/notifications/",
    notes: &[
        "There is no secret: any build of any repository on Travis CI is signed by this key.",
        "The key is that of api.travis-ci.com.",
        "SHA-1 is never signed with here, so that this provider cannot be simulated.",
        "The event is JSON in the form field payload; there is no delivery id.",
    ],
    sample: Sample {
        headers: &[("content-type", "application/x-www-form-urlencoded")],
        body: "payload=%7B%22id%22%3A74837%2C%22number%22%3A%2242%22%2C%22state%22%3A%22passed%22%2C%22repository%22%3A%7B%22name%22%3A%22hooktide%22%7D%7D",
        event_type: None,
    },
    ..Provider::COMMON
};
