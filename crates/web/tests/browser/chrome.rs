//! A real Chromium, driven over its debugging pipe: no driver program, no socket library.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_mins(1);
const FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
     --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
     --remote-debugging-pipe";

type Waiting = Arc<Mutex<HashMap<u64, mpsc::Sender<Value>>>>;
type Events = Arc<(Mutex<Vec<Value>>, Condvar)>;

/// One browser with a profile of its own.
pub(crate) struct Chrome {
    child: Child,
    pipe: Mutex<(ChildStdin, u64)>,
    waiting: Waiting,
    events: Events,
    _profile: tempfile::TempDir,
}

/// One tab in a browser context of its own: cookies are not shared.
pub(crate) struct Tab<'a> {
    chrome: &'a Chrome,
    session: String,
}

impl Chrome {
    pub(crate) fn start() -> Self {
        let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
            .into_iter()
            .find(|path| Path::new(path).exists())
            .expect("no Chromium on this machine: apt-get install chromium npm");
        let profile = tempfile::tempdir().unwrap();
        // The pipe is file descriptors 3 (in) and 4 (out); the shell puts our pipes there.
        let line = format!(
            "exec {path} {FLAGS} --user-data-dir='{}' about:blank 3<&0 4>&1 0</dev/null \
             1>/dev/null 2>/dev/null",
            profile.path().display()
        );
        let mut child = Command::new("sh")
            .args(["-c", &line])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell to start Chromium with");
        let pipe = Mutex::new((child.stdin.take().unwrap(), 0));
        let out = child.stdout.take().unwrap();
        let waiting = Waiting::default();
        let events = Events::default();
        std::thread::spawn({
            let (waiting, events) = (Arc::clone(&waiting), Arc::clone(&events));
            move || listen(out, &waiting, &events)
        });
        Self { child, pipe, waiting, events, _profile: profile }
    }

    fn call(&self, session: Option<&str>, method: &str, params: &Value) -> Value {
        let answer = self.ask(session, method, params);
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].clone()
    }

    fn ask(&self, session: Option<&str>, method: &str, params: &Value) -> Value {
        let (send, receive) = mpsc::channel();
        {
            let mut pipe = self.pipe.lock().unwrap();
            pipe.1 += 1;
            self.waiting.lock().unwrap().insert(pipe.1, send);
            let mut message = json!({ "id": pipe.1, "method": method, "params": params });
            if let Some(session) = session {
                message["sessionId"] = session.into();
            }
            let mut bytes = serde_json::to_vec(&message).unwrap();
            bytes.push(0);
            pipe.0.write_all(&bytes).expect("a running browser");
            pipe.0.flush().expect("a running browser");
        }
        receive.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method}"))
    }

    /// A tab of this size, in a language and a theme, on the desk at `base`.
    pub(crate) fn tab(&self, base: &str, size: (u32, u32), lang: &str, theme: &str) -> Tab<'_> {
        let made = self.call(None, "Target.createBrowserContext", &json!({}));
        let context = &made["browserContextId"];
        let wanted = json!({ "url": "about:blank", "browserContextId": context });
        let target = self.call(None, "Target.createTarget", &wanted)["targetId"].clone();
        let wanted = json!({ "targetId": target, "flatten": true });
        let attached = self.call(None, "Target.attachToTarget", &wanted);
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        let tab = Tab { chrome: self, session };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.call(&format!("{domain}.enable"), &json!({}));
        }
        let (width, height) = size;
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        tab.call("Emulation.setDeviceMetricsOverride", &screen);
        for (name, value) in [("lang", lang), ("theme", theme)] {
            tab.call("Network.setCookie", &json!({ "url": base, "name": name, "value": value }));
        }
        tab
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // It may have gone already; then there is nothing left to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Hands answers to whoever waits for them and keeps the rest as events.
fn listen(out: ChildStdout, waiting: &Waiting, events: &Events) {
    let mut out = BufReader::new(out);
    let mut bytes = Vec::new();
    while out.read_until(0, &mut bytes).is_ok_and(|n| n > 0) {
        bytes.pop();
        let message: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        bytes.clear();
        let asked = message["id"].as_u64().and_then(|id| waiting.lock().unwrap().remove(&id));
        if let Some(asked) = asked {
            // Whoever asked may have lost patience.
            drop(asked.send(message));
        } else {
            events.0.lock().unwrap().push(message);
            events.1.notify_all();
        }
    }
}

