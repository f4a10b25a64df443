"""A full round trip with the published Python SDK: everything a user of it does, with real deliveries.

HOOKTIDE_URL and HOOKTIDE_TOKEN name the server. The receiver is started here; each delivery is judged by the SDK's own
verifier and by the Standard Webhooks library. Ends with "round trip complete", or with the first broken expectation.
"""

import json
import os
import threading
import urllib.request
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import get_args

import standardwebhooks
from svix.api import (
    AppPortalAccessIn,
    ApplicationIn,
    ApplicationListOptions,
    ApplicationPatch,
    CronConfig,
    EndpointHeadersIn,
    EndpointHeadersPatchIn,
    EndpointIn,
    EndpointListOptions,
    EndpointPatch,
    EndpointSecretRotateIn,
    EndpointTransformationIn,
    EndpointTransformationPatch,
    EndpointUpsertIn,
    EventExampleIn,
    EventTypeIn,
    EventTypePatch,
    EventTypeUpsertIn,
    IngestEndpointIn,
    IngestEndpointTransformationPatch,
    IngestSourceIn,
    MessageAttemptListByEndpointOptions,
    MessageAttemptListByMsgOptions,
    MessageCreateOptions,
    MessageGetOptions,
    MessageIn,
    MessageListOptions,
    RecoverIn,
    Svix,
    SvixOptions,
)
from svix.api.message import message_in_raw
from svix.exceptions import HttpError, HTTPValidationError, WebhookVerificationError
from svix.webhooks import Webhook

DEADLINE_S = 20
EVENT = "invoice.paid"


class Receiver:
    """Remembers every request; a path answers 500 as often as it was told to."""

    def __init__(self):
        self.changed = threading.Condition()
        self.requests = []
        self.failures = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with outer.changed:
                    status = 200
                    if outer.failures.get(self.path, 0) > 0:
                        outer.failures[self.path] -= 1
                        status = 500
                    outer.requests.append((self.path, dict(self.headers), body))
                    outer.changed.notify_all()
                self.send_response(status)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def wait(self, path, message_id, count=1):
        """The requests of one message on a path, once there are `count`."""

        def matching():
            return [it for it in self.requests if it[0] == path and it[1].get("webhook-id") == message_id]

        with self.changed:
            if not self.changed.wait_for(lambda: len(matching()) >= count, DEADLINE_S):
                raise AssertionError(f"{count} requests of {message_id} on {path}, got {self.requests}")
            return matching()


def wait_until(what, probe):
    """Looks until there is something, at most for the deadline."""
    pause = threading.Event()
    for _ in range(DEADLINE_S * 50):
        found = probe()
        if found:
            return found
        pause.wait(0.02)
    raise AssertionError(f"waited in vain for {what}")


def fails_with(error, status, call):
    try:
        call()
    except error as raised:
        assert raised.status_code == status, f"{raised.status_code} is not {status}: {raised}"
        return raised
    raise AssertionError(f"expected {error.__name__} {status}")


def pages(fetch, iterator=None):
    """Every page of a list, following the iterator to the end."""
    while True:
        page = fetch(iterator)
        yield page
        if page.done:
            return
        iterator = page.iterator


def applications(svix):
    app = svix.application.get_or_create(ApplicationIn(name="Python", uid="python", metadata={"a": "b"}))
    again = svix.application.get_or_create(ApplicationIn(name="Python", uid="python"))
    assert again.id == app.id
    assert svix.application.get("python").metadata == {"a": "b"}
    patched = svix.application.patch("python", ApplicationPatch(name="Python 2"))
    assert patched.name == "Python 2" and patched.uid == "python"
    made = svix.application.upsert("upserted", ApplicationIn(name="Up"))
    assert made.uid == "upserted"
    assert svix.application.upsert("upserted", ApplicationIn(name="Up 2")).id == made.id
    for number in range(4):
        svix.application.create(ApplicationIn(name=f"App {number}"))
    seen = [app.id for page in pages(lambda it: svix.application.list(ApplicationListOptions(limit=2, iterator=it)))
            for app in page.data]
    assert len(seen) == len(set(seen)) == 6, seen
    svix.application.delete("upserted")
    error = fails_with(HttpError, 404, lambda: svix.application.get("upserted"))
    assert error.code == "not_found" and error.detail
    return app


