//! A PostgreSQL server for tests: from Debian's package, on a loopback port, gone with who began it.
//!
//! `cargo xtask test` begins one for all and names it in [`NAMED_IN`]. Where nobody did, each test process
//! begins its own. Each test gets a [`Database`] of its own.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that holds the address of a server that runs already, up to its database:
/// `postgres://user:password@host:port`.
pub const NAMED_IN: &str = "JUYAN_TEST_POSTGRES";

/// Another process may take a port between our choice and its use.
const PORTS_TRIED: u32 = 4;

/// A server that runs until it is dropped, or until this process ends.
#[derive(Debug)]
pub struct Server {
    address: String,
    /// Whoever stops it waits for this to be closed.
    running: Option<(Child, ChildStdin)>,
}

/// The server that this process's tests share.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| match std::env::var(NAMED_IN) {
        Ok(address) => Server { address, running: None },
        Err(_) => Server::start(),
    })
}

impl Server {
    /// Begins a server. It takes a second or two.
    ///
    /// # Panics
    /// When PostgreSQL is not installed, with what to install; and when it does not start.
    pub fn start() -> Self {
        let programs = programs();
        let mut why = String::new();
        for _ in 0..PORTS_TRIED {
            match Self::start_on(free_port(), &programs) {
                Ok(server) => return server,
                Err(said) => why = said,
            }
        }
        panic!("PostgreSQL does not start:\n{why}")
    }

    fn start_on(port: u16, programs: &Path) -> Result<Self, String> {
        let password = password();
        let mut child = as_nobody_special()
            .args(["sh", "-c", include_str!("postgres.sh"), "postgres.sh"])
            .arg(programs)
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("`sh` starts");
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{password}").unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        if said.trim() == "ready" {
            let address = format!("postgres://postgres:{password}@127.0.0.1:{port}");
            return Ok(Self { address, running: Some((child, input)) });
        }
        drop(input);
        let mut why = String::new();
        child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
        child.wait().unwrap();
        Err(why)
    }

    /// What [`NAMED_IN`] holds for others.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A new database, empty, that compares texts byte by byte.
    pub fn database(&self) -> Database<'_> {
        self.database_with("ENCODING 'UTF8' LOCALE 'C'")
    }

    /// A new database made with other options, as `CREATE DATABASE` takes them.
    pub fn database_with(&self, options: &str) -> Database<'_> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        self.tell(&format!("CREATE DATABASE {name} TEMPLATE template0 {options}"));
        Database { server: self, name }
    }

    fn tell(&self, sql: &str) {
        let done = Command::new(programs().join("psql"))
            .args(["--no-psqlrc", "--quiet", "--command", sql])
            .arg(format!("{}/postgres", self.address))
            .output()
            .expect("`psql` starts");
        assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((mut child, input)) = self.running.take() {
            drop(input);
            child.wait().expect("the server's script ends");
        }
    }
}

/// A database of one test; it goes when it is dropped, whoever is still connected.
#[derive(Debug)]
pub struct Database<'s> {
    server: &'s Server,
    name: String,
}

impl Database<'_> {
    /// Where it is, as `juyan` takes it.
    pub fn address(&self) -> String {
        format!("{}/{}", self.server.address, self.name)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        self.server.tell(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Where Debian keeps PostgreSQL's programs, those of the newest release.
fn programs() -> PathBuf {
    let releases = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &PathBuf| -> Option<u32> { path.file_name()?.to_str()?.parse().ok() };
    let newest = releases.map(|release| release.path()).max_by_key(number);
    let programs = newest.map(|release| release.join("bin"));
    let there = programs.filter(|programs| programs.join("initdb").exists());
    there.unwrap_or_else(|| {
        panic!(
            "this test needs PostgreSQL. On Debian: sudo apt-get install --yes --no-install-recommends \
             postgresql. Or name a server in {NAMED_IN}: postgres://user:password@host:port"
        )
    })
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package makes.
fn as_nobody_special() -> Command {
    if nix::unistd::geteuid().is_root() {
        let mut command = Command::new("runuser");
        command.args(["--user", "postgres", "--"]);
        command
    } else {
        Command::new("env")
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Other users of this machine can reach the port.
fn password() -> String {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
