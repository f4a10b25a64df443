// The chat services of the tests, run as `chat.mjs PORT`, each judged by what the registry has for it:
//
// - Telegram is played by telegram-test-api.
// - Microsoft Teams: a card is read by Microsoft's own parser (adaptivecards).
// - Slack and Discord: nobody keeps a server for their webhooks up to date. A message is checked by the TypeScript compiler
//   against the types that Slack publishes (@slack/webhook) and those that Discord's API is typed with
//   (discord-api-types).
//
// Around that stand the limits and answers that the services document. ntfy has neither server nor types in the
// registries; the tests' own receiver plays it. `GET /posted?id=…` tells what was taken for a message.

import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const { AdaptiveCard, SerializationContext, Versions } = require("adaptivecards/dist/adaptivecards.js");
const TelegramServer = require("telegram-test-api");

// https://docs.slack.dev/messaging/formatting-message-text (text), and what the others document in the same places.
const SLACK_TEXT_MAX = 40_000;
const DISCORD_CONTENT_MAX = 2_000;
const TELEGRAM_TEXT_MAX = 4_096;
const TEAMS_BYTES_MAX = 28 * 1024;
const BODY_BYTES_MAX = 4 << 20;

const posted = [];
const telegram = new TelegramServer({ host: "127.0.0.1" });
const checks = join(import.meta.dirname, ".checks");
rmSync(checks, { recursive: true, force: true });
mkdirSync(checks);

/** What the compiler says of a message as a literal of a type; nothing when it fits. Texts count by their type only. */
const verdicts = new Map();
function misfit(type, from, message, text) {
  const shape = JSON.stringify({ ...message, ...(typeof message[text] === "string" && { [text]: "" }) });
  const key = `${type} ${shape}`;
  if (!verdicts.has(key)) verdicts.set(key, compile(type, from, shape, verdicts.size));
  return verdicts.get(key);
}

async function compile(type, from, shape, number) {
  const file = join(checks, `${number}.ts`);
  writeFileSync(file, `import type { ${type} } from "${from}";\nexport const message: ${type} = ${shape};\n`);
  const flags = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022"];
  const resolution = ["--module", "nodenext", "--moduleResolution", "nodenext"];
  const compiler = join(import.meta.dirname, "node_modules/.bin/tsc");
  try {
    await promisify(execFile)(compiler, [...flags, ...resolution, file]);
    return undefined;
  } catch (failed) {
    return failed.stdout || String(failed);
  }
}

async function slack(url, message) {
  if (!/^\/services\/(T0|canary-)/.test(url.pathname)) return [404, "no_service"];
  const problem = await misfit("IncomingWebhookSendArguments", "@slack/webhook", message, "text");
  if (problem) return [400, `invalid_payload ${problem}`];
  if (!message.text) return [400, "no_text"];
  if (message.text.length > SLACK_TEXT_MAX) return [400, "msg_too_long"];
  return [200, "ok"];
}

async function discord(url, message) {
  if (!/^\/api\/webhooks\/\d+\/[\w-]+$/.test(url.pathname)) return [404, '{"message": "Unknown Webhook", "code": 10015}'];
  const problem = await misfit("RESTPostAPIWebhookWithTokenJSONBody", "discord-api-types/v10", message, "content");
  if (problem) return [400, JSON.stringify({ message: "Invalid Form Body", code: 50035, problem })];
  if (!message.content) return [400, '{"message": "Cannot send an empty message", "code": 50006}'];
  if (message.content.length > DISCORD_CONTENT_MAX) return [400, '{"message": "Invalid Form Body", "code": 50035}'];
  return url.searchParams.get("wait") === "true" ? [200, JSON.stringify({ id: "1", ...message })] : [204, ""];
}

function teams(url, message, bytes) {
  if (url.searchParams.get("sig") === null) return [401, '{"error": {"code": "DirectApiAuthorizationRequired"}}'];
  if (bytes > TEAMS_BYTES_MAX) return [413, '{"error": {"code": "RequestEntityTooLarge"}}'];
  const cards = message.type === "message" && Array.isArray(message.attachments) ? message.attachments : [];
  if (cards.length === 0) return [400, "a message with attachments is expected"];
  for (const { contentType, content } of cards) {
    if (contentType !== "application/vnd.microsoft.card.adaptive") return [400, `${contentType} is no adaptive card`];
    const context = new SerializationContext(Versions.v1_4);
    const card = new AdaptiveCard();
    card.parse(content, context);
    const problems = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
    problems.push(...card.validateProperties().validationEvents.map((event) => event.message));
    if (problems.length > 0 || card.getItemCount() === 0) return [400, problems.join("; ") || "the card is empty"];
  }
  return [202, ""];
}

/** What the service would refuse; everything else is its player's. */
function telegramRefuses(url, message) {
  const refused = (code, description) => [code, JSON.stringify({ ok: false, error_code: code, description })];
  if (!/^\/bot\d+:[\w-]+\/sendMessage$/.test(url.pathname)) return refused(404, "Not Found");
  if (!/^(-?\d+|@\w+)$/.test(message.chat_id ?? "")) return refused(400, "Bad Request: chat not found");
  if (!message.text) return refused(400, "Bad Request: message text is empty");
  if (message.text.length > TELEGRAM_TEXT_MAX) return refused(400, "Bad Request: message is too long");
  return undefined;
}

async function read(request) {
  const pieces = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) throw new Error("too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Hands a request that was read to the player of Telegram, as it would have read it. */
function play(request, response, body, url) {
  request.body = body;
  request._body = true;
  response.on("finish", () => response.statusCode === 200 && note(request, url, body));
  telegram.webServer(request, response);
}

function note(request, url, body) {
  posted.push({ path: url.pathname, headers: request.headers, body });
}

async function answer(request, response) {
  const url = new URL(request.url, "http://127.0.0.1");
  const end = (status, text) => response.writeHead(status, { "content-length": Buffer.byteLength(text) }).end(text);
  if (url.pathname === "/posted") {
    const id = url.searchParams.get("id");
    return end(200, JSON.stringify(posted.filter((it) => it.headers["webhook-id"] === id)));
  }
  const bytes = await read(request);
  if (request.method !== "POST" || !/^application\/json/.test(request.headers["content-type"] ?? "")) {
    return end(405, "a POST of JSON is expected");
  }
  const body = JSON.parse(bytes.toString());
  if (url.pathname === "/getUpdatesHistory") return play(request, response, body, url);
  if (url.pathname.startsWith("/bot")) {
    const refused = telegramRefuses(url, body);
    return refused ? end(...refused) : play(request, response, body, url);
  }
  const services = [["/services/", slack], ["/api/webhooks/", discord], ["/workflows/", teams]];
  const service = services.find(([prefix]) => url.pathname.startsWith(prefix));
  if (!service) return end(404, "no such service");
  const [status, text] = await service[1](url, body, bytes.length);
  if (status < 300) note(request, url, body);
  return end(status, text);
}

createServer((request, response) => {
  answer(request, response).catch((error) => response.headersSent || response.writeHead(400).end(String(error)));
}).listen(Number(process.argv[2]), "127.0.0.1");
