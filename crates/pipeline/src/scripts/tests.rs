use futures_util::FutureExt;
use hooktide_transform::{Webhook, run};

use super::*;

#[tokio::test]
async fn one_application_leaves_turns_to_others() {
    let scripts = Scripts::new(4);
    let (greedy, other) = (Seq(1), Seq(2));
    let first = scripts.turn(greedy).await;
    let _second = scripts.turn(greedy).await;
    assert!(scripts.turn(greedy).now_or_never().is_none(), "its share is taken");
    let _others = [scripts.turn(other).await, scripts.turn(other).await];
    assert!(scripts.turn(Seq(3)).now_or_never().is_none(), "all turns are taken");
    drop(first);
    assert!(scripts.turn(greedy).now_or_never().is_some(), "a turn that has ended is free again");
}

#[tokio::test]
async fn shares_that_nobody_uses_are_forgotten() {
    let scripts = Scripts::new(2);
    for app in 0..100 {
        drop(scripts.turn(Seq(app)).await);
    }
    assert!(scripts.shares.lock().len() <= 1);
}

#[tokio::test]
async fn endless_script_is_cut_and_gives_its_turn_back() {
    let scripts = Scripts::new(1);
    let endless = |budget| run("function handler() { for (;;) {} }", &Webhook::default(), budget);
    let error = run_in(scripts.turn(Seq(1)).await, Moment::default(), endless).await.unwrap_err();
    assert_eq!(error.kind, ScriptErrorKind::Timeout);
    let fine = |budget| run("function handler(w) { return w; }", &Webhook::default(), budget);
    assert!(run_in(scripts.turn(Seq(1)).await, Moment::default(), fine).await.is_ok());
}

#[tokio::test]
async fn script_that_does_not_stop_is_not_waited_for_and_keeps_its_turn() {
    let scripts = Scripts::new(1);
    let (end, ended) = std::sync::mpsc::sync_channel::<()>(1);
    let deaf = move |_budget| {
        let _ended = ended.recv();
        Ok(())
    };
    let turn = scripts.turn(Seq(1)).await;
    let error = run_in(turn, Moment::default(), deaf).await.unwrap_err();
    assert_eq!(error.kind, ScriptErrorKind::Timeout);
    assert!(scripts.turn(Seq(1)).now_or_never().is_none(), "it still runs");
    drop(end);
    let _turn = scripts.turn(Seq(1)).await;
}
