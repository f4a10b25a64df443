//! A connection: packets over a stream of ours. A destination has one message in flight; a feed is sent several.
//!
//! The client library's own event loop dials, reconnects and repeats by itself, all of which is its user's here. So only
//! its codec is used.

use std::io;

use bytes::BytesMut;
use futures_util::FutureExt;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, Connect, ConnectProperties, ConnectReturnCode, DisconnectReasonCode, Login, Packet,
};
use rumqttc::v5::mqttbytes::{self, QoS};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use crate::seam::{Fault, Line, ServiceUrl, Shared, open_line};

/// Largest packet that the broker may send to a destination: acknowledgements only.
const INCOMING_BYTES_MAX: u32 = 64 * 1024;

/// What the broker is told at the start.
pub(crate) struct Session {
    /// The client's name; with an empty one the broker chooses.
    pub(crate) client_id: String,
    /// How long the broker keeps the session without a connection, in seconds; none begins afresh.
    pub(crate) kept_s: Option<u32>,
    /// Seconds after which a silent client is taken for dead; 0 for never.
    pub(crate) keep_alive_s: u16,
    /// Messages that the broker may send before they are acknowledged.
    pub(crate) in_flight_max: Option<u16>,
    /// Largest packet that the broker may send.
    pub(crate) incoming_bytes_max: u32,
}

impl Session {
    /// For a destination. The broker chooses the name, so slots never push each other out; no pings, since a connection
    /// that is not in use is closed by the slot.
    pub(super) const OUTGOING: Self = Self {
        client_id: String::new(),
        kept_s: None,
        keep_alive_s: 0,
        in_flight_max: None,
        incoming_bytes_max: INCOMING_BYTES_MAX,
    };
}

pub(crate) struct Connection {
    line: Line,
    received: BytesMut,
    incoming_bytes_max: u32,
    /// Largest packet that the broker takes, where it says so.
    pub(super) outgoing_bytes_max: Option<u32>,
}

impl Connection {
    pub(crate) async fn open(
        shared: &Shared,
        url: &ServiceUrl,
        session: Session,
        deadline: Instant,
    ) -> Result<Self, Fault> {
        let line = open_line(shared, &url.address, url.scheme.is_tls, deadline).await?;
        let incoming_bytes_max = session.incoming_bytes_max;
        let received = BytesMut::new();
        let mut connection = Self { line, received, incoming_bytes_max, outgoing_bytes_max: None };
        let login = url.user.clone().map(|username| Login {
            username,
            password: url.password.as_ref().map(|password| password.expose().to_owned()).unwrap_or_default(),
        });
        let properties = ConnectProperties {
            max_packet_size: Some(incoming_bytes_max),
            receive_maximum: session.in_flight_max,
            session_expiry_interval: session.kept_s,
            ..ConnectProperties::new()
        };
        let connect = Connect {
            keep_alive: session.keep_alive_s,
            client_id: session.client_id,
            clean_start: session.kept_s.is_none(),
            properties: Some(properties),
        };
        connection.write(&Packet::Connect(connect, None, login)).await?;
        match connection.read().await? {
            Packet::ConnAck(answer) => connection.accept(&answer)?,
            _ => return Err(Fault::lost("the server did not answer as an MQTT 5 broker")),
        }
        Ok(connection)
    }

    fn accept(&mut self, answer: &ConnAck) -> Result<(), Fault> {
        use ConnectReturnCode as Code;
        let refused = format!("the broker refused the connection: {:?}", answer.code);
        match answer.code {
            Code::Success => {}
            Code::UnsupportedProtocolVersion | Code::RefusedProtocolVersion | Code::Banned => {
                return Err(Fault::fail(refused));
            }
            _ => return Err(Fault::retry(refused)),
        }
        let properties = answer.properties.as_ref();
        if properties.and_then(|properties| properties.max_qos) == Some(QoS::AtMostOnce as u8) {
            return Err(Fault::fail("the broker offers quality of service 0 only, which confirms nothing"));
        }
        self.outgoing_bytes_max = properties.and_then(|properties| properties.max_packet_size);
        Ok(())
    }

    pub(crate) async fn write(&mut self, packet: &Packet) -> Result<(), Fault> {
        let mut bytes = BytesMut::new();
        packet.write(&mut bytes, self.outgoing_bytes_max).map_err(|error| match error {
            mqttbytes::Error::OutgoingPacketTooLarge { pkt_size, max } => Fault::fail(format!(
                "the message has {pkt_size} bytes, the broker takes {max}; send less with `value`"
            )),
            other => Fault::fail(format!("the message cannot be written in MQTT: {other}")),
        })?;
        self.line.write_all(&bytes).await.map_err(|error| lost(&error))?;
        self.line.flush().await.map_err(|error| lost(&error))
    }

    /// The next packet. A disconnection that the broker explains is told in its words. Dropping the future loses nothing.
    pub(crate) async fn read(&mut self) -> Result<Packet, Fault> {
        loop {
            if let Some(packet) = self.take_received()? {
                return Ok(packet);
            }
            let read = self.line.read_buf(&mut self.received).await.map_err(|error| lost(&error))?;
            if read == 0 {
                return Err(Fault::lost("the broker closed the connection"));
            }
        }
    }

    /// The next packet, if all of it has come.
    pub(crate) fn take_received(&mut self) -> Result<Option<Packet>, Fault> {
        match Packet::read(&mut self.received, Some(self.incoming_bytes_max)) {
            Ok(Packet::Disconnect(reason)) => Err(disconnected(reason.reason_code)),
            Ok(packet) => Ok(Some(packet)),
            Err(mqttbytes::Error::InsufficientBytes(_)) => Ok(None),
            Err(error) => Err(Fault::lost(format!("the broker's answer is not MQTT 5: {error}"))),
        }
    }

    /// Whether nothing has come since the last answer: not an end, not a farewell.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.received.is_empty() && self.line.read_buf(&mut self.received).now_or_never().is_none()
    }

    /// Resolves when something comes that nobody asked for, which only an end is.
    pub(super) async fn wait_until_not_quiet(&mut self) {
        // How it ended does not matter to a connection that nobody is using.
        let _ended = self.line.read_buf(&mut self.received).await;
    }
}

fn lost(error: &io::Error) -> Fault {
    Fault::lost(format!("connection to the broker: {error}"))
}

fn disconnected(reason: DisconnectReasonCode) -> Fault {
    use DisconnectReasonCode as Reason;
    let detail = format!("the broker ended the connection: {reason:?}");
    match reason {
        Reason::PacketTooLarge | Reason::TopicNameInvalid | Reason::PayloadFormatInvalid => {
            Fault::fail(detail)
        }
        Reason::RetainNotSupported | Reason::QoSNotSupported => Fault::fail(detail),
        _ => Fault::lost(detail),
    }
    .with_code(reason as u16)
}
