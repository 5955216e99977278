//! `ract serve`: what comes over HTTP, and the page in a browser.

use crate::support::browser::{browser, open};
use crate::support::wait_until;
use crate::support::workplace::{Workplace, failure};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Long enough on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A trained run on the orders of an invented shop, in `run`.
fn shop() -> Workplace {
    let place = Workplace::new();
    for file in ["orders.csv", "products.csv", "shop.toml"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/shop").join(file);
        fs::copy(from, place.folder.path().join(file)).unwrap();
    }
    place.succeed(&["prepare", "orders.csv", "--out", "shop"]);
    place.succeed(&["run", "shop.toml", "--out", "run"]);
    place
}

/// A service that runs until it is dropped.
struct Service {
    child: Child,
    url: String,
    said: Mutex<Receiver<String>>,
}

impl Service {
    fn start(place: &Workplace, args: &[&str]) -> Self {
        let all = [&["serve"], args, &["--listen", "127.0.0.1:0"]].concat();
        let mut child = place.ract(&all).stderr(Stdio::piped()).spawn().unwrap();
        let (tell, said) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let mut service = Self { child, url: String::new(), said: Mutex::new(said) };
        service.url = service.hear("http://");
        service
    }

    /// The next line that holds `text`.
    fn hear(&self, text: &str) -> String {
        loop {
            let line = self
                .said
                .lock()
                .unwrap()
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|error| panic!("'{text}' was not said: {error}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    fn get(&self, path: &str) -> (u16, String) {
        answered(agent().get(format!("{}{path}", self.url)).call())
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let sent = agent().post(format!("{}{path}", self.url)).content_type("application/json").send(body.to_string());
        let (status, text) = answered(sent);
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    fn json(&self, path: &str) -> Value {
        let (status, text) = self.get(path);
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The value of a counter.
    fn counter(&self, name: &str) -> f64 {
        let (_, text) = self.get("/metrics");
        let line =
            text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap_or_else(|| panic!("{name}: {text}"));
        line[name.len()..].trim().parse().unwrap()
    }

    /// Everything that comes back for these bytes, which may be no request at all.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into()
}

fn answered(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> (u16, String) {
    let mut response = response.unwrap();
    (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
}

#[test]
fn a_service_gives_the_lists_that_recommend_writes_and_says_why() {
    let place = shop();
    let service = Service::start(&place, &["run", "--titles", "products.csv"]);
    let users = "{\"user\": \"a\", \"items\": [\"TI-red\", \"KE-bla\"]}\n{\"user\": \"b\", \"items\": [\"none\"]}\n";
    fs::write(place.folder.path().join("users.jsonl"), users).unwrap();
    let args =
        ["recommend", "run", "--users", "users.jsonl", "--titles", "products.csv", "--predict", "--form", "jsonl"];
    let written = place.succeed(&[&args[..], &["--top", "5"]].concat());
    for (user, list) in users.lines().zip(written.lines()) {
        let (user, list): (Value, Value) = (serde_json::from_str(user).unwrap(), serde_json::from_str(list).unwrap());
        let (status, answer) = service.post("/recommend", &json!({"items": user["items"], "top": 5}));
        assert_eq!(status, 200);
        assert_eq!((&answer["items"], &answer["popular"]), (&list["items"], &list["popular"]));
        assert_eq!(answer["expected"], list["expected"]);
    }
    let has = json!(["TI-red", "KE-bla", "none"]);
    let asked = json!({"items": has, "top": 3, "why": true, "exclude": ["KE-red"], "candidates": ["KE-red", "CU-red", "TE-bla"]});
    let (_, answer) = service.post("/recommend", &asked);
    let of = |key: &str| -> Vec<&Value> { answer["items"].as_array().unwrap().iter().map(|item| &item[key]).collect() };
    assert_eq!(
        of("item").into_iter().map(|item| item.as_str().unwrap()).collect::<BTreeSet<_>>(),
        ["CU-red", "TE-bla"].into()
    );
    assert!(of("because").iter().all(|because| has.as_array().unwrap()[..2].contains(&because["item"])), "{answer}");
    assert_eq!((&answer["known"], &answer["unknown"]), (&json!(2), &json!(["none"])));
    let (_, nothing) = service.post("/recommend", &json!({"items": has, "candidates": ["none"]}));
    assert_eq!(nothing["items"], json!([]), "no candidate is known");
    assert_eq!(service.json("/items?q=cup%20RED")[0], json!({"item": "CU-red", "title": "Cup, red"}));
}

#[test]
fn requests_that_come_together_are_answered_in_one_pass_and_none_is_lost() {
    let place = shop();
    let service = Service::start(&place, &["run"]);
    let ask = |_| service.post("/recommend", &json!({"items": ["TI-red"], "top": 4}));
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..32).map(|_| scope.spawn(|| (0..20).map(ask).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 640);
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 200));
    assert_eq!(service.counter("ract_users_per_pass_sum"), 640.0);
    assert!(service.counter("ract_users_per_pass_count") < 640.0, "every request had a pass of its own");
    assert_eq!(service.counter("ract_requests_total{route=\"/recommend\",status=\"200\"}"), 640.0);
}

#[test]
#[cfg(unix)]
fn a_newer_run_is_served_without_a_lost_request_and_a_damaged_one_is_not() {
    let place = shop();
    place.succeed(&["run", "shop.toml", "--set", "seed=7", "--out", "newer"]);
    let file = |name: &str| place.folder.path().join(name);
    // As deployments do it: a link is moved to the newer folder.
    let point_at = |run: &str| {
        std::os::unix::fs::symlink(run, file("link")).unwrap();
        fs::rename(file("link"), file("live")).unwrap();
    };
    point_at("run");
    let service = Service::start(&place, &["live"]);
    let asked = json!({"items": ["TI-red", "KE-bla"], "top": 10});
    let older = service.post("/recommend", &asked).1;
    let newer = Service::start(&place, &["newer"]).post("/recommend", &asked).1;
    assert_ne!(older, newer);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let begun = Instant::now();
            loop {
                let (status, answer) = service.post("/recommend", &asked);
                assert_eq!(status, 200);
                if answer == newer {
                    break;
                }
                assert!(answer == older && begun.elapsed() < PATIENCE, "{answer}");
            }
        });
        point_at("newer");
        asking.join().unwrap();
    });
    assert_eq!(service.json("/health")["generation"], 2);

