use super::*;

#[test]
fn token_ends_where_path_or_query_goes_on() {
    for target in ["/in/abc", "/in/abc/", "/in/abc/rest?x=/y", "/in/abc?x=/y"] {
        assert_eq!(token(target), "abc", "{target}");
    }
    for target in ["/in/", "/in//x", "/in/?x", "/elsewhere"] {
        assert_eq!(token(target), "", "{target}");
    }
}
