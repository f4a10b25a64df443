//! The queue before a connection is bounded, and gives its room back.

use std::pin::pin;

use super::Gate;
use crate::StoreError;

#[tokio::test]
async fn caller_beyond_the_queue_is_told_to_come_back() {
    let gate = Gate::new(1, 1);
    let working = gate.enter().await.unwrap();
    let mut waiting = pin!(gate.enter());
    tokio::select! {
        biased;
        _ = &mut waiting => panic!("there is one turn"),
        () = std::future::ready(()) => {}
    }
    assert!(matches!(gate.enter().await, Err(StoreError::Overloaded)));

    drop(working);
    let next = waiting.await.unwrap();
    drop(next);
    assert!(gate.enter().await.is_ok());
}
