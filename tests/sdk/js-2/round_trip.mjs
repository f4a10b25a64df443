// A full round trip with the published JavaScript SDK, second generation (ES modules): everything a user of it does, with real deliveries.
//
// HOOKTIDE_URL and HOOKTIDE_TOKEN name the server. The receiver is started here; each delivery is judged by the SDK's
// own verifier. Ends with "round trip complete", or with the first broken expectation.

import assert from "node:assert/strict";
import http from "node:http";
import { Svix, Webhook, WebhookVerificationError, ApiException, messageInRaw } from "svix";

const DEADLINE_MS = 20_000;
const EVENT = "invoice.paid";

/** Remembers every request; a path answers 500 as often as it was told to. */
class Receiver {
  constructor() {
    this.requests = [];
    this.failures = new Map();
    this.waiters = [];
    this.server = http.createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        const left = this.failures.get(request.url) ?? 0;
        this.failures.set(request.url, left - 1);
        this.requests.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(left > 0 ? 500 : 200).end("ok");
        for (const check of [...this.waiters]) check();
      });
    });
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  url(path) {
    return `http://127.0.0.1:${this.server.address().port}${path}`;
  }

  /** The requests of one message on a path, once there are `count`. */
  async wait(path, messageId, count = 1) {
    const matching = () => this.requests.filter((it) => it.path === path && it.headers["webhook-id"] === messageId);
    await new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${count} requests of ${messageId} on ${path}, got ${matching().length}`)),
        DEADLINE_MS
      );
      const check = () => {
        if (matching().length < count) return;
        clearTimeout(timer);
        this.waiters = this.waiters.filter((it) => it !== check);
        resolve();
      };
      this.waiters.push(check);
      check();
    });
    return matching();
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** Looks until there is something, at most for the deadline. */
async function waitUntil(what, probe) {
  for (let tries = 0; tries < DEADLINE_MS / 20; tries++) {
    const found = await probe();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}

async function failsWith(status, call) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    assert.ok(error instanceof ApiException, `${error} is not the SDK's own error`);
    assert.equal(error.code, status);
    return error;
  }
  assert.fail(`expected ${status}, got ${JSON.stringify(answer)}`);
}

/** Every page of a list, following the iterator to the end. */
async function pages(fetch) {
  const all = [];
  for (let iterator = undefined; ; ) {
    const page = await fetch(iterator);
    all.push(page);
    if (page.done) return all;
    iterator = page.iterator;
  }
}

const items = (all) => all.flatMap((page) => page.data);

async function applications(svix) {
  const app = await svix.application.getOrCreate({ name: "JS", uid: "js", metadata: { a: "b" } });
  assert.equal((await svix.application.getOrCreate({ name: "JS", uid: "js" })).id, app.id);
  assert.deepEqual((await svix.application.get("js")).metadata, { a: "b" });
  const patched = await svix.application.patch("js", { name: "JS 2" });
  assert.equal(patched.name, "JS 2");
  assert.equal(patched.uid, "js");
  assert.ok(patched.createdAt instanceof Date && !Number.isNaN(patched.createdAt.getTime()));
  const made = await svix.application.upsert("upserted", { name: "Up" });
  assert.equal(made.uid, "upserted");
  assert.equal((await svix.application.upsert("upserted", { name: "Up 2" })).id, made.id);
  for (let n = 0; n < 4; n++) await svix.application.create({ name: `App ${n}` });
  const seen = items(await pages((iterator) => svix.application.list({ limit: 2, iterator }))).map((it) => it.id);
  assert.equal(new Set(seen).size, 6);
  assert.equal(seen.length, 6);
  await svix.application.delete("upserted");
  const error = await failsWith(404, () => svix.application.get("upserted"));
  assert.equal(error.body.code, "not_found");
  assert.ok(error.body.detail);
  return app;
}