def event_types(svix):
    made = svix.event_type.create(EventTypeIn(
        name=EVENT, description="An invoice", feature_flags=["beta"],
        schemas={"1": {"type": "object", "examples": [{"invoice": 7}]}},
    ))
    assert made.feature_flags == ["beta"]
    other = svix.event_type.upsert("invoice.sent", EventTypeUpsertIn(description="Sent"))
    assert other.name == "invoice.sent"
    assert svix.event_type.patch("invoice.sent", EventTypePatch(description="Out")).description == "Out"
    assert {it.name for it in svix.event_type.list().data} == {EVENT, "invoice.sent"}
    svix.event_type.delete("invoice.sent")
    assert svix.event_type.get("invoice.sent").archived
    fails_with(HttpError, 409, lambda: svix.event_type.create(EventTypeIn(name=EVENT, description="")))


def endpoints(svix, app, receiver):
    endpoint = svix.endpoint.create(app.id, EndpointIn(
        url=receiver.url("/main"), uid="main", description="Main", event_types=[EVENT], metadata={"k": "v"},
    ))
    assert endpoint.event_types == [EVENT] and endpoint.disabled is False
    assert svix.endpoint.get("python", "main").id == endpoint.id
    patched = svix.endpoint.patch(app.id, "main", EndpointPatch(description="Patched"))
    assert patched.description == "Patched" and patched.uid == "main"

    extra = svix.endpoint.upsert(app.id, "extra", EndpointUpsertIn(url=receiver.url("/extra"), throttle_rate=100))
    assert extra.uid == "extra" and extra.throttle_rate == 100
    assert svix.endpoint.upsert(app.id, "extra", EndpointUpsertIn(url=receiver.url("/extra2"))).id == extra.id
    listed = [it.id for page in pages(lambda it: svix.endpoint.list(app.id, EndpointListOptions(limit=1, iterator=it)))
              for it in page.data]
    assert set(listed) == {endpoint.id, extra.id}

    svix.endpoint.set_headers(app.id, "main", EndpointHeadersIn(headers={"x-custom": "1", "authorization": "hush"}))
    svix.endpoint.patch_headers(app.id, "main", EndpointHeadersPatchIn(headers={"x-more": "2"}))
    headers = svix.endpoint.get_headers(app.id, "main")
    assert headers.headers == {"x-custom": "1", "x-more": "2"}, headers
    assert [it.lower() for it in headers.sensitive] == ["authorization"]

    svix.endpoint.delete(app.id, "extra")
    fails_with(HttpError, 404, lambda: svix.endpoint.get(app.id, "extra"))
    error = fails_with(HTTPValidationError, 422,
                       lambda: svix.endpoint.create(app.id, EndpointIn(url="ftp://example.com")))
    assert error.detail
    return endpoint


def verified(secret, request):
    """The payload, if both libraries believe the request; a changed byte must not pass."""
    _, headers, body = request
    Webhook(secret).verify(body, headers)
    lower = {name.lower(): value for name, value in headers.items()}
    payload = standardwebhooks.Webhook(secret).verify(body, lower)
    try:
        Webhook(secret).verify(body + b" ", headers)
    except WebhookVerificationError:
        return payload
    raise AssertionError("a changed body was believed")


