//! The port of `https` URLs that name none, on a loopback address of the test's own: for hosts that a scheme pins.

use std::io::ErrorKind;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use crate::Dice;

const PORT: u16 = 443;
/// Addresses tried: another test may have one of them.
const TRIES: usize = 16;

/// Listens there.
///
/// # Panics
/// When that is not allowed, or the port is taken everywhere; the text says what to do.
pub(super) async fn listen() -> TcpListener {
    let mut dice = Dice::from_env("HOOKTIDE_ADDRESS_SEED");
    for _ in 0..TRIES {
        let mut octet = || u8::try_from(dice.between(1, 254)).expect("below 255");
        let address = Ipv4Addr::new(127, octet(), octet(), octet());
        match TcpListener::bind((address, PORT)).await {
            Ok(listener) => return listener,
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) if error.kind() == ErrorKind::PermissionDenied => panic!(
                "port {PORT} of {address} cannot be bound ({error}): run the tests as root, or allow it with \
                 `sysctl net.ipv4.ip_unprivileged_port_start={PORT}`"
            ),
            Err(error) => panic!("port {PORT} of {address} cannot be bound: {error}"),
        }
    }
    panic!("port {PORT} is taken on {TRIES} loopback addresses: end what listens on 0.0.0.0:{PORT}")
}
