//! The feed: a subscription in a session that the broker keeps.

use std::time::Duration;

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    Filter, Packet, PingReq, PubAck, Publish, RetainForwardRule, Subscribe, SubscribeReasonCode,
};
use tokio::time::{Instant, sleep_until};

use crate::feeds::{BATCH_MAX, Delivery, Feed, Headers, Opening};
use crate::kinds::mqtt::{Connection, Session};
use crate::seam::{BoxFuture, Fault, ServiceUrl};

/// How long the broker keeps what comes in while nobody is connected: a week.
const KEPT_S: u32 = 7 * 24 * 60 * 60;
/// Seconds after which a silent client is taken for dead by the broker.
const KEEP_ALIVE_S: u16 = 30;
/// Time between pings, and the longest that a broker may be silent after one.
const PING_EVERY: Duration = Duration::from_secs(15);
/// Largest message; the broker drops what is larger, as the protocol says.
const INCOMING_BYTES_MAX: u32 = 64 << 20;
/// The one subscription's number.
const SUBSCRIBE_ID: u16 = 1;

/// What is subscribed to, as whom.
pub(super) struct Subscribed {
    pub(super) url: ServiceUrl,
    pub(super) topic: String,
    pub(super) client_id: String,
}

pub(super) struct Subscriber {
    connection: Connection,
    /// Came in before the subscription was confirmed.
    early: Vec<Publish>,
    /// The numbers of the last batch; 0 for what wants no acknowledgement.
    given: Vec<u16>,
    /// When the next ping is due.
    ping_at: Instant,
    /// Whether the last ping has not been answered.
    is_pinged: bool,
}

impl Subscriber {
    pub(super) async fn open(subscribed: &Subscribed, opening: &Opening) -> Result<Self, Fault> {
        let session = Session {
            client_id: subscribed.client_id.clone(),
            kept_s: Some(KEPT_S),
            keep_alive_s: KEEP_ALIVE_S,
            in_flight_max: u16::try_from(BATCH_MAX).ok(),
            incoming_bytes_max: INCOMING_BYTES_MAX,
        };
        let url = &subscribed.url;
        let mut connection = Connection::open(&opening.shared, url, session, opening.deadline).await?;
        let filter = Filter {
            // Not again with every connection: that would be another event each time.
            retain_forward_rule: RetainForwardRule::OnNewSubscribe,
            ..Filter::new(subscribed.topic.as_str(), QoS::AtLeastOnce)
        };
        let subscribe = Subscribe { pkid: SUBSCRIBE_ID, ..Subscribe::new(filter, None) };
        connection.write(&Packet::Subscribe(subscribe)).await?;
        let mut early = Vec::new();
        loop {
            match connection.read().await? {
                Packet::SubAck(answer) => {
                    judge(answer.return_codes.first())?;
                    break;
                }
                // Of the session that was kept; no more than one batch, since none is acknowledged yet.
                Packet::Publish(message) => early.push(message),
                _ => {}
            }
        }
        let ping_at = Instant::now() + PING_EVERY;
        Ok(Self { connection, early, given: Vec::new(), ping_at, is_pinged: false })
    }

    /// What the broker has sent, and at least one message.
    async fn receive(&mut self) -> Result<Vec<Delivery>, Fault> {
        let mut messages = std::mem::take(&mut self.early);
        while messages.is_empty() {
            if let Packet::Publish(message) = self.read().await? {
                messages.push(message);
            }
        }
        while messages.len() < BATCH_MAX
            && let Some(packet) = self.connection.take_received()?
        {
            match packet {
                Packet::Publish(message) => messages.push(message),
                Packet::PingResp(_) => self.is_pinged = false,
                _ => {}
            }
        }
        self.given = messages.iter().map(|message| message.pkid).collect();
        Ok(messages.into_iter().map(delivery).collect())
    }

    /// The next packet; the broker is asked from time to time whether it is still there.
    async fn read(&mut self) -> Result<Packet, Fault> {
        loop {
            let packet = tokio::select! {
                packet = self.connection.read() => Some(packet?),
                () = sleep_until(self.ping_at) => None,
            };
            match packet {
                Some(packet) => {
                    self.is_pinged = false;
                    return Ok(packet);
                }
                None if self.is_pinged => {
                    return Err(Fault::lost(format!("the broker was silent for {PING_EVERY:?}")));
                }
                None => {
                    self.connection.write(&Packet::PingReq(PingReq)).await?;
                    (self.ping_at, self.is_pinged) = (Instant::now() + PING_EVERY, true);
                }
            }
        }
    }
}

impl Feed for Subscriber {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>, Fault>> {
        Box::pin(self.receive())
    }

    fn settle<'a>(&'a mut self, taken: &'a [bool]) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let given = std::mem::take(&mut self.given);
            for (pkid, is_taken) in given.into_iter().zip(taken) {
                if pkid != 0 && *is_taken {
                    self.connection.write(&Packet::PubAck(PubAck::new(pkid, None))).await?;
                }
            }
            // Only with a new connection does the broker send the others again.
            if taken.iter().all(|is_taken| *is_taken) {
                Ok(())
            } else {
                Err(Fault::retry("a message is not acknowledged, and comes again with the next connection"))
            }
        })
    }
}

fn judge(code: Option<&SubscribeReasonCode>) -> Result<(), Fault> {
    match code {
        Some(SubscribeReasonCode::Success(QoS::AtLeastOnce | QoS::ExactlyOnce)) => Ok(()),
        Some(SubscribeReasonCode::Success(QoS::AtMostOnce)) => {
            Err(Fault::fail("the broker offers quality of service 0 only, which loses messages"))
        }
        Some(refusal) => Err(Fault::retry(format!("the broker refused the subscription: {refusal:?}"))),
        None => Err(Fault::lost("the broker's answer to the subscription says nothing")),
    }
}

fn delivery(message: Publish) -> Delivery {
    let topic = String::from_utf8_lossy(&message.topic).into_owned();
    let mut headers = Headers::default().fact("mqtt-topic", topic.as_str());
    if message.retain {
        headers = headers.fact("mqtt-retain", "true");
    }
    if let Some(properties) = message.properties {
        if let Some(content_type) = properties.content_type {
            headers.sent("content-type", content_type);
        }
        for (name, value) in properties.user_properties {
            headers.sent(&name, value);
        }
    }
    Delivery { place: format!("/{topic}"), headers: headers.into_lines(), body: message.payload, key: None }
}
