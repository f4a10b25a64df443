//! The OpenAPI document: collected from the routes, then brought into the shape that code generators for the wire
//! API know. The same code gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bytes::Bytes;
use serde_json::{Map, Value};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Info, OpenApi, OpenApiBuilder, OpenApiVersion, Ref, RefOr,
    ResponseBuilder,
};
use utoipa::{IntoResponses, ToSchema};

use crate::error::{ErrorOut, FieldError, ValidationOut};
use crate::routes;
use crate::wire::status::{MessageStatus, StatusCodeClass};

/// The name of the security scheme, as the wire API has it.
const BEARER: &str = "HTTPBearer";
/// What the answer of a list is called, before and after.
const LIST_PREFIX: &str = "ListResponse_";

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi_json()));

/// The errors that every operation shares.
pub(crate) struct Errors;

const ERRORS: &[(&str, &str)] = &[
    ("400", "The request cannot be carried out"),
    ("401", "No token, or one that does not hold"),
    ("403", "The token does not cover this"),
    ("404", "No such object"),
    ("409", "Conflict"),
    ("413", "The body is too large"),
    ("503", "Nothing can be committed, or too much is waiting; send it again after `Retry-After`"),
];

impl IntoResponses for Errors {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let response = |description: &str, schema: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
            let response =
                ResponseBuilder::new().description(description).content("application/json", content);
            RefOr::T(response.build())
        };
        let mut responses: BTreeMap<_, _> = ERRORS
            .iter()
            .map(|(code, text)| ((*code).to_owned(), response(text, &ErrorOut::name())))
            .collect();
        responses.insert("422".to_owned(), response("The input breaks rules", &ValidationOut::name()));
        responses
    }
}

fn base() -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = ComponentsBuilder::new()
        .schema_from::<ErrorOut<'_>>()
        .schema_from::<FieldError>()
        .schema_from::<ValidationOut<'_>>()
        // Only queries name these two, and what queries name is not collected.
        .schema_from::<MessageStatus>()
        .schema_from::<StatusCodeClass>()
        .security_scheme(BEARER, SecurityScheme::Http(bearer))
        .build();
    let mut info = Info::new("Hooktide API", env!("CARGO_PKG_VERSION"));
    info.description = Some("Publish messages and see what became of them.".to_owned());
    OpenApiBuilder::new()
        .openapi(OpenApiVersion::Version31)
        .info(info)
        .components(Some(components))
        .security(Some([SecurityRequirement::new(BEARER, Vec::<String>::new())]))
        .build()
}

/// The document as the server sends it.
pub(crate) fn document() -> Bytes {
    DOCUMENT.clone()
}

/// The OpenAPI 3.1 document: pretty, stable.
#[must_use]
pub fn openapi_json() -> String {
    let document = routes::described(&routes::operations(), base());
    let mut value = serde_json::to_value(document).expect("the document is plain data");
    let root = value.as_object_mut().expect("the document is an object");
    tidy_schemas(root);
    root.insert("webhooks".to_owned(), crate::delivered::webhooks());
    root.get_mut("paths").into_iter().for_each(describe_answers);
    let mut text = serde_json::to_string_pretty(&value).expect("a value can be written");
    text.push('\n');
    rename_lists(text)
}

fn schemas(root: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    root.get_mut("components")?.get_mut("schemas")?.as_object_mut()
}

/// Merge what `allOf` spreads over several schemas into one object each, and drop schemas that nothing names.
fn tidy_schemas(root: &mut Map<String, Value>) {
    if let Some(all) = schemas(root) {
        let before = all.clone();
        all.values_mut().for_each(|schema| merge_all_of(schema, &before));
        name_list_items(all);
    }
    let mut named = BTreeSet::new();
    collect_refs(&Value::Object(root.clone()), &mut named);
    if let Some(all) = schemas(root) {
        all.retain(|name, _| named.contains(name));
    }
}

fn merge_all_of(schema: &mut Value, all: &Map<String, Value>) {
    let Some(parts) = schema.get("allOf").and_then(Value::as_array).cloned() else {
        match schema {
            Value::Object(map) => map.values_mut().for_each(|value| merge_all_of(value, all)),
            Value::Array(list) => list.iter_mut().for_each(|value| merge_all_of(value, all)),
            _ => {}
        }
        return;
    };
    let (mut properties, mut required) = (Map::new(), BTreeSet::new());
    for part in &parts {
        let mut part = resolve(part, all).clone();
        merge_all_of(&mut part, all);
        if let Some(Value::Object(own)) = part.get("properties").cloned() {
            properties.extend(own);
        }
        let own = part.get("required").and_then(Value::as_array).into_iter().flatten();
        required.extend(own.filter_map(|name| name.as_str().map(str::to_owned)));
    }
    let description = schema.get("description").cloned();
    let mut merged = Map::new();
    merged.insert("type".to_owned(), "object".into());
    merged.insert("properties".to_owned(), Value::Object(properties));
    merged.insert("required".to_owned(), required.into_iter().collect());
    merged.extend(description.map(|text| ("description".to_owned(), text)));
    *schema = Value::Object(merged);
}

/// What a list holds is written out inside each list; give it its name back.
fn name_list_items(all: &mut Map<String, Value>) {
    let mut items = Vec::new();
    for (list, schema) in all.iter_mut() {
        let Some(name) = list.strip_prefix(LIST_PREFIX) else {
            continue;
        };
        if let Some(item) = schema.pointer_mut("/properties/data/items") {
            let reference = serde_json::json!({ "$ref": format!("#/components/schemas/{name}") });
            items.push((name.to_owned(), std::mem::replace(item, reference)));
        }
    }
    for (name, item) in items {
        all.entry(name).or_insert(item);
    }
}

/// OpenAPI wants words for every answer; those that were carried out need none of their own.
fn describe_answers(paths: &mut Value) {
    let items = paths.as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in items.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let answers = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, answer) in answers.into_iter().flat_map(Map::iter_mut) {
            let words = status.parse().ok().and_then(|code| http::StatusCode::from_u16(code).ok());
            let words = words.and_then(|code| code.canonical_reason()).unwrap_or("An answer");
            if let Some(answer) = answer.as_object_mut() {
                answer.entry("description").or_insert_with(|| words.into());
            }
        }
    }
}

fn resolve<'a>(part: &'a Value, all: &'a Map<String, Value>) -> &'a Value {
    let named = part.get("$ref").and_then(Value::as_str).and_then(schema_name);
    named.and_then(|name| all.get(name)).unwrap_or(part)
}

fn schema_name(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

fn collect_refs(value: &Value, named: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(schema_name);
            named.extend(name.map(str::to_owned));
            map.values().for_each(|value| collect_refs(value, named));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_refs(value, named)),
        _ => {}
    }
}

/// `ListResponse_ApplicationOut` is `ListResponse_ApplicationOut_` in the wire API.
fn rename_lists(text: String) -> String {
    let mut renamed = String::with_capacity(text.len() + 256);
    let mut rest = text.as_str();
    while let Some(start) = rest.find(LIST_PREFIX) {
        let name = rest[start..].find('"').map_or(rest.len(), |end| start + end);
        renamed.push_str(&rest[..name]);
        renamed.push('_');
        rest = &rest[name..];
    }
    renamed.push_str(rest);
    renamed
}

#[cfg(test)]
mod tests;