def messages(svix, app, receiver):
    secret = svix.endpoint.get_secret(app.id, "main").key
    payload = {"amount": 12.5, "text": "grün ✓", "nested": {"list": [1, None, True]}}
    message = svix.message.create(app.id, MessageIn(event_type=EVENT, event_id="evt-1", payload=payload))
    assert message.payload == {}, "this SDK leaves content out by default"
    request = receiver.wait("/main", message.id)[0]
    assert verified(secret, request) == payload
    assert request[1]["x-custom"] == "1" and request[1]["authorization"] == "hush"
    read = svix.message.get(app.id, "evt-1", MessageGetOptions(with_content=True))
    assert read.id == message.id and read.payload == payload
    fails_with(HttpError, 409,
               lambda: svix.message.create(app.id, MessageIn(event_type=EVENT, event_id="evt-1", payload={})))

    rotated = svix.endpoint.rotate_secret(app.id, "main", EndpointSecretRotateIn()).key
    assert rotated == svix.endpoint.get_secret(app.id, "main").key != secret
    second = svix.message.create(app.id, MessageIn(event_type=EVENT, payload={"n": 2}))
    request = receiver.wait("/main", second.id)[0]
    assert verified(secret, request) == verified(rotated, request) == {"n": 2}

    raw = svix.message.create(app.id, message_in_raw(EVENT, "<a>é</a>", "application/xml"))
    _, headers, body = request = receiver.wait("/main", raw.id)[0]
    Webhook(rotated).verify(body, headers)
    assert body == "<a>é</a>".encode() and headers["content-type"] == "application/xml"

    keyed = MessageCreateOptions(idempotency_key="python-key")
    first = svix.message.create(app.id, MessageIn(event_type=EVENT, payload={"k": 1}), keyed)
    assert svix.message.create(app.id, MessageIn(event_type=EVENT, payload={"k": 1}), keyed).id == first.id
    fails_with(HttpError, 409, lambda: svix.message.create(app.id, MessageIn(event_type=EVENT, payload={"k": 2}), keyed))

    total = 4
    forward = list(pages(lambda it: svix.message.list(app.id, MessageListOptions(limit=1, iterator=it))))
    ids = [page.data[0].id for page in forward]
    assert len(ids) == total and len(set(ids)) == total
    assert ids[-1] == message.id, "newest first"
    back = svix.message.list(app.id, MessageListOptions(limit=1, iterator=forward[-1].prev_iterator))
    assert back.data[0].id == ids[-2]
    since = datetime.now(timezone.utc) - timedelta(hours=1)
    assert len(svix.message.list(app.id, MessageListOptions(after=since, event_types=[EVENT, "x"])).data) == total
    assert svix.message.list(app.id, MessageListOptions(before=since)).data == []
    fails_with(HTTPValidationError, 422, lambda: svix.message.list(app.id, MessageListOptions(iterator="nonsense")))
    return message, rotated


def attempts(svix, app, receiver, message, secret):
    listed = wait_until("the attempt", lambda: svix.message_attempt.list_by_msg(app.id, message.id).data)
    assert len(listed) == 1 and listed[0].status == 0 and listed[0].response_status_code == 200
    one = svix.message_attempt.get(app.id, message.id, listed[0].id)
    assert one.id == listed[0].id and one.url == receiver.url("/main")

    def all_four():
        found = [it.msg_id for page in pages(lambda it: svix.message_attempt.list_by_endpoint(
            app.id, "main", MessageAttemptListByEndpointOptions(limit=2, iterator=it))) for it in page.data]
        return found if len(found) == 4 else None

    by_endpoint = wait_until("four attempts", all_four)
    assert message.id in by_endpoint
    assert {it.id for it in svix.message_attempt.list_attempted_messages(app.id, "main").data} == set(by_endpoint)
    destinations = svix.message_attempt.list_attempted_destinations(app.id, message.id)
    assert destinations.data[0].uid == "main" and destinations.data[0].status == 0 and destinations.done

    svix.message_attempt.resend(app.id, message.id, "main")
    requests = receiver.wait("/main", message.id, 2)
    assert verified(secret, requests[1]) == json.loads(requests[0][2])
    resent = wait_until("the resent attempt", lambda: [it for it in svix.message_attempt.list_by_msg(
        app.id, message.id, MessageAttemptListByMsgOptions(limit=10)).data if it.trigger_type == 1])
    assert resent[0].status == 0
    svix.message_attempt.expunge_content(app.id, message.id, one.id)