    fs::create_dir_all(file("damaged/checkpoints")).unwrap();
    for name in ["config.toml", "data.sha256", "result.json"] {
        fs::copy(file("run").join(name), file("damaged").join(name)).unwrap();
    }
    for checkpoint in fs::read_dir(file("run/checkpoints")).unwrap() {
        fs::write(file("damaged/checkpoints").join(checkpoint.unwrap().file_name()), "damaged").unwrap();
    }
    point_at("damaged");
    service.hear("the run has changed, but the older one goes on");
    assert_eq!(service.post("/recommend", &asked), (200, newer));
}

#[test]
fn what_is_malformed_huge_or_slow_is_refused_and_the_service_goes_on() {
    let place = shop();
    let service = Service::start(&place, &["run", "--max-seconds", "1", "--max-body", "10000"]);
    let problems = [
        ("/recommend", json!({}), 422, "missing field `items`"),
        ("/recommend", json!({"items": 5}), 422, "expected a list of ids"),
        ("/recommend", json!({"items": [], "tops": 5}), 422, "unknown field `tops`"),
        ("/recommend", json!({"items": [], "top": 0}), 422, "top is 0: ask for 1 to 1000 items"),
        ("/recommend", json!({"items": [], "top": -1}), 422, "invalid value"),
        ("/score", json!({"items": []}), 422, "name a list of items, or scores"),
        ("/score", json!({"items": [], "list": [1], "scores": {"a": 1}}), 422, "not both"),
        ("/recommend", json!({"items": vec!["x"; 4000]}), 413, "length limit exceeded"),
    ];
    for (path, body, status, says) in problems {
        let (found, answer) = service.post(path, &body);
        assert!(found == status && answer["error"].as_str().unwrap().contains(says), "{found} {answer}");
    }
    assert_eq!(service.get("/recommend").0, 405);
    assert_eq!(service.get("/nothing").0, 404);
    assert_eq!(service.get("/items?p=1").0, 400);
    let head = "POST /recommend HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n";
    assert!(service.raw(b"\x00\x01\x02 no HTTP\r\n\r\n").starts_with("HTTP/1.1 400"));
    let text = format!("{head}\r\n{{\"items\": [").replace("100", "11");
    assert!(service.raw(text.as_bytes()).starts_with("HTTP/1.1 400"));
    // A body that does not come, and a head that does not end.
    assert!(service.raw(format!("{head}\r\n{{").as_bytes()).starts_with("HTTP/1.1 408"));
    assert!(!service.raw(head.as_bytes()).starts_with("HTTP/1.1 200"));
    assert_eq!(service.post("/recommend", &json!({"items": ["TI-red"]})).0, 200);
}

