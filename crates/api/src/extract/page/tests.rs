use hooktide_model::{EventTypeName, MessageId};
use proptest::prelude::*;

use super::*;
use crate::error::ApiError;
use crate::extract::QueryParams;
use crate::extract::query::read_query;
use crate::wire::ListOut;

#[derive(Debug)]
struct ByName(PageParams<EventTypeName>);

impl QueryParams for ByName {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self(PageParams::read(reader, EventTypeName::parse))
    }
}

#[derive(Debug)]
#[expect(dead_code, reason = "only whether it reads is asked")]
struct ById(PageParams<MessageId>);

impl QueryParams for ById {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self(PageParams::read_id(reader))
    }
}

fn request(query: &str) -> PageRequest<EventTypeName> {
    read_query::<ByName>(query).unwrap().0.request(Order::Ascending)
}

#[test]
fn defaults_are_fifty_rows_from_the_start_in_the_usual_order() {
    let expected = PageRequest { limit: 50, order: Order::Ascending, cursor: None, backwards: false };
    assert_eq!(request(""), expected);
}

#[test]
fn a_minus_turns_the_walk_round() {
    let back = request("iterator=-invoice.paid&order=descending");
    assert_eq!(back.cursor.unwrap().as_str(), "invoice.paid");
    assert!(back.backwards);
    assert_eq!(back.order, Order::Descending);
    assert!(!request("iterator=invoice.paid").backwards);
}

#[test]
fn what_does_not_fit_names_the_parameter() {
    let mint = hooktide_model::IdMint::new(&[1; 32]);
    let good: MessageId = mint.id(hooktide_model::Seq(77));
    assert!(read_query::<ById>(&format!("iterator={good}")).is_ok());
    assert!(read_query::<ById>(&format!("iterator=-{good}")).is_ok());
    let other_kind: hooktide_model::AppId = mint.id(hooktide_model::Seq(77));
    let bad_cursors = [
        "iterator=".to_owned(),
        "iterator=-".to_owned(),
        "iterator=msg_short".to_owned(),
        format!("iterator=--{good}"),
        format!("iterator={other_kind}"),
        "iterator=msg_!!!!!!!!!!!!!!!!!!!!!!!!!!!".to_owned(),
        "iterator=msg_zzzzzzzzzzzzzzzzzzzzzzzzzzz".to_owned(),
        "limit=0".to_owned(),
        "limit=251".to_owned(),
        "limit=many".to_owned(),
        "order=down".to_owned(),
    ];
    for query in bad_cursors {
        let parameter = query.split('=').next().unwrap();
        match read_query::<ById>(&query) {
            Err(ApiError::Invalid(fields)) => assert_eq!(fields[0].loc, ["query", parameter], "{query}"),
            other => panic!("{query}: {other:?}"),
        }
    }
}

proptest! {
    /// Also for names that start as a backward cursor does.
    #[test]
    fn cursors_of_an_answer_lead_on_and_back(names in proptest::collection::vec("[-a-z._]{1,10}", 1..5)) {
        let rows: Vec<EventTypeName> = names.iter().map(|name| EventTypeName::parse(name).unwrap()).collect();
        let page = hooktide_model::Page { data: rows.clone(), done: false };
        let list = ListOut::of(page, |row| row.as_str().to_owned(), |row| row);
        let on = request(&format!("iterator={}", list.iterator.unwrap()));
        prop_assert_eq!((on.cursor.as_ref(), on.backwards), (rows.last(), false));
        let back = request(&format!("iterator={}", list.prev_iterator.unwrap()));
        prop_assert_eq!((back.cursor.as_ref(), back.backwards), (rows.first(), true));
    }
}
