// Renders /api/v1/openapi.json as a page. No dependencies, no network but this server.
// Everything is built from text nodes, so nothing in the document can become markup.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEPTH_MAX = 4;

/** An element with attributes and children; strings become text. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Text in which `code` stands out and blank lines part paragraphs. */
function prose(text) {
  return (text || "").split(/\n\n+/).filter(Boolean).map((paragraph) =>
    el("p", {}, paragraph.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part))));
}

class Reference {
  constructor(document) {
    this.document = document;
  }

  /** Every operation, grouped by tag in the order in which tags first appear. */
  groups() {
    const groups = new Map();
    for (const [path, item] of Object.entries(this.document.paths)) {
      for (const method of METHODS) {
        const operation = item[method];
        if (!operation) continue;
        const tag = (operation.tags || ["Other"])[0];
        if (!groups.has(tag)) groups.set(tag, []);
        groups.get(tag).push({ path, method, operation });
      }
    }
    return groups;
  }

  resolve(schema) {
    if (!schema) return {};
    if (schema.$ref) return this.resolve(this.document.components.schemas[schema.$ref.split("/").pop()]);
    const choices = (schema.oneOf || schema.anyOf || []).filter((choice) => choice.type !== "null");
    if (choices.length === 1) return { description: schema.description, ...this.resolve(choices[0]) };
    return schema;
  }

  name(schema) {
    if (!schema) return "";
    if (schema.$ref) return schema.$ref.split("/").pop();
    const choices = schema.oneOf || schema.anyOf;
    if (choices) return choices.map((choice) => this.name(choice)).join(" | ");
    if (schema.type === "array") return `${this.name(schema.items) || "any"}[]`;
    const types = [].concat(schema.type || "any");
    const named = types.map((type) => (schema.format && type !== "null" ? `${type} (${schema.format})` : type));
    return named.join(" | ");
  }

  /** What limits a value. */
  limits(schema) {
    const limits = [];
    if (schema.enum) limits.push(`one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`);
    if (schema.minimum !== undefined) limits.push(`≥ ${schema.minimum}`);
    if (schema.maximum !== undefined) limits.push(`≤ ${schema.maximum}`);
    if (schema.maxLength !== undefined) limits.push(`at most ${schema.maxLength} characters`);
    if (schema.maxItems !== undefined) limits.push(`at most ${schema.maxItems} items`);
    if (schema.pattern) limits.push(`matches ${schema.pattern}`);
    if (schema.default !== undefined) limits.push(`default ${JSON.stringify(schema.default)}`);
    return limits.join("; ");
  }

  row(name, schema, required, description, depth) {
    const inner = this.resolve(schema.type === "array" ? schema.items : schema);
    const cell = el("td", {}, el("span", { class: "dim" }, this.name(schema)), prose(description || schema.description));
    const limits = this.limits(this.resolve(schema));
    if (limits) cell.append(el("div", { class: "dim" }, limits));
    if (inner.properties && depth < DEPTH_MAX) {
      cell.append(el("details", {}, el("summary", { class: "dim" }, "fields"), this.fields(inner, depth + 1)));
    }
    const classes = [required ? "required" : "", schema.deprecated ? "deprecated" : ""].join(" ").trim();
    return el("tr", {}, el("td", {}, el("code", { class: classes || null }, name)), cell);
  }

  fields(schema, depth = 0) {
    const resolved = this.resolve(schema);
    const required = new Set(resolved.required || []);
    const rows = Object.entries(resolved.properties || {})
      .map(([name, field]) => this.row(name, field, required.has(name), field.description, depth));
    return el("table", {}, rows);
  }

  parameters(operation, place, title) {
    const found = (operation.parameters || []).filter((parameter) => parameter.in === place);
    if (!found.length) return null;
    const rows = found.map((parameter) =>
      this.row(parameter.name, parameter.schema || {}, parameter.required, parameter.description, DEPTH_MAX));
    return [el("h4", {}, title), el("table", {}, rows)];
  }

  body(operation) {
    const content = operation.requestBody && operation.requestBody.content["application/json"];
    if (!content) return null;
    return [el("h4", {}, `Body: ${this.name(content.schema)}`), this.fields(content.schema)];
  }

