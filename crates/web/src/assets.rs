//! Files that pages need. All are our own, all are inside the program, each under a name that changes
//! with its content, so that browsers may keep it for ever.

use std::io::Write;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::source::Fault;
use crate::tokens;

/// One file, ready to send.
pub struct Asset {
    kind: &'static str,
    plain: Vec<u8>,
    /// Compressed once at the hardest level; none if compression failed, which it does not.
    brotli: Option<Vec<u8>>,
    path: String,
}

pub static CSS: LazyLock<Asset> = LazyLock::new(|| {
    let text = tokens::css() + include_str!("../assets/app.css");
    Asset::new("app", "css", "text/css; charset=utf-8", text)
});

/// All scripts as one module: five requests would cost a slow link more than they save.
pub static JS: LazyLock<Asset> = LazyLock::new(|| {
    let parts = [
        include_str!("../assets/patch.js"),
        include_str!("../assets/clock.js"),
        include_str!("../assets/live.js"),
        include_str!("../assets/table.js"),
        include_str!("../assets/shell.js"),
    ];
    Asset::new("app", "js", "text/javascript; charset=utf-8", parts.join("\n"))
});

pub static ICONS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("icons", "svg", "image/svg+xml", include_str!("../assets/icons.svg").to_owned())
});

pub static LOGO: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("logo", "svg", "image/svg+xml", include_str!("../assets/logo.svg").to_owned())
});

impl Asset {
    fn new(stem: &str, extension: &str, kind: &'static str, text: String) -> Self {
        let hash = fnv(text.as_bytes());
        let plain = text.into_bytes();
        let brotli = compress(&plain).ok();
        Self { kind, plain, brotli, path: format!("/a/{stem}.{hash:016x}.{extension}") }
    }

    /// Where browsers find it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How many bytes it costs a browser on its first visit.
    pub fn weight(&self) -> usize {
        self.brotli.as_ref().map_or(self.plain.len(), Vec::len)
    }

    fn answer(&'static self, takes_brotli: bool) -> Response {
        let compressed = self.brotli.as_deref().filter(|_| takes_brotli);
        let mut response = Response::new(Body::from(compressed.unwrap_or(&self.plain)));
        let headers = response.headers_mut();
        let mut put = |name, value| headers.insert(name, HeaderValue::from_static(value));
        put(header::CONTENT_TYPE, self.kind);
        put(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
        put(header::VARY, "accept-encoding");
        if compressed.is_some() {
            put(header::CONTENT_ENCODING, "br");
        }
        response
    }
}

/// Sends a file by its name. An old name is an old page's: not found, never another content.
pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Fault> {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok());
    let takes_brotli = accepts.is_some_and(|all| all.split(',').any(|one| one.trim() == "br"));
    [&*CSS, &*JS, &*ICONS, &*LOGO]
        .into_iter()
        .find(|asset| asset.path.strip_prefix("/a/") == Some(&name))
        .map(|asset| asset.answer(takes_brotli))
        .ok_or(Fault::NotFound)
}

fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
    writer.write_all(plain)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

/// FNV-1a: names need to differ with content, not to withstand an attacker; the content is ours.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
