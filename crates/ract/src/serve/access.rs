//! Who is answered.

use super::problem::Problem;
use crate::{Error, Result};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::path::Path;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// What a request must name: `Authorization: Bearer TOKEN`.
#[derive(Clone)]
pub struct Token(Arc<str>);

/// A shorter token could be guessed.
const SHORTEST: usize = 16;

impl Token {
    /// The only line of a file.
    ///
    /// # Errors
    /// When the file cannot be read, or its line is so short that it could be guessed.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
        let token = text.trim();
        if token.len() < SHORTEST || token.contains(char::is_whitespace) {
            let problem = format!("a token is one word of {SHORTEST} characters or more");
            return Err(Error::Usage(format!("{}: {problem}", path.display())));
        }
        Ok(Self(token.into()))
    }

    /// Compares all characters, so that the time does not tell how many were right.
    fn is(&self, other: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(other).into()
    }
}

/// Refuses a request without the token.
pub(super) async fn check(State(token): State<Token>, request: Request, next: Next) -> Response {
    let named = request.headers().get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    if named.is_some_and(|named| token.is(named)) {
        return next.run(request).await;
    }
    let header = [("www-authenticate", "Bearer")];
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "name the token: Authorization: Bearer TOKEN");
    (header, problem).into_response()
}
