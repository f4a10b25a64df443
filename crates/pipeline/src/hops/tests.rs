//! What counts as a hop.

use super::hops_after;

#[test]
fn every_way_through_a_server_like_this_counts() {
    for (count, agent, hops) in [
        (None, None, 0),
        (None, Some("GitHub-Hookshot/044aadd"), 0),
        (None, Some("Hooktide/0.1.0"), 1),
        (Some("0"), Some("GitHub-Hookshot/044aadd"), 1),
        (Some("3"), Some("Hooktide/0.1.0"), 4),
        (Some("255"), None, 255),
        (Some("99999999999999999999"), None, 255),
        (Some(""), None, 0),
        (Some("-1"), Some("Hooktide/9"), 1),
        (Some("three"), None, 0),
    ] {
        let found = hops_after(count.map(str::as_bytes), agent.map(str::as_bytes));
        assert_eq!(found, hops, "{count:?} {agent:?}");
    }
}
