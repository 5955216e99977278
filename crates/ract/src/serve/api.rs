//! The routes, and what a request is answered.

use super::Options;
use super::access::{Token, check};
use super::answer::{Critic, Health, Item, Recommend, Recommendations, Scored, problem_of};
use super::counters::Counters;
use super::opened::Opened;
use super::problem::Problem;
use super::worker::{Job, Worker};
use crate::recommend::Judged;
use crate::{Error, Result};
use axum::body::Body;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;
use tower_http::timeout::TimeoutLayer;

/// What the handlers share.
#[derive(Clone)]
struct Service {
    worker: Worker,
    counters: Arc<Counters>,
}

/// The routes. The page and the description need no token: they say nothing of the run.
pub(super) fn router(options: &Options, worker: Worker, counters: Arc<Counters>) -> Router {
    let service = Service { worker, counters };
    let mut answers = Router::new()
        .route("/recommend", post(recommend))
        .route("/score", post(score))
        .route("/items", get(items))
        .route("/health", get(health))
        .route("/metrics", get(metrics));
    if let Some(token) = options.token.clone() {
        answers = answers.layer(from_fn_with_state::<_, Token, _>(token, check));
    }
    let late = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, options.limits.time);
    answers
        .route("/", get(page))
        .route("/page.js", get(script))
        .route("/openapi.json", get(description))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is no such page: see /openapi.json"))
        .layer(DefaultBodyLimit::max(options.limits.body))
        .layer(late)
        .layer(from_fn_with_state(service.clone(), count))
        .with_state(service)
}

/// Counts the request and its time.
async fn count(State(service): State<Service>, request: Request, next: Next) -> Response {
    let (begun, route) = (Instant::now(), request.extensions().get::<MatchedPath>().cloned());
    let response = next.run(request).await;
    // Whatever was asked for in vain counts as one route: a stranger must not make new ones.
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    service.counters.answered(route, response.status().as_u16(), begun.elapsed());
    response
}

async fn recommend(
    State(service): State<Service>,
    JsonBody(request): JsonBody<Recommend>,
) -> Result<Json<Recommendations>, Problem> {
    if let Some(problem) = request.problem() {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, problem));
    }
    let (to, answer) = oneshot::channel();
    service.ask(Job::Recommend(request, to), answer).await.map(Json)
}

async fn score(State(service): State<Service>, JsonBody(request): JsonBody<Judged>) -> Result<Json<Scored>, Problem> {
    if let Some(problem) = problem_of(&request) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, problem));
    }
    let (to, answer) = oneshot::channel();
    service.ask(Job::Score(request, to), answer).await.map(Json)
}

/// The words that are looked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sought {
    q: String,
    #[serde(default = "twenty")]
    top: usize,
}

fn twenty() -> usize {
    20
}

async fn items(
    State(service): State<Service>,
    UrlQuery(Sought { q, top }): UrlQuery<Sought>,
) -> Result<Json<Vec<Item>>, Problem> {
    Ok(Json(service.opened()?.catalogue.find(&q, top.min(super::answer::MOST_TOP))))
}

async fn health(State(service): State<Service>) -> Result<Json<Health>, Problem> {
    let opened = service.opened()?;
    Ok(Json(Health {
        status: "ok",
        run: service.worker.run(),
        recommender: opened.recommender.clone(),
        items: opened.catalogue.len(),
        generation: service.counters.generation(),
        critic: opened.critic.as_ref().map(Critic::from),
    }))
}

async fn metrics(State(service): State<Service>) -> Response {
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, form)], service.counters.text()).into_response()
}

async fn page() -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data:";
    let headers =
        [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy), (CACHE_CONTROL, "no-cache")];
    (headers, include_str!("../../templates/serve.html")).into_response()
}

async fn script() -> Response {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (headers, include_str!("../../templates/serve.js")).into_response()
}

async fn description() -> Response {
    ([(CONTENT_TYPE, "application/json")], include_str!("../../templates/openapi.json")).into_response()
}

impl Service {
    /// Waits for the answer. Where too many wait already, the request is refused.
    async fn ask<T>(&self, job: Job, answer: oneshot::Receiver<Result<T>>) -> Result<T, Problem> {
        if !self.worker.ask(job) {
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many requests wait: try again later"));
        }
        match answer.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Error::Usage(problem))) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, problem)),
            Ok(Err(error)) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
            Err(_) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the service stops: try again later")),
        }
    }

    fn opened(&self) -> Result<Arc<Opened>, Problem> {
        let closed = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the run is not open yet: try again later");
        self.worker.opened().ok_or_else(closed)
    }
}

/// A body in JSON; refused as a [`Problem`].
struct JsonBody<T>(T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: axum::http::Request<Body>, state: &S) -> Result<Self, Problem> {
        let read = Json::<T>::from_request(request, state).await;
        read.map(|Json(body)| Self(body))
            .map_err(|error: JsonRejection| Problem::new(error.status(), error.body_text()))
    }
}

/// A query; refused as a [`Problem`].
struct UrlQuery<T>(T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequestParts<S> for UrlQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|query| Self(query.0)).map_err(|error: QueryRejection| Problem::new(error.status(), error.body_text()))
    }
}