#[test]
fn whoever_does_not_name_the_token_is_refused() {
    let place = shop();
    let open = place.ract(&["serve", "run", "--listen", "0.0.0.0:0"]).output().unwrap();
    let (code, said) = failure(&open);
    assert!(code == 2 && said.contains("others can reach 0.0.0.0:0: set a token with --token-file"), "{said}");
    fs::write(place.folder.path().join("short"), "abc\n").unwrap();
    let short = place.ract(&["serve", "run", "--token-file", "short"]).output().unwrap();
    assert!(failure(&short).1.contains("a token is one word of 16 characters or more"));

    fs::write(place.folder.path().join("token"), "correct-horse-battery\n").unwrap();
    let service = Service::start(&place, &["run", "--token-file", "token"]);
    let status = |path: &str, token: Option<&str>| {
        let request = agent().get(format!("{}{path}", service.url));
        let request = token.into_iter().fold(request, |request, token| request.header("authorization", token));
        answered(request.call()).0
    };
    for path in ["/health", "/items?q=red", "/metrics"] {
        assert_eq!(status(path, None), 401, "{path}");
        assert_eq!(status(path, Some("Bearer correct-horse-batterz")), 401);
        assert_eq!(status(path, Some("correct-horse-battery")), 401);
        assert_eq!(status(path, Some("Bearer correct-horse-battery")), 200);
    }
    assert_eq!(service.post("/recommend", &json!({"items": []})).0, 401);
    assert_eq!(status("/", None), 200, "the page asks for the token");
}

#[test]
#[cfg(unix)]
fn told_to_stop_a_service_answers_what_was_asked() {
    let place = shop();
    let mut service = Service::start(&place, &["run"]);
    let body = json!({"items": ["TI-red"]}).to_string();
    let mut stream = TcpStream::connect(service.address()).unwrap();
    let head = format!(
        "POST /recommend HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    service.signal("-TERM");
    service.hear("told to stop");
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"popular\":false"), "{answer}");
    assert!(service.child.wait().unwrap().success());
    assert!(TcpStream::connect(service.address()).is_err());
}

#[test]
fn the_description_says_what_is_answered() {
    let place = shop();
    let service = Service::start(&place, &["run", "--titles", "products.csv"]);
    let api = service.json("/openapi.json");
    let asked = |path: &str| match path {
        "/recommend" => service.post(path, &json!({"items": ["TI-red", "none"], "why": true})).1,
        "/score" => service.post(path, &json!({"user": "ann", "items": ["TI-red"], "list": ["TI-red", "KE-red"]})).1,
        "/items" => service.json("/items?q=red")[0].clone(),
        _ => service.json(path),
    };
    for (path, schema) in
        [("/recommend", "Recommendations"), ("/score", "Scored"), ("/items", "Item"), ("/health", "Health")]
    {
        let schema = &api["components"]["schemas"][schema];
        let answer = asked(path);
        let named = |key: &String| schema["properties"].get(key).is_some();
        assert!(answer.as_object().unwrap().keys().all(named), "{path}: {answer}");
        assert!(schema["required"].as_array().unwrap().iter().all(|key| answer.get(key.as_str().unwrap()).is_some()));
    }
    let paths: BTreeSet<&str> = api["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let routes = ["/", "/health", "/items", "/metrics", "/openapi.json", "/recommend", "/score"];
    assert_eq!(paths, routes.into());
    assert!(routes.iter().all(|path| service.get(path).0 != 404));
}

#[test]
fn the_page_recommends_from_typed_titles_on_a_desk_and_on_a_phone() {
    let Some(browser) = browser() else { return };
    let place = shop();
    let service = Service::start(&place, &["run", "--titles", "products.csv"]);
    for width in [1280, 390] {
        let (tab, complaints) = open(&browser, &format!("{}/", service.url), width, &service.url);
        tab.wait_for_element("#list li").unwrap();
        let text = |selector: &str| {
            let all = tab.find_elements(selector).unwrap_or_default();
            all.iter().map(|element| element.get_inner_text().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(text("#heading"), ["What is popular"]);
        tab.find_element("#search").unwrap().click().unwrap();
        tab.type_str("cup re").unwrap();
        wait_until("single item found", || text("#found li") == ["Cup, red"]);
        tab.press_key("Enter").unwrap();
        wait_until("list", || text("#heading") == ["For you"] && !text("#list .why").is_empty());
        assert!(text("#has li")[0].starts_with("Cup, red"));
        assert!(text("#list .why").iter().all(|why| why == "because you have Cup, red"));
        assert!(text("#expected")[0].starts_with("Expected NDCG@100: 0."), "{:?}", text("#expected"));
        let listed = text("#list .title");
        assert!(listed.len() == 20 && !listed.contains(&"Cup, red".to_owned()), "{listed:?}");
        let overflow = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth", false).unwrap();
        assert!(overflow.value.unwrap().as_i64().unwrap() <= 0, "wider than {width}");
        assert_eq!(*complaints.lock().unwrap(), Vec::<String>::new());
        tab.close(true).unwrap();
    }
}
