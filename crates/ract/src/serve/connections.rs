//! Connections: accepted until the process is told to stop, and then finished.

use super::{Limits, Say};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// After the last answer is on its way, connections have so long to take it.
const TO_FINISH: Duration = Duration::from_secs(10);
/// When no connection can be accepted, for want of file descriptors, the next attempt is so much later.
const TO_RECOVER: Duration = Duration::from_millis(100);

/// Accepts connections until the process is told to stop (SIGINT, SIGTERM).
pub(super) async fn accept(listener: TcpListener, app: Router, limits: &Limits, say: &Say) {
    let (graceful, slots) = (GracefulShutdown::new(), Arc::new(Semaphore::new(limits.connections)));
    let mut stop = std::pin::pin!(told_to_stop());
    loop {
        let next = async {
            let slot = slots.clone().acquire_owned().await;
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(TO_RECOVER).await;
            continue;
        };
        // Answers are small: none waits for more to send.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let mut http = http1::Builder::new();
        // Who sends a request's head too slowly is cut off. The time for its body is the router's matter.
        http.timer(TokioTimer::new()).header_read_timeout(limits.time);
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A connection that the other side breaks off is no failure of ours.
            let _ = connection.await;
            drop(slot);
        });
    }
    drop(listener);
    say("told to stop: finishing what was asked");
    let _ = tokio::time::timeout(TO_FINISH, graceful.shutdown()).await;
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
