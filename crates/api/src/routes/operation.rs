//! The operations of one path: how requests reach them, and what the document says of them.
//!
//! The two are made apart from the same handlers. Routing is needed at the start of every server; the descriptions, with
//! the schemas of everything that they name, cost more memory than the routes and are made when the document is asked for.

use axum::Router;
use axum::routing::{MethodFilter, MethodRouter};
use utoipa::openapi::path::HttpMethod;
use utoipa_axum::PathItemExt;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::state::ApiState;

/// All operations of one path.
#[derive(Clone)]
pub(crate) struct Operation {
    path: String,
    methods: MethodRouter<ApiState>,
    described: fn() -> UtoipaMethodRouter<ApiState>,
}

/// The operations of documented handlers that share a path.
macro_rules! operation {
    ($($module:ident :: $handler:ident),+ $(,)?) => {
        pastey::paste! {
            $crate::routes::operation::Operation::new(
                &[$(<$module::[<__path_ $handler>] as utoipa::Path>::path()),+],
                axum::routing::MethodRouter::new()$(.on(
                    $crate::routes::operation::filter(&<$module::[<__path_ $handler>] as utoipa::Path>::methods()),
                    $module::$handler,
                ))+,
                || utoipa_axum::routes!($($module::$handler),+),
            )
        }
    };
}
pub(super) use operation;

impl Operation {
    /// One that is reached at those paths, which are the same one.
    pub(super) fn new(
        paths: &[String],
        methods: MethodRouter<ApiState>,
        described: fn() -> UtoipaMethodRouter<ApiState>,
    ) -> Self {
        debug_assert!(
            paths.windows(2).all(|pair| pair[0] == pair[1]),
            "several paths in one line: {paths:?}"
        );
        Self { path: paths[0].clone(), methods, described }
    }
}

/// The methods that a handler is documented with.
pub(super) fn filter(methods: &[HttpMethod]) -> MethodFilter {
    let filters = methods.iter().map(PathItemExt::to_method_filter);
    filters.reduce(MethodFilter::or).expect("a documented handler has a method")
}

/// The routes of all operations.
pub(crate) fn routed(operations: Vec<Operation>) -> Router<ApiState> {
    operations.into_iter().fold(Router::new(), |router, one| router.route(&one.path, one.methods))
}

/// The descriptions of all operations, added to a document.
pub(crate) fn described(
    operations: &[Operation],
    start: utoipa::openapi::OpenApi,
) -> utoipa::openapi::OpenApi {
    let router = OpenApiRouter::with_openapi(start);
    operations.iter().fold(router, |router, one| router.routes((one.described)())).into_openapi()
}