  answers(operation) {
    const rows = Object.entries(operation.responses || {}).map(([status, response]) => {
      const content = response.content && response.content["application/json"];
      const cell = el("td", {}, response.description || "");
      if (content) {
        const summary = el("summary", { class: "dim" }, this.name(content.schema));
        cell.append(el("details", {}, summary, this.fields(content.schema)));
      }
      return el("tr", {}, el("td", {}, el("code", {}, status)), cell);
    });
    return [el("h4", {}, "Answers"), el("table", {}, rows)];
  }

  /** A small body with the required fields, for the example call. */
  sample(schema, depth = 0) {
    const resolved = this.resolve(schema);
    if (resolved.example !== undefined) return resolved.example;
    const type = [].concat(resolved.type || "object")[0];
    if (type === "string") return resolved.format === "date-time" ? "2026-01-01T00:00:00Z" : "text";
    if (type === "integer" || type === "number") return resolved.minimum || 0;
    if (type === "boolean") return false;
    if (type === "array") return [];
    const sample = {};
    if (depth < DEPTH_MAX) {
      for (const name of resolved.required || []) sample[name] = this.sample(resolved.properties[name], depth + 1);
    }
    return sample;
  }

  call({ path, method, operation }) {
    const lines = [`curl -X ${method.toUpperCase()} '${location.origin}${path}'`];
    if (!(operation.security && operation.security.some((one) => !Object.keys(one).length))) {
      lines.push(`  -H "Authorization: Bearer $TOKEN"`);
    }
    const content = operation.requestBody && operation.requestBody.content["application/json"];
    if (content) lines.push(`  -d '${JSON.stringify(this.sample(content.schema))}'`);
    return el("pre", {}, lines.join(" \\\n"));
  }

  section(entry) {
    const { path, method, operation } = entry;
    const deprecated = operation.deprecated ? "deprecated" : null;
    return el("section", { id: operation.operationId },
      el("h3", { class: deprecated }, operation.summary || operation.operationId),
      el("p", {}, el("span", { class: `method ${method}` }, method.toUpperCase()), el("code", {}, path)),
      el("div", { class: "dim" }, operation.operationId),
      prose(operation.description),
      this.call(entry),
      this.parameters(operation, "path", "Path"),
      this.parameters(operation, "query", "Query"),
      this.parameters(operation, "header", "Headers"),
      this.body(operation),
      this.answers(operation));
  }

  link({ path, method, operation }) {
    return el("a", { href: `#${operation.operationId}`, class: operation.deprecated ? "deprecated" : null, title: path },
      el("span", { class: `method ${method}` }, method.toUpperCase()),
      operation.operationId.replace(/^v1\./, ""));
  }
}

/** Hide what does not hold the text that was typed. */
function filter(nav, text) {
  const wanted = text.toLowerCase();
  for (const link of nav.querySelectorAll("a[href^='#']")) {
    link.hidden = !`${link.textContent} ${link.title}`.toLowerCase().includes(wanted);
    link.style.display = link.hidden ? "none" : "";
  }
}

async function show() {
  const nav = document.getElementById("contents");
  const main = document.getElementById("reference");
  const response = await fetch("/api/v1/openapi.json");
  if (!response.ok) throw new Error(`openapi.json: ${response.status}`);
  const reference = new Reference(await response.json());
  const { info } = reference.document;

  const search = el("input", { type: "search", placeholder: "Filter", "aria-label": "Filter operations" });
  search.addEventListener("input", () => filter(nav, search.value));
  nav.append(search);
  main.replaceChildren(
    el("h1", {}, info.title, " ", el("small", { class: "dim" }, info.version)),
    ...prose(info.description),
    el("p", {}, "The same as a document: ", el("a", { href: "/api/v1/openapi.json" }, "openapi.json"), "."));
  for (const [tag, entries] of reference.groups()) {
    nav.append(el("h2", {}, tag), ...entries.map((entry) => reference.link(entry)));
    main.append(el("h2", {}, tag), ...entries.map((entry) => reference.section(entry)));
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

show().catch((error) => {
  document.getElementById("reference").replaceChildren(el("p", {}, `The reference could not be shown: ${error.message}`));
});