impl Tab<'_> {
    pub(crate) fn call(&self, method: &str, params: &Value) -> Value {
        self.chrome.call(Some(&self.session), method, params)
    }

    /// Opens a page and waits until its scripts have run.
    pub(crate) fn go(&self, url: &str) {
        self.call("Page.navigate", &json!({ "url": url }));
        self.until(&format!(
            "location.href == {} && document.readyState == 'complete' && \
             !!window.customElements.get('count-down')",
            json!(url)
        ));
    }

    /// The value of a JavaScript expression; promises are awaited.
    pub(crate) fn eval(&self, js: &str) -> Value {
        let wanted = json!({ "expression": js, "returnByValue": true, "awaitPromise": true });
        let result = self.call("Runtime.evaluate", &wanted);
        assert!(result["exceptionDetails"].is_null(), "{js}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true, looking again after whatever the browser reports.
    pub(crate) fn until(&self, js: &str) {
        let end = Instant::now() + PATIENCE;
        let wanted = json!({ "expression": format!("!!({js})"), "returnByValue": true });
        loop {
            // While a page gives way to the next there is nothing to ask; that is no failure.
            let answer = self.chrome.ask(Some(&self.session), "Runtime.evaluate", &wanted);
            if answer["result"]["result"]["value"] == true {
                return;
            }
            assert!(Instant::now() < end, "never came true: {js}");
            let events = self.chrome.events.0.lock().unwrap();
            drop(self.chrome.events.1.wait_timeout(events, Duration::from_millis(50)).unwrap());
        }
    }

    pub(crate) fn text(&self, selector: &str) -> String {
        let js = format!("document.querySelector({}).textContent.trim()", json!(selector));
        self.eval(&js).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn press(&self, key: &str, modifiers: u8) {
        let text = if key.chars().count() == 1 && modifiers == 0 { key } else { "" };
        let mut event =
            json!({ "type": "keyDown", "key": key, "text": text, "modifiers": modifiers });
        self.call("Input.dispatchKeyEvent", &event);
        event["type"] = "keyUp".into();
        self.call("Input.dispatchKeyEvent", &event);
    }

    /// Saves what the whole page looks like.
    pub(crate) fn picture(&self, file: &Path) {
        let wanted = json!({ "format": "png", "captureBeyondViewport": true });
        let data = self.call("Page.captureScreenshot", &wanted)["data"].clone();
        std::fs::write(file, base64(data.as_str().unwrap())).unwrap();
    }

    /// Errors the browser reported for this tab: exceptions, policy violations, failed loads.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let events = self.chrome.events.0.lock().unwrap();
        let mine = events.iter().filter(|event| event["sessionId"] == self.session.as_str());
        mine.filter_map(|event| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Runtime.exceptionThrown" => Some(params["exceptionDetails"].to_string()),
                "Log.entryAdded" if params["entry"]["level"] == "error" => {
                    Some(format!("{} {}", params["entry"]["text"], params["entry"]["url"]))
                }
                _ => None,
            }
        })
        .collect()
    }
}

/// Bytes of a base64 text (RFC 4648 §4), which is how the browser sends pictures.
fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => u32::from(c - b'A'),
        b'a'..=b'z' => u32::from(c - b'a') + 26,
        b'0'..=b'9' => u32::from(c - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|c| *c != b'=').collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for four in digits.chunks(4) {
        let bits = four.iter().fold(0, |bits, c| bits << 6 | value(*c)) << (6 * (4 - four.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    bytes
}
