//! `hooktide dev`: a server with demo data and a receiver, on this machine only.

use std::io::IsTerminal;
use std::sync::Arc;

use hooktide_config::{Loaded, Preset};
use hooktide_model::OrgId;
use hooktide_verify::{Now, VerifyingKey};

use super::token::DEFAULT_ORGANISATION;
use crate::cli::ServerArgs;
use crate::dev::{Banner, Receiver, prepare, prepare_source, prepare_table};
use crate::failure::Failure;
use crate::output::print_data;
use crate::server::{Server, runtime};
use crate::telemetry;

/// Settings that `dev` prefers; everything the user sets wins over them.
const PRESETS: &[(&str, &str)] = &[
    ("delivery.allow_subnets", "127.0.0.0/8,::1/128"),
    ("delivery.retry_schedule", "1s,2s,4s,8s,30s,5m"),
    ("log.level", "warn"),
];

/// Runs until Ctrl-C.
pub(crate) fn run(arguments: &ServerArgs) -> Result<(), Failure> {
    let presets = PRESETS.iter().map(|(path, value)| Preset {
        command: "hooktide dev",
        path,
        value: (*value).to_owned(),
    });
    let loaded = arguments.settings.load(presets.collect())?;
    telemetry::init(&loaded.config.log)?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    runtime()?.block_on(serve(loaded))
}

async fn serve(loaded: Loaded) -> Result<(), Failure> {
    let mut config = loaded.config;
    if !config.listen.ip().is_loopback() {
        return Err(Failure::usage(
            format!("`hooktide dev` prints a token and listens on loopback only, not on {}", config.listen),
            "use `hooktide serve` for a server that others can reach",
        ));
    }
    let (beside, data) = (config.data_dir().join("files"), config.database_url.to_string());
    let table = prepare_table(config.destinations.files_root.get_or_insert(beside))?;
    let server = Server::start(config).await?;
    let color =
        std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (receiver, address) = Receiver::start(Arc::clone(&server.clock), color)
        .await
        .map_err(|error| Failure::caused("cannot start the receiver", &error, ""))?;
    let org = OrgId::trusted(DEFAULT_ORGANISATION);
    let demo = prepare(&server, &org, &format!("http://{address}/"))
        .await
        .map_err(|error| Failure::caused("cannot prepare the demo data", &error, ""))?;
    let source = prepare_source(&server, &org, &format!("http://{address}/"), &demo.secret)
        .await
        .map_err(|error| Failure::caused("cannot prepare the demo source", &error, ""))?;
    let now = Now { unix_ms: server.clock.now().unix_ms() };
    let base = format!("http://{}", server.address);
    let command = |number, zen| {
        // Another one at each start: an event that came before is not acted on.
        source.command(&base, &format!("demo-{}-{number}", now.unix_ms), zen, now)
    };
    let (first, second) =
        (command(1, "Keep it logically awesome.")?, command(2, "Non-blocking is better than blocking.")?);
    let key = VerifyingKey::parse(&demo.secret)
        .map_err(|error| Failure::caused("cannot use the demo endpoint's secret", &error, ""))?;
    receiver.set_key(key);
    let token = server
        .tokens
        .mint_org(&org, server.clock.now())
        .map_err(|error| Failure::caused("cannot sign a token", &error, ""))?;
    let banner = Banner {
        api: &base,
        receiver: address,
        data: &data,
        token: &token,
        source: &source,
        first: &first,
        second: &second,
        table: &table,
    };
    print_data(&banner.to_string())?;
    server.run().await
}
