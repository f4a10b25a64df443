//! The texts of the statements.

use super::*;

#[test]
fn parameters_of_each_part_follow_those_before_it() {
    let text = Tables(ENDED | ROWS).statement();
    assert!(text.contains("USING unnest($2::bigint[], $3::bigint[]"), "{text}");
    assert!(text.contains("unnest($7::bigint[], $8::bigint[]"), "{text}");
    assert!(
        text.contains("$13::smallint[])) SELECT hooktide_fence($1), (SELECT count(*) FROM gone)"),
        "{text}"
    );
    assert_eq!(Tables(0).statement(), "SELECT hooktide_fence($1), 0::bigint");
}

#[test]
fn every_part_has_as_many_parameters_as_it_says() {
    for part in &PARTS {
        let highest = (1..100).take_while(|number| part.text.contains(&format!("${number}::"))).count();
        assert_eq!(highest, part.parameters, "{}", part.name);
    }
}
