use http::header::CONTENT_TYPE;

use super::*;

async fn body(response: Response) -> serde_json::Value {
    let bytes = crate::extract::body::read_bounded(response.into_body(), 10_000).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn what_is_not_there_is_told_from_what_is_not_built() {
    let unknown = not_found(Method::GET, Uri::from_static("/api/v1/nothing")).await.into_response();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(body(unknown).await["code"], "not_found");
    let absent = not_found(Method::POST, Uri::from_static("/api/v1/auth/logout")).await.into_response();
    assert_eq!(absent.status(), StatusCode::NOT_IMPLEMENTED);
    assert_eq!(body(absent).await["code"], "not_implemented");
    let wrong = method_not_allowed(Method::DELETE, Uri::from_static("/api/v1/health")).await.into_response();
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(body(wrong).await["code"], "method_not_allowed");
}

#[tokio::test]
async fn a_panic_is_answered_in_json_without_its_words() {
    let response = panicked(&"inner detail");
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    let body = body(response).await;
    assert_eq!(body["code"], "server_error");
    assert!(!body.to_string().contains("inner detail"));
}

#[tokio::test]
async fn fallbacks_hold_for_routers_that_carry_the_table() {
    use axum::body::Body;
    use tower::ServiceExt;
    let router: Router = Router::new()
        .route("/here", axum::routing::get(|| async { "here" }))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed);
    let request = http::Request::post("/here").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[http::header::ALLOW], "GET,HEAD");
}
