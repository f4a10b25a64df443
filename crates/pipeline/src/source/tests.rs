use super::*;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(1_795_168_800_000 + ms)
}

#[test]
fn a_second_holds_the_rate_and_no_more() {
    let mut rate = Rate::new(5);
    assert_eq!((0..10).filter(|_| rate.take(at(0))).count(), 5);
    assert!(!rate.take(at(199)));
    assert!(rate.take(at(200)));
    assert!(!rate.take(at(201)));
    assert_eq!((0..10).filter(|_| rate.take(at(60_000))).count(), 5);
}

#[test]
fn clock_that_steps_back_locks_nobody_out() {
    let mut rate = Rate::new(1);
    assert!(rate.take(at(86_400_000)));
    assert!(!rate.take(at(0)), "the second that was taken is not given twice");
    assert!(rate.take(at(1000)));
}

#[test]
fn refused_requests_are_kept_up_to_their_number_and_bytes() {
    let mut keeping = Keeping::default();
    assert_eq!(keeping.note(REFUSED_BYTES_MAX - 1, at(0)), Keep::WithBody);
    assert_eq!(keeping.note(2, at(1)), Keep::WithoutBody);
    assert_eq!(keeping.note(1, at(2)), Keep::WithBody);
    for _ in 3..REFUSED_KEPT_MAX {
        assert_ne!(keeping.note(0, at(3)), Keep::Nothing);
    }
    assert_eq!(keeping.note(0, at(3_599_999)), Keep::Nothing);
    assert_eq!(keeping.note(1, at(3_600_000)), Keep::WithBody);
}

#[test]
fn secrets_under_names_that_do_not_tell_are_known() {
    let header =
        |name: &str| Scheme::Token(TokenAt::Header { name: name.to_owned().into(), prefix: "".into() });
    let any = Scheme::AnyOf(vec![header("X-Pass"), Scheme::Token(TokenAt::Query("k".into()))].into());
    assert_eq!(secret_names(&any), ["X-Pass", "k"]);
    assert_eq!(secret_names(&header("x-gitlab-token")), Vec::<String>::new(), "the name tells");
    // So taking a request costs nothing for a provider of the list, but for the one whose proof is an id.
    for provider in hooktide_verify::PROVIDERS {
        let expected: &[&str] = if provider.name == "adobe-sign" { &["x-adobesign-clientid"] } else { &[] };
        assert_eq!(secret_names(&provider.scheme), expected, "{}", provider.name);
    }
}
