// Signs requests as providers do, with the code that each provider publishes for it or names in its documentation.
//
// The first argument is a file with a JSON list of cases: `signer`, `key`, `body`, `headers`, `url`, `path`. Prints the
// same number of results: `headers` to add, and `body` or `query` where the library makes them. Nothing here computes
// a signature by itself.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import adyenLibrary from "@adyen/api-library";
import { signRequest } from "@contentful/node-apps-toolkit";
import { sign as octokitSign } from "@octokit/webhooks-methods";
import { encodeSignatureHeader } from "@sanity/webhook";
import { createSHA256HMAC } from "@shopify/shopify-api/runtime";
import "@shopify/shopify-api/adapters/node";
import { v2 as cloudinary } from "cloudinary";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import nacl from "tweetnacl";
import twilioLibrary from "twilio";

const seconds = () => Math.floor(Date.now() / 1000);

function webhook(signer, body, family) {
  const id = `msg_${randomUUID()}`;
  const at = new Date();
  return {
    headers: {
      [`${family}-id`]: id,
      [`${family}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
      [`${family}-signature`]: signer.sign(id, at, body),
    },
  };
}

function cloudinarySignature({ key, body }, signature_algorithm) {
  const stamp = seconds();
  const signature = cloudinary.utils.webhook_signature(body, stamp, { api_secret: key, signature_algorithm });
  return { headers: { "x-cld-timestamp": String(stamp), "x-cld-signature": signature } };
}

const signers = {
  adyen({ key, body }) {
    const all = JSON.parse(body);
    const item = all.notificationItems[0].NotificationRequestItem;
    const signature = new adyenLibrary.hmacValidator().calculateHmac(item, key);
    item.additionalData = { ...item.additionalData, hmacSignature: signature };
    return { body: JSON.stringify(all) };
  },
  cloudinary: (it) => cloudinarySignature(it, "sha256"),
  cloudinary_sha1: (it) => cloudinarySignature(it, "sha1"),
  contentful({ key, body, path, headers }) {
    return { headers: signRequest(key, { method: "POST", path, headers, body }) };
  },
  discord({ key, body }) {
    const stamp = String(seconds());
    const pair = nacl.sign.keyPair.fromSeed(Buffer.from(key, "hex"));
    const signature = nacl.sign.detached(Buffer.from(stamp + body), pair.secretKey);
    return {
      headers: { "x-signature-timestamp": stamp, "x-signature-ed25519": Buffer.from(signature).toString("hex") },
    };
  },
  github: async ({ key, body }) => ({ headers: { "x-hub-signature-256": await octokitSign(key, body) } }),
  sanity: async ({ key, body }) => ({
    headers: { "sanity-webhook-signature": await encodeSignatureHeader(body, Date.now(), key) },
  }),
  shopify: async ({ key, body }) => ({ headers: { "x-shopify-hmac-sha256": await createSHA256HMAC(key, body) } }),
  standard_webhooks: ({ key, body }) => webhook(new StandardWebhook(key), body, "webhook"),
  stripe({ key, body }) {
    const header = new Stripe("sk_test").webhooks.generateTestHeaderString({ payload: body, secret: key });
    return { headers: { "stripe-signature": header } };
  },
  svix: ({ key, body }) => webhook(new SvixWebhook(key), body, "svix"),
  twilio({ key, body, url }) {
    const fields = {};
    for (const [name, value] of new URLSearchParams(body)) {
      fields[name] = name in fields ? [fields[name], value].flat() : value;
    }
    return { headers: { "x-twilio-signature": twilioLibrary.getExpectedTwilioSignature(key, url, fields) } };
  },
  twilio_json({ key, body, url }) {
    const query = `bodySHA256=${twilioLibrary.getExpectedBodyHash(body)}`;
    const signature = twilioLibrary.getExpectedTwilioSignature(key, `${url}?${query}`, {});
    return { headers: { "x-twilio-signature": signature }, query };
  },
};

const results = [];
for (const one of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  results.push(await signers[one.signer](one));
}
process.stdout.write(JSON.stringify(results));