def recovery(svix, app, receiver):
    receiver.failures["/main"] = 3
    failed = svix.message.create(app.id, MessageIn(event_type=EVENT, payload={"fails": True}))
    receiver.wait("/main", failed.id, 3)
    wait_until("the failure", lambda: [
        it for it in svix.message_attempt.list_attempted_destinations(app.id, failed.id).data if it.status == 2])
    task = svix.endpoint.recover(app.id, "main", RecoverIn(since=datetime.now(timezone.utc) - timedelta(hours=1)))
    assert task.id.startswith("qtask_")
    receiver.wait("/main", failed.id, 4)
    wait_until("the recovery", lambda: [
        it for it in svix.message_attempt.list_attempted_destinations(app.id, failed.id).data if it.status == 0])
    stats = svix.endpoint.get_stats(app.id, "main")
    assert stats.success == 6 and stats.fail == 3 and stats.pending == stats.sending == stats.canceled == 0, stats

    example = svix.endpoint.send_example(app.id, "main", EventExampleIn(event_type=EVENT))
    assert json.loads(receiver.wait("/main", example.id)[0][2]) == {"invoice": 7}


SCRIPT = """function handler(webhook) {
  webhook.payload = { was: webhook.payload, by: webhook.variables.BY };
  webhook.headers["x-scripted"] = webhook.eventType;
  return webhook;
}"""


def transformations(svix, app, receiver):
    endpoint = svix.endpoint.create(app.id, EndpointIn(url=receiver.url("/scripted"), uid="scripted"))
    assert svix.endpoint.transformation.get(app.id, "scripted").code is None
    svix.endpoint.transformation_partial_update(app.id, "scripted", EndpointTransformationIn(code=SCRIPT))
    svix.endpoint.transformation.patch(app.id, "scripted", EndpointTransformationPatch(
        enabled=True, variables={"BY": "python"}))
    saved = svix.endpoint.transformation.get(app.id, "scripted")
    assert saved.code == SCRIPT and saved.enabled and list(saved.variables) == ["BY"] and saved.updated_at
    message = svix.message.create(app.id, MessageIn(event_type=EVENT, payload={"n": 1}))
    request = receiver.wait("/scripted", message.id)[0]
    assert request[1]["x-scripted"] == EVENT
    secret = svix.endpoint.get_secret(app.id, endpoint.id).key
    assert verified(secret, request) == {"was": {"n": 1}, "by": "python"}
    fails_with(HTTPValidationError, 422, lambda: svix.endpoint.transformation.patch(
        app.id, "scripted", EndpointTransformationPatch(code="function handler( {")))
    svix.endpoint.delete(app.id, "scripted")


def ingest_transformations(svix, receiver):
    source = svix.ingest.source.create(IngestSourceIn(name="Source", type="generic-webhook", config={}))
    endpoint = svix.ingest.endpoint.create(source.id, IngestEndpointIn(url=receiver.url("/ingested")))
    assert svix.ingest.endpoint.transformation.get(source.id, endpoint.id).code is None
    code = "function handler(webhook) { webhook.payload.path = webhook.request.path; return webhook; }"
    svix.ingest.endpoint.transformation.patch(source.id, endpoint.id, IngestEndpointTransformationPatch(
        code=code, enabled=True))
    saved = svix.ingest.endpoint.transformation.get(source.id, endpoint.id)
    assert saved.code == code and saved.enabled
    url = os.environ["HOOKTIDE_URL"] + source.ingest_url[source.ingest_url.index("/in/"):] + "/python"
    urllib.request.urlopen(urllib.request.Request(url, data=b'{"n":1}', method="POST")).read()
    found = wait_until("the event", lambda: [it for it in receiver.requests if it[0] == "/ingested"])
    assert json.loads(found[0][2]) == {"n": 1, "path": "/python"}, found


