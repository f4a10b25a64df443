//! Answers as they are on the wire.

use super::*;

fn bulk(text: &str) -> Value {
    Value::BulkString(text.into())
}

#[test]
fn answer_is_read_entry_by_entry() {
    let fields = Value::Array(["payload", "{}", "event_type", "a.b"].map(bulk).into());
    let deleted = Value::Array(vec![bulk("2-0"), Value::Nil]);
    let stream = vec![bulk("s"), Value::Array(vec![Value::Array(vec![bulk("1-0"), fields]), deleted])];
    let mut found = entries(Value::Array(vec![Value::Array(stream)])).unwrap();
    assert!(found.remove(1).fields.is_none());
    let delivery = delivery("s", "payload", found.remove(0));
    assert_eq!((delivery.body.as_ref(), delivery.key.as_deref()), (&b"{}"[..], Some("s:1-0")));
    assert!(delivery.headers.contains(&("event-type".to_owned(), b"a.b".to_vec())));
    assert!(entries(Value::Nil).unwrap().is_empty());
    assert!(entries(Value::Okay).is_none());
}

#[test]
fn entry_without_payload_is_an_object_of_its_fields() {
    let fields = Some(vec![("a".to_owned(), b"1".to_vec()), ("b".to_owned(), vec![0xff])]);
    let delivery = delivery("s", "payload", Entry { id: "1-0".to_owned(), fields });
    assert_eq!(delivery.body, "{\"a\":\"1\",\"b\":\"\u{fffd}\"}");
}