async function eventTypes(svix) {
  const schemas = { 1: { type: "object", examples: [{ invoice: 7 }] } };
  const made = await svix.eventType.create({
    name: EVENT, description: "An invoice", featureFlag: "beta", featureFlags: ["beta"], schemas,
  });
  assert.equal(made.name, EVENT);
  assert.deepEqual(made.featureFlags, ["beta"]);
  await svix.eventType.upsert("invoice.sent", { description: "Sent" });
  assert.equal((await svix.eventType.patch("invoice.sent", { description: "Out" })).description, "Out");
  assert.deepEqual((await svix.eventType.list()).data.map((it) => it.name), [EVENT, "invoice.sent"]);
  await svix.eventType.delete("invoice.sent");
  assert.equal((await svix.eventType.get("invoice.sent")).archived, true);
  await failsWith(409, () => svix.eventType.create({ name: EVENT, description: "" }));
}

async function endpoints(svix, app, receiver) {
  const endpoint = await svix.endpoint.create(app.id, {
    url: receiver.url("/main"), uid: "main", description: "Main", eventTypes: [EVENT], metadata: { k: "v" },
  });
  assert.deepEqual(endpoint.eventTypes, [EVENT]);
  assert.equal(endpoint.disabled, false);
  assert.ok(endpoint.createdAt instanceof Date);
  assert.equal((await svix.endpoint.get("js", "main")).id, endpoint.id);
  const patched = await svix.endpoint.patch(app.id, "main", { description: "Patched" });
  assert.equal(patched.description, "Patched");
  assert.equal(patched.uid, "main");

  const extra = await svix.endpoint.upsert(app.id, "extra", { url: receiver.url("/extra"), throttleRate: 100 });
  assert.equal(extra.uid, "extra");
  assert.equal(extra.throttleRate, 100);
  const again = await svix.endpoint.upsert(app.id, "extra", { url: receiver.url("/extra2") });
  assert.equal(again.id, extra.id);
  const listed = items(await pages((iterator) => svix.endpoint.list(app.id, { limit: 1, iterator })));
  assert.deepEqual(listed.map((it) => it.id), [extra.id, endpoint.id]);

  await svix.endpoint.setHeaders(app.id, "main", { headers: { "x-custom": "1", authorization: "hush" } });
  await svix.endpoint.patchHeaders(app.id, "main", { headers: { "x-more": "2" } });
  const headers = await svix.endpoint.getHeaders(app.id, "main");
  assert.deepEqual(headers.headers, { "x-custom": "1", "x-more": "2" });
  assert.deepEqual(headers.sensitive.map((it) => it.toLowerCase()), ["authorization"]);

  await svix.endpoint.delete(app.id, "extra");
  await failsWith(404, () => svix.endpoint.get(app.id, "extra"));
  const error = await failsWith(422, () => svix.endpoint.create(app.id, { url: "ftp://example.com" }));
  assert.ok(Array.isArray(error.body.detail));
  return endpoint;
}

/** The payload, if the SDK believes the request; a changed byte must not pass. */
function verified(secret, request) {
  const webhook = new Webhook(secret);
  webhook.verify(request.body.toString(), request.headers);
  assert.throws(() => webhook.verify(`${request.body} `, request.headers), WebhookVerificationError);
  return request.body.toString();
}