def schedule(svix, receiver):
    """A source without a door: its schedule makes events, and they arrive signed."""
    config = CronConfig(schedule="* * * * * *", payload='{"tick":true}', content_type="application/json")
    source = svix.ingest.source.create(
        IngestSourceIn(name="Every second", uid="python-cron", type="cron", config=config))
    assert source.type == "cron" and source.config == config, source
    assert source.ingest_url is None
    read = svix.ingest.source.get("python-cron")
    assert (read.id, read.config) == (source.id, config)
    assert [it.type for it in svix.ingest.source.list().data if it.id == source.id] == ["cron"]
    endpoint = svix.ingest.endpoint.create(source.id, IngestEndpointIn(url=receiver.url("/ticks")))
    secret = svix.ingest.endpoint.get_secret(source.id, endpoint.id).key
    ticks = lambda: [it for it in receiver.requests if it[0] == "/ticks"]
    wait_until("two ticks", lambda: len(ticks()) >= 2)
    for tick in ticks():
        assert verified(secret, tick) == {"tick": True}
    yearly = CronConfig(schedule="0 0 1 1 *", payload="Happy New Year", content_type="text/plain")
    changed = svix.ingest.source.upsert("python-cron", IngestSourceIn(
        name="Every year", uid="python-cron", type="cron", config=yearly))
    assert (changed.id, changed.config) == (source.id, yearly)
    never = IngestSourceIn(name="Never", type="cron", config=CronConfig(schedule="soon", payload="{}"))
    fails_with(HTTPValidationError, 422, lambda: svix.ingest.source.create(never))
    svix.ingest.source.delete("python-cron")
    fails_with(HttpError, 404, lambda: svix.ingest.source.get("python-cron"))


# What a type needs beside a secret, and the one that is refused.
CONFIGS = {
    "cron": {"schedule": "0 3 * * *", "payload": "{}"},
    "adobe-sign": {"clientId": "CBJCHB"},
    "telnyx": {"publicKey": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
    "orum-io": {"publicKey": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
    "tailscale": {"secret": "tskey-webhook-1", "timestampGraceSeconds": 60},
    "meta": {"secret": "a-secret", "verifyToken": "a-token"},
}
REFUSED = {"vgs"}


def source_types(svix):
    kinds = [get_args(it)[0] for it in get_args(IngestSourceIn.model_fields["type"].annotation)]
    assert len(kinds) >= 44, kinds
    for kind in kinds:
        config = CONFIGS.get(kind, {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
        source = IngestSourceIn.model_validate({"name": f"Type {kind}", "type": kind, "config": config})
        if kind in REFUSED:
            error = fails_with(HTTPValidationError, 422, lambda: svix.ingest.source.create(source))
            assert "custom" in error.detail[0].msg, error.detail
            continue
        made = svix.ingest.source.create(source)
        assert made.type == kind and svix.ingest.source.get(made.id).type == kind
        if "publicKey" in config:
            assert made.config.public_key == config["publicKey"]


def portal(svix, app, options):
    access = svix.authentication.app_portal_access("python", AppPortalAccessIn(feature_flags=["beta"]))
    assert access.url
    visitor = Svix(access.token, options)
    assert visitor.application.get(app.id).id == app.id
    assert visitor.endpoint.get(app.id, "main").uid == "main"
    assert [it.name for it in visitor.event_type.list().data] == [EVENT]
    error = fails_with(HttpError, 403, lambda: visitor.application.list())
    assert error.code == "insufficient access"
    fails_with(HttpError, 401, lambda: Svix("nonsense", options).application.list())
    fails_with(HttpError, 501, lambda: svix.background_task.list())


def main():
    options = SvixOptions(server_url=os.environ["HOOKTIDE_URL"])
    svix = Svix(os.environ["HOOKTIDE_TOKEN"], options)
    svix.health.get()
    receiver = Receiver()
    app = applications(svix)
    event_types(svix)
    endpoints(svix, app, receiver)
    message, secret = messages(svix, app, receiver)
    attempts(svix, app, receiver, message, secret)
    recovery(svix, app, receiver)
    transformations(svix, app, receiver)
    ingest_transformations(svix, receiver)
    schedule(svix, receiver)
    source_types(svix)
    portal(svix, app, options)
    svix.message.expunge_content(app.id, message.id)
    fails_with(HttpError, 400, lambda: svix.message_attempt.resend(app.id, message.id, "main"))
    print("round trip complete")


if __name__ == "__main__":
    main()
