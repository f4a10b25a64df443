// The webhook as a script sees it. Runs in every engine before the script, so that what it keeps in local names is out
// of the script's reach. Gives the object for `handler` and the function that reads what the handler returned.
(function (input, kind, raw) {
  "use strict";
  const { apply } = Reflect;
  const { defineProperty: define, getOwnPropertyDescriptor: own, keys } = Object;
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { fromCharCode } = String;
  const { toWellFormed, charCodeAt } = String.prototype;
  const { isView } = ArrayBuffer;
  const Bytes = Uint8Array;
  const Buffer = ArrayBuffer;

  // The payload is parsed when it is first read, so that one that is not read is not touched.
  const UNREAD = {};
  let payload = UNREAD;
  const toBytes = (text) => {
    const bytes = new Bytes(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = apply(charCodeAt, text, [i]);
    return bytes;
  };
  const read = () => (kind === "json" ? parse(raw) : kind === "bytes" ? toBytes(raw) : raw);
  const get = () => {
    if (payload === UNREAD) payload = read();
    return payload;
  };
  const set = (value) => {
    payload = value;
  };

  const headers = {};
  const plain = (object, name, value) =>
    define(object, name, { value, writable: true, enumerable: true, configurable: true });
  for (let i = 0; i < input.headers.length; i++) {
    const name = input.headers[i][0];
    const value = input.headers[i][1];
    const known = own(headers, name);
    if (known === undefined) plain(headers, name, value);
    else if (isArray(known.value)) known.value[known.value.length] = value;
    else plain(headers, name, [known.value, value]);
  }
  const webhook = {
    method: input.method,
    url: input.url,
    headers,
    cancel: false,
    eventType: input.eventType,
    channels: input.channels,
    variables: input.variables,
    transformationsParams: input.transformationsParams,
    request: input.request,
  };
  define(webhook, "payload", { get, set, enumerable: true, configurable: true });

  const flatten = (given) => {
    const flat = [];
    const add = (name, value) => {
      if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return false;
      flat[flat.length] = apply(toWellFormed, name, []);
      flat[flat.length] = apply(toWellFormed, `${value}`, []);
      return true;
    };
    const names = keys(given);
    for (let i = 0; i < names.length; i++) {
      const value = given[names[i]];
      if (!isArray(value)) {
        if (!add(names[i], value)) return names[i];
        continue;
      }
      for (let j = 0; j < value.length; j++) if (!add(names[i], value[j])) return names[i];
    }
    return flat;
  };
  const same = (left, right) => {
    if (left.length !== right.length) return false;
    for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
    return true;
  };
  const before = flatten(headers);

  // The payload as ["same"], ["text", text], ["bytes", text of bytes], or a message.
  const payloadOf = (result) => {
    if (!("payload" in result)) return ["same"];
    if (result === webhook && payload === UNREAD) {
      const property = own(webhook, "payload");
      if (property !== undefined && property.get === get) return ["same"];
    }
    const value = result.payload;
    if (typeof value === "string") {
      if (kind !== "bytes" && value === read()) return ["same"];
      return ["text", apply(toWellFormed, value, [])];
    }
    if (value instanceof Bytes || value instanceof Buffer || isView(value)) {
      const bytes = value instanceof Buffer ? new Bytes(value)
        : value instanceof Bytes ? value : new Bytes(value.buffer, value.byteOffset, value.byteLength);
      let text = "";
      for (let i = 0; i < bytes.length; i++) text += fromCharCode(bytes[i]);
      return kind === "bytes" && text === raw ? ["same"] : ["bytes", text];
    }
    if (value === undefined) return "`payload` is no value of JSON";
    const text = stringify(value);
    if (typeof text !== "string") return "`payload` is no value of JSON";
    return kind === "json" && text === stringify(read()) ? ["same"] : ["text", text];
  };

  const finish = (result) => {
    if (typeof result !== "object" || result === null) return ["the handler must return the webhook"];
    const { method = input.method, url = input.url, cancel = false, headers: given = headers } = result;
    if (typeof method !== "string") return ["`method` must be a text"];
    if (typeof url !== "string") return ["`url` must be a text"];
    if (typeof cancel !== "boolean") return ["`cancel` must be true or false"];
    if (typeof given !== "object" || given === null) return ["`headers` must be an object of names and texts"];
    const flat = flatten(given);
    if (typeof flat === "string") return [`the header \`${flat}\` must be a text or a list of texts`];
    const body = payloadOf(result);
    if (typeof body === "string") return [body];
    return [
      null, apply(toWellFormed, method, []), apply(toWellFormed, url, []), cancel,
      same(flat, before) ? null : flat, body[0], body[1],
    ];
  };
  return [webhook, finish];
})
