//! A connection: packets over a stream of ours, one message in flight.
//!
//! The client library's own event loop dials, reconnects and repeats by itself, all of which is the slot's here. So only
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

/// Largest packet that the broker may send; it sends acknowledgements only.
const INCOMING_BYTES_MAX: u32 = 64 * 1024;
/// No pings: a connection that is not in use is closed by the slot.
const KEEP_ALIVE_S: u16 = 0;

pub(super) struct Connection {
    line: Line,
    received: BytesMut,
    /// Largest packet that the broker takes, where it says so.
    pub(super) outgoing_bytes_max: Option<u32>,
}

impl Connection {
    pub(super) async fn open(shared: &Shared, url: &ServiceUrl, deadline: Instant) -> Result<Self, Fault> {
        let line = open_line(shared, &url.address, url.scheme.is_tls, deadline).await?;
        let mut connection = Self { line, received: BytesMut::new(), outgoing_bytes_max: None };
        let login = url.user.clone().map(|username| Login {
            username,
            password: url.password.as_ref().map(|password| password.expose().to_owned()).unwrap_or_default(),
        });
        let properties =
            ConnectProperties { max_packet_size: Some(INCOMING_BYTES_MAX), ..ConnectProperties::new() };
        let connect = Connect {
            keep_alive: KEEP_ALIVE_S,
            // The broker chooses one, so slots never push each other out.
            client_id: String::new(),
            clean_start: true,
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

    pub(super) async fn write(&mut self, packet: &Packet) -> Result<(), Fault> {
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

    /// The next packet. A disconnection that the broker explains is told in its words.
    pub(super) async fn read(&mut self) -> Result<Packet, Fault> {
        loop {
            match Packet::read(&mut self.received, Some(INCOMING_BYTES_MAX)) {
                Ok(Packet::Disconnect(reason)) => return Err(disconnected(reason.reason_code)),
                Ok(packet) => return Ok(packet),
                Err(mqttbytes::Error::InsufficientBytes(_)) => {}
                Err(error) => return Err(Fault::lost(format!("the broker's answer is not MQTT 5: {error}"))),
            }
            let read = self.line.read_buf(&mut self.received).await.map_err(|error| lost(&error))?;
            if read == 0 {
                return Err(Fault::lost("the broker closed the connection"));
            }
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
