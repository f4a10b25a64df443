use super::*;

fn bound(org: &str, operation: &str, object: &[u8], key: &str, request: &[u8]) -> Idempotency {
    let key = IdempotencyKey(Some(key.to_owned()));
    bind(&key, &OrgId::parse(org).unwrap(), operation, object, request).unwrap()
}

#[test]
fn no_key_binds_nothing() {
    assert_eq!(bind(&IdempotencyKey(None), &OrgId::parse("org_a").unwrap(), "x", &[], b"{}"), None);
}

#[test]
fn the_same_call_binds_the_same() {
    assert_eq!(bound("org_a", "op", b"1", "k", b"{}"), bound("org_a", "op", b"1", "k", b"{}"));
}

#[test]
fn another_organisation_operation_object_or_key_is_another_call() {
    let first = bound("org_a", "op", b"1", "k", b"{}");
    let others = [
        bound("org_b", "op", b"1", "k", b"{}"),
        bound("org_a", "op2", b"1", "k", b"{}"),
        bound("org_a", "op", b"2", "k", b"{}"),
        bound("org_a", "op", b"1", "k2", b"{}"),
        bound("org_a", "o", b"p1", "k", b"{}"),
    ];
    for other in others {
        assert_ne!(other.key, first.key);
        assert_eq!(other.request, first.request);
    }
}

#[test]
fn another_body_is_the_same_call_with_another_request() {
    let (one, two) = (bound("org_a", "op", b"1", "k", b"{}"), bound("org_a", "op", b"1", "k", b"{ }"));
    assert_eq!(one.key, two.key);
    assert_ne!(one.request, two.request);
}
