"""Signs requests as providers do, with the code that each provider publishes for it or names in its documentation.

The first argument is a file with a JSON list of cases: `signer`, `key`, `body`, `headers`, `url`, `path`. Prints the same
number of results: `headers` to add, and `body` or `query` where the library makes them. Nothing here computes a
signature by itself.
"""

import base64
import datetime
import hashlib
import json
import sys
import time
import urllib.parse
import uuid

import braintree
import jwt
import requests
import standardwebhooks
from Adyen.util import generate_notification_sig
from box_sdk_gen.internal.utils import compute_webhook_signature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms
from hubspot.utils.signature import Signature
from multidict import MultiDict
from nacl.signing import SigningKey
from pusher.signature import sign as pusher_sign
from slack_sdk.signature import SignatureVerifier
from stripe import WebhookSignature
from svix.webhooks import Webhook
from twilio.request_validator import RequestValidator


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def adyen(case):
    body = json.loads(case["body"])
    item = body["notificationItems"][0]["NotificationRequestItem"]
    signature = generate_notification_sig(item, case["key"]).decode()
    item.setdefault("additionalData", {})["hmacSignature"] = signature
    return {"body": json.dumps(body)}


def box(case):
    headers = {
        "box-signature-version": "1",
        "box-signature-algorithm": "HmacSHA256",
        "box-delivery-timestamp": now().isoformat(timespec="seconds"),
        "box-delivery-id": str(uuid.uuid4()),
    }
    headers["box-signature-primary"] = compute_webhook_signature(case["body"], headers, case["key"])
    return {"headers": headers}


def braintree_sample(case):
    gateway = braintree.BraintreeGateway(braintree.Configuration(
        braintree.Environment.Sandbox, merchant_id="merchant", public_key="public-key", private_key=case["key"]))
    sample = gateway.webhook_testing.sample_notification(
        braintree.WebhookNotification.Kind.SubscriptionWentPastDue, "my_id")
    return {"body": urllib.parse.urlencode(sample)}


def discord(case):
    timestamp = str(int(time.time()))
    signed = SigningKey(bytes.fromhex(case["key"])).sign((timestamp + case["body"]).encode())
    return {"headers": {"x-signature-timestamp": timestamp, "x-signature-ed25519": signed.signature.hex()}}


class Shared(HTTPSignatureKeyResolver):
    def __init__(self, key):
        self.key = key.encode()

    def resolve_private_key(self, key_id):
        return self.key

    def resolve_public_key(self, key_id):
        return self.key


def http_message_signatures(case):
    request = requests.Request("POST", "http://127.0.0.1" + case["path"], data=case["body"].encode(),
                               headers=case["headers"]).prepare()
    signer = HTTPMessageSigner(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=Shared(case["key"]))
    signer.sign(request, key_id="test", created=now(), body=request.body,
                covered_component_ids=("@method", "@path", "content-digest"))
    names = ("signature", "signature-input", "content-digest")
    return {"headers": {name: request.headers[name] for name in names}}


def hubspot(case):
    stamp = str(int(time.time() * 1000))
    signature = Signature.get_signature(case["key"], case["body"], "v3", case["url"], "POST", stamp)
    return {"headers": {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}}


def hubspot_v2(case):
    signature = Signature.get_signature(case["key"], case["body"], "v2", case["url"], "POST")
    return {"headers": {"x-hubspot-signature": signature}}


def hubspot_v1(case):
    return {"headers": {"x-hubspot-signature": Signature.get_signature(case["key"], case["body"], "v1")}}


def monday(case):
    claims = {"aud": case["url"], "iat": int(time.time()), "exp": int(time.time()) + 300, "accountId": 1}
    return {"headers": {"authorization": jwt.encode(claims, case["key"], algorithm="HS256")}}


def netlify(case):
    claims = {"iss": "netlify", "sha256": hashlib.sha256(case["body"].encode()).hexdigest()}
    return {"headers": {"x-webhook-signature": jwt.encode(claims, case["key"], algorithm="HS256")}}


def pusher(case):
    signature = pusher_sign(case["key"], case["body"])
    return {"headers": {"x-pusher-key": "app", "x-pusher-signature": signature}}


def sendgrid(case):
    stamp = str(int(time.time()))
    key = serialization.load_der_private_key(base64.b64decode(case["key"]), None)
    signature = key.sign((stamp + case["body"]).encode(), ec.ECDSA(hashes.SHA256()))
    return {"headers": {
        "x-twilio-email-event-webhook-timestamp": stamp,
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
    }}


def slack(case):
    stamp = str(int(time.time()))
    signature = SignatureVerifier(case["key"]).generate_signature(timestamp=stamp, body=case["body"])
    return {"headers": {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}}


def standard_webhooks(case):
    return webhook(standardwebhooks.Webhook(case["key"]), case, "webhook")


def svix(case):
    return webhook(Webhook(case["key"]), case, "svix")


def webhook(signer, case, family):
    name, at = f"msg_{uuid.uuid4().hex}", now()
    return {"headers": {
        f"{family}-id": name,
        f"{family}-timestamp": str(int(at.timestamp())),
        f"{family}-signature": signer.sign(name, at, case["body"]),
    }}


def stripe(case):
    return {"headers": {"stripe-signature": WebhookSignature.generate_signature_header(case["body"], case["key"])}}


def twilio(case):
    fields = MultiDict(urllib.parse.parse_qsl(case["body"], keep_blank_values=True))
    signature = RequestValidator(case["key"]).compute_signature(case["url"], fields)
    return {"headers": {"x-twilio-signature": signature}}


def twilio_json(case):
    validator = RequestValidator(case["key"])
    query = "bodySHA256=" + validator.compute_hash(case["body"])
    signature = validator.compute_signature(f"{case['url']}?{query}", {})
    return {"headers": {"x-twilio-signature": signature}, "query": query}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    print(json.dumps([globals()[case["signer"]](case) for case in cases]))


if __name__ == "__main__":
    main()
