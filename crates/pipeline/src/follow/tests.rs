//! Places: who is told, who is not, and how many there are.

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{OrgId, Seq};
use tokio::time::Instant;

use super::{FOLLOWERS_MAX, FOLLOWERS_PER_ORG_MAX, Follower, Followers};

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(1)
}

#[tokio::test(start_paused = true)]
async fn follower_hears_of_its_own_source_and_of_what_came_before_it_asked() {
    let followers = Arc::new(Followers::default());
    let org = OrgId::trusted("org_a");
    let mut one = followers.take(&org, Seq(1)).expect("a place");
    let mut other = followers.take(&org, Seq(2)).expect("a place");
    followers.tell(Seq(1));
    assert!(one.hears(soon()).await, "told between taking the place and asking");
    assert!(!one.hears(soon()).await, "once is once");
    assert!(!other.hears(soon()).await, "another source");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_server_that_is_ending() {
    let followers = Arc::new(Followers::default());
    let org = OrgId::trusted("org_a");
    let mut one = followers.take(&org, Seq(1)).expect("a place");
    let began = Instant::now();
    followers.end();
    assert!(!one.hears(began + Duration::from_secs(3600)).await);
    assert_eq!(Instant::now(), began, "at once");
    assert!(followers.take(&org, Seq(1)).is_none());
    drop(one);
}

#[test]
fn places_are_counted_by_organisation_and_together_and_given_back() {
    let followers = Arc::new(Followers::default());
    let fill = |name: &str, wanted: usize| -> Vec<Follower> {
        let org = OrgId::trusted(name);
        (0..wanted).map_while(|number| followers.take(&org, Seq(number as i64 % 3))).collect()
    };
    let of_a = fill("org_a", FOLLOWERS_PER_ORG_MAX + 1);
    assert_eq!(of_a.len(), FOLLOWERS_PER_ORG_MAX);
    let mut all = of_a;
    for number in 1..=FOLLOWERS_MAX / FOLLOWERS_PER_ORG_MAX {
        all.extend(fill(&format!("org_{number}"), FOLLOWERS_PER_ORG_MAX));
    }
    assert_eq!(all.len(), FOLLOWERS_MAX);
    assert!(followers.take(&OrgId::trusted("org_last"), Seq(1)).is_none(), "the server is full");
    drop(all);
    let state = followers.state.lock();
    assert!(state.sources.is_empty() && state.orgs.is_empty(), "nothing is left behind");
}
