//! `hooktide listen SOURCE --forward URL`: the events of a source, sent on to an application on this machine.

use std::time::Duration;

use hooktide_model::clock::SystemClock;

use crate::cli::ListenArgs;
use crate::failure::Failure;
use crate::listen::{Application, Connections, Follow, Report, Server, Wishes};

/// Runs until Ctrl-C, or until enough events were sent.
pub(crate) fn run(arguments: &ListenArgs) -> Result<(), Failure> {
    let token = arguments.token.as_deref().filter(|token| !token.trim().is_empty()).ok_or_else(|| {
        let help = "set HOOKTIDE_TOKEN to what `hooktide token` prints on the server";
        Failure::usage("there is no token for the server", help)
    })?;
    let connections = Connections::new(arguments.ca_file.as_deref())?;
    let server = Server::new(&connections, &arguments.server, token, &arguments.source)?;
    let timeout = arguments.timeout.max(Duration::from_millis(1));
    let application = Application::new(&connections, &arguments.forward, timeout, arguments.patience)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("cannot start: {error}"), ""))?;
    runtime.block_on(async {
        tokio::select! {
            ended = follow(server, application, arguments) => ended,
            asked = tokio::signal::ctrl_c() => {
                asked.map_err(|error| Failure::caused("cannot listen for signals", &error, ""))
            }
        }
    })
}

async fn follow(server: Server, application: Application, arguments: &ListenArgs) -> Result<(), Failure> {
    let wishes = Wishes {
        types: arguments.filter_types.clone(),
        with_refused: arguments.with_refused,
        once: arguments.once,
        stop_on_failure: arguments.stop_on_failure,
    };
    let report = if arguments.json { Report::Json } else { Report::text() };
    let from = (arguments.since, arguments.cursor_file.as_deref());
    let mut follow = Follow::begin(server, application, from, &SystemClock, (wishes, report)).await?;
    follow.run().await
}
