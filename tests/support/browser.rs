//! A headless browser, and pages in it.

use headless_chrome::protocol::cdp::{Emulation, Network, types::Event};
use headless_chrome::{Browser, LaunchOptions, Tab, browser::default_executable};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Without a browser the test says that it is skipped.
pub(crate) fn browser() -> Option<Browser> {
    match default_executable() {
        Ok(path) => {
            // A browser in a container, as in CI, has no sandbox to be in.
            let options = LaunchOptions {
                path: Some(path),
                sandbox: false,
                idle_browser_timeout: Duration::from_secs(300),
                ..LaunchOptions::default()
            };
            Some(Browser::new(options).unwrap())
        }
        Err(_) => {
            super::say("skipped: there is no chromium");
            None
        }
    }
}

/// What a page said on the console, and what it asked for elsewhere.
pub(crate) type Complaints = Arc<Mutex<Vec<String>>>;

/// A page at a width. It may ask for nothing but what begins with `own`.
pub(crate) fn open(browser: &Browser, url: &str, width: u32, own: &str) -> (Arc<Tab>, Complaints) {
    let tab = browser.new_tab().unwrap();
    tab.set_default_timeout(Duration::from_secs(120));
    let complaints = Complaints::default();
    let (heard, own) = (Arc::clone(&complaints), own.to_owned());
    let listener = move |event: &Event| {
        let complaint = match event {
            Event::LogEntryAdded(event) => Some(event.params.entry.text.clone()),
            Event::RuntimeConsoleAPICalled(event) => Some(format!("{:?}", event.params.args)),
            Event::RuntimeExceptionThrown(event) => Some(event.params.exception_details.text.clone()),
            Event::NetworkRequestWillBeSent(event)
                if !event.params.request.url.starts_with(&own) && !event.params.request.url.starts_with("data:") =>
            {
                Some(format!("asks for {}", event.params.request.url))
            }
            _ => None,
        };
        heard.lock().unwrap().extend(complaint);
    };
    tab.add_event_listener(Arc::new(listener)).unwrap();
    tab.enable_log().unwrap().enable_runtime().unwrap();
    let from: Network::Enable = serde_json::from_value(json!({})).unwrap();
    tab.call_method(from).unwrap();
    let size = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600});
    let size: Emulation::SetDeviceMetricsOverride = serde_json::from_value(size).unwrap();
    tab.call_method(size).unwrap();
    tab.navigate_to(url).unwrap().wait_until_navigated().unwrap();
    (tab, complaints)
}