async function messages(svix, app, receiver) {
  const secret = (await svix.endpoint.getSecret(app.id, "main")).key;
  const payload = { amount: 12.5, text: "grün ✓", nested: { list: [1, null, true] } };
  const message = await svix.message.create(app.id, { eventType: EVENT, eventId: "evt-1", payload });
  assert.deepEqual(message.payload, {});
  const [request] = await receiver.wait("/main", message.id);
  assert.deepEqual(JSON.parse(verified(secret, request)), payload);
  assert.equal(request.headers["x-custom"], "1");
  assert.equal(request.headers.authorization, "hush");
  const read = await svix.message.get(app.id, "evt-1", { withContent: true });
  assert.equal(read.id, message.id);
  assert.deepEqual(read.payload, payload);
  await failsWith(409, () => svix.message.create(app.id, { eventType: EVENT, eventId: "evt-1", payload: {} }));

  await svix.endpoint.rotateSecret(app.id, "main", {});
  const rotated = (await svix.endpoint.getSecret(app.id, "main")).key;
  assert.notEqual(rotated, secret);
  const second = await svix.message.create(app.id, { eventType: EVENT, payload: { n: 2 } });
  const [later] = await receiver.wait("/main", second.id);
  assert.equal(verified(secret, later), verified(rotated, later));

  const raw = await svix.message.create(app.id, messageInRaw(EVENT, "<a>é</a>", "application/xml"));
  const [xml] = await receiver.wait("/main", raw.id);
  assert.equal(verified(rotated, xml), "<a>é</a>");
  assert.equal(xml.headers["content-type"], "application/xml");

  const keyed = { idempotencyKey: "js-key" };
  const first = await svix.message.create(app.id, { eventType: EVENT, payload: { k: 1 } }, keyed);
  const same = await svix.message.create(app.id, { eventType: EVENT, payload: { k: 1 } }, keyed);
  assert.equal(same.id, first.id);
  await failsWith(409, () => svix.message.create(app.id, { eventType: EVENT, payload: { k: 2 } }, keyed));

  const forward = await pages((iterator) => svix.message.list(app.id, { limit: 1, iterator }));
  const ids = items(forward).map((it) => it.id);
  assert.equal(new Set(ids).size, 4);
  assert.equal(ids[3], message.id, "newest first");
  const back = await svix.message.list(app.id, { limit: 1, iterator: forward[3].prevIterator });
  assert.equal(back.data[0].id, ids[2]);
  const since = new Date(Date.now() - 3_600_000);
  assert.equal((await svix.message.list(app.id, { after: since, eventTypes: [EVENT, "x"] })).data.length, 4);
  assert.equal((await svix.message.list(app.id, { before: since })).data.length, 0);
  await failsWith(422, () => svix.message.list(app.id, { iterator: "nonsense" }));
  return { message, secret: rotated };
}

async function attempts(svix, app, receiver, message, secret) {
  const byMessage = async () => (await svix.messageAttempt.listByMsg(app.id, message.id)).data;
  const [attempt] = await waitUntil("the attempt", async () => {
    const found = await byMessage();
    return found.length && found;
  });
  assert.equal(attempt.status, 0);
  assert.equal(attempt.responseStatusCode, 200);
  const one = await svix.messageAttempt.get(app.id, message.id, attempt.id);
  assert.equal(one.url, receiver.url("/main"));
  const byEndpoint = await waitUntil("four attempts", async () => {
    const all = await pages((iterator) => svix.messageAttempt.listByEndpoint(app.id, "main", { limit: 2, iterator }));
    return items(all).length === 4 && items(all).map((it) => it.msgId);
  });
  const attempted = (await svix.messageAttempt.listAttemptedMessages(app.id, "main")).data.map((it) => it.id);
  assert.deepEqual([...attempted].sort(), [...byEndpoint].sort());
  const destinations = await svix.messageAttempt.listAttemptedDestinations(app.id, message.id);
  assert.equal(destinations.data[0].uid, "main");
  assert.equal(destinations.data[0].status, 0);
  assert.equal(destinations.done, true);

  await svix.messageAttempt.resend(app.id, message.id, "main");
  const requests = await receiver.wait("/main", message.id, 2);
  assert.equal(verified(secret, requests[1]), requests[0].body.toString());
  await waitUntil("the resent attempt", async () => (await byMessage()).some((it) => it.triggerType === 1));
  await svix.messageAttempt.expungeContent(app.id, message.id, one.id);
}

