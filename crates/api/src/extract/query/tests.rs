use proptest::prelude::*;

use super::*;

#[derive(Debug, PartialEq)]
struct Everything {
    flag: Option<bool>,
    count: Option<u16>,
    at: Option<Timestamp>,
    names: Option<Vec<String>>,
}

impl QueryParams for Everything {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self {
            flag: reader.bool("flag"),
            count: reader.number("count"),
            at: reader.time("at"),
            names: reader.list("names"),
        }
    }
}

fn names(query: &str) -> Option<Vec<String>> {
    read_query::<Everything>(query).unwrap().names
}

fn broken(query: &str) -> Vec<Vec<String>> {
    match read_query::<Everything>(query) {
        Err(ApiError::Invalid(fields)) => fields.into_iter().map(|field| field.loc).collect(),
        other => panic!("{query}: {other:?}"),
    }
}

#[test]
fn lists_are_read_in_every_spelling() {
    let expected = Some(vec!["a".to_owned(), "b".to_owned()]);
    let spellings = [
        "names=a,b",
        "names=a&names=b",
        "names[]=a&names[]=b",
        "names[0]=a&names[1]=b",
        "names%5B%5D=a%2Cb",
        "names=a,,b,",
    ];
    for query in spellings {
        assert_eq!(names(query), expected, "{query}");
    }
    for query in ["", "names=", "names=,", "names[x]=a", "names2=a", "name=a"] {
        assert_eq!(names(query), None, "{query}");
    }
}

#[test]
fn every_misfit_is_named() {
    assert_eq!(
        broken("flag=yes&count=-1&at=today"),
        [["query", "flag"], ["query", "count"], ["query", "at"]]
    );
    assert_eq!(broken("flag="), [["query", "flag"]]);
    assert_eq!(broken("count=65536"), [["query", "count"]]);
}

#[test]
fn a_value_that_is_given_twice_is_refused() {
    assert_eq!(broken("flag=true&flag=false"), [["query", "flag"]]);
}

#[test]
fn a_plus_in_a_time_need_not_be_encoded() {
    let at = Timestamp::parse("2026-11-20T10:00:00+02:00").unwrap();
    for query in ["at=2026-11-20T10:00:00+02:00", "at=2026-11-20T10:00:00%2B02:00"] {
        assert_eq!(read_query::<Everything>(query).unwrap().at, Some(at), "{query}");
    }
}

#[test]
fn unknown_parameters_are_ignored() {
    assert!(read_query::<Everything>("other=1&x").is_ok());
}

proptest! {
    #[test]
    fn any_query_gives_a_value_or_a_422(query in ".{0,80}") {
        if let Err(error) = read_query::<Everything>(&query) {
            prop_assert_eq!(error.status(), http::StatusCode::UNPROCESSABLE_ENTITY);
        }
    }

    #[test]
    fn a_list_survives_being_joined(items in proptest::collection::vec("[a-z.]{1,8}", 1..6)) {
        prop_assert_eq!(names(&format!("names={}", items.join(","))), Some(items.clone()));
        let repeated: Vec<String> = items.iter().map(|item| format!("names[]={item}")).collect();
        prop_assert_eq!(names(&repeated.join("&")), Some(items));
    }
}
