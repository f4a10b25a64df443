use hooktide_verify::provider;

use super::*;

fn scheme(name: &str) -> Option<&'static Scheme> {
    provider(name).map(|provider| &provider.scheme)
}

#[test]
fn token_of_the_source_is_never_in_the_path() {
    let github = scheme("github");
    for (target, shown) in
        [("/in/abc", ""), ("/in/abc/", "/"), ("/in/abc/a/b?c=d", "/a/b?c=d"), ("/in/abc?c=d", "?c=d")]
    {
        assert_eq!(shown_path(target, github), shown, "{target}");
    }
    assert_eq!(shown_path("/in/abc/a?token=t", scheme("gitlab")), "/a?[redacted]");
}

#[test]
fn headers_that_carry_proofs_are_hidden() {
    for name in
        ["Authorization", "Cookie", "X-Hub-Signature-256", "stripe-signature", "X-Gitlab-Token", "X-Api-Key"]
    {
        assert!(is_sensitive(name, scheme("github")), "{name}");
    }
    for name in ["Content-Type", "X-GitHub-Event", "X-GitHub-Delivery", "User-Agent"] {
        assert!(!is_sensitive(name, scheme("github")), "{name}");
    }
}