async function recovery(svix, app, receiver) {
  receiver.failures.set("/main", 3);
  const failed = await svix.message.create(app.id, { eventType: EVENT, payload: { fails: true } });
  await receiver.wait("/main", failed.id, 3);
  const status = async (wanted) =>
    (await svix.messageAttempt.listAttemptedDestinations(app.id, failed.id)).data.some((it) => it.status === wanted);
  await waitUntil("the failure", () => status(2));
  const task = await svix.endpoint.recover(app.id, "main", { since: new Date(Date.now() - 3_600_000) });
  assert.ok(task.id.startsWith("qtask_"));
  await receiver.wait("/main", failed.id, 4);
  await waitUntil("the recovery", () => status(0));
  const stats = await svix.endpoint.getStats(app.id, "main");
  assert.deepEqual({ ...stats }, { success: 6, fail: 3, pending: 0, sending: 0, canceled: 0 });

  const example = await svix.endpoint.sendExample(app.id, "main", { eventType: EVENT });
  const [request] = await receiver.wait("/main", example.id);
  assert.deepEqual(JSON.parse(request.body), { invoice: 7 });
}

/** A source without a door: its schedule makes events, and they arrive signed. */
async function schedule(svix, receiver) {
  const config = { schedule: "* * * * * *", payload: '{"tick":true}', contentType: "application/json" };
  const source = await svix.ingest.source.create({ name: "Every second", uid: "js-cron", type: "cron", config });
  assert.equal(source.type, "cron");
  assert.deepEqual({ ...source.config }, config);
  assert.equal(source.ingestUrl ?? null, null);
  const read = await svix.ingest.source.get("js-cron");
  assert.deepEqual([read.id, { ...read.config }], [source.id, config]);
  assert.ok((await svix.ingest.source.list()).data.some((it) => it.id === source.id && it.type === "cron"));
  const endpoint = await svix.ingest.endpoint.create(source.id, { url: receiver.url("/ticks") });
  const secret = (await svix.ingest.endpoint.getSecret(source.id, endpoint.id)).key;
  await waitUntil("two ticks", async () => receiver.requests.filter((it) => it.path === "/ticks").length >= 2);
  for (const tick of receiver.requests.filter((it) => it.path === "/ticks")) {
    assert.deepEqual(JSON.parse(verified(secret, tick)), { tick: true });
  }
  const yearly = { schedule: "0 0 1 1 *", payload: "Happy New Year", contentType: "text/plain" };
  const changed = await svix.ingest.source.upsert("js-cron", { name: "Every year", uid: "js-cron", type: "cron", config: yearly });
  assert.deepEqual([changed.id, { ...changed.config }], [source.id, yearly]);
  await failsWith(422, () =>
    svix.ingest.source.create({ name: "Never", type: "cron", config: { schedule: "soon", payload: "{}" } })
  );
  await svix.ingest.source.delete("js-cron");
  await failsWith(404, () => svix.ingest.source.get("js-cron"));
}

async function portal(svix, app, options) {
  const access = await svix.authentication.appPortalAccess("js", { featureFlags: ["beta"] });
  assert.ok(access.url);
  const visitor = new Svix(access.token, options);
  assert.equal((await visitor.application.get(app.id)).id, app.id);
  assert.equal((await visitor.endpoint.get(app.id, "main")).uid, "main");
  assert.deepEqual((await visitor.eventType.list()).data.map((it) => it.name), [EVENT]);
  const error = await failsWith(403, () => visitor.application.list());
  assert.equal(error.body.code, "insufficient access");
  await failsWith(401, () => new Svix("nonsense", options).application.list());
  await failsWith(501, () => svix.backgroundTask.list());
}

async function main() {
  const options = { serverUrl: process.env.HOOKTIDE_URL };
  const svix = new Svix(process.env.HOOKTIDE_TOKEN, options);
  await svix.health.get();
  const receiver = await new Receiver().listen();
  const app = await applications(svix);
  await eventTypes(svix);
  await endpoints(svix, app, receiver);
  const { message, secret } = await messages(svix, app, receiver);
  await attempts(svix, app, receiver, message, secret);
  await recovery(svix, app, receiver);
  await schedule(svix, receiver);
  await portal(svix, app, options);
  await svix.message.expungeContent(app.id, message.id);
  await failsWith(400, () => svix.messageAttempt.resend(app.id, message.id, "main"));
  receiver.close();
  console.log("round trip complete");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
