//! Which hosts are this machine, and which senders are our own pages.

use super::*;

#[test]
fn only_names_of_this_machine_are_loopback() {
    for host in
        ["localhost", "LocalHost:8460", "127.0.0.1", "127.0.0.1:8460", "127.9.9.9:1", "[::1]:8460"]
    {
        assert!(is_loopback(host), "{host}");
    }
    for host in [
        "desk.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8460",
        "localhost@evil.example",
        "evil.example@localhost",
        "192.0.2.7",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "localhost, evil.example",
        "",
    ] {
        assert!(!is_loopback(host), "{host}");
    }
}

#[test]
fn a_second_host_cannot_hide_behind_a_good_one() {
    let mut headers = HeaderMap::new();
    let uri = Uri::from_static("/desk");
    assert!(!is_this_machine(&headers, &uri), "no host at all");
    headers.append(header::HOST, HeaderValue::from_static("localhost"));
    assert!(is_this_machine(&headers, &uri));
    assert!(!is_this_machine(&headers, &Uri::from_static("http://evil.example/desk")));
    headers.append(header::HOST, HeaderValue::from_static("evil.example"));
    assert!(!is_this_machine(&headers, &uri));
}

#[test]
fn a_form_from_another_site_or_another_port_is_not_ours() {
    let with = |pairs: &[(&'static str, &'static str)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        is_from_our_pages(&headers)
    };
    assert!(with(&[("sec-fetch-site", "same-origin")]));
    assert!(!with(&[("sec-fetch-site", "cross-site")]));
    assert!(!with(&[("sec-fetch-site", "same-site")]));
    assert!(with(&[("origin", "http://localhost:8460"), ("host", "localhost:8460")]));
    assert!(!with(&[("origin", "http://localhost:9000"), ("host", "localhost:8460")]));
    assert!(!with(&[("origin", "http://evil.example"), ("host", "localhost:8460")]));
}

#[test]
fn another_sites_page_may_link_to_us_and_may_not_pull_at_us() {
    let asked = |site: &'static str, mode: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static(site));
        headers.insert("sec-fetch-mode", HeaderValue::from_static(mode));
        is_pulled_by_another_site(&headers)
    };
    assert!(asked("cross-site", "cors") && asked("cross-site", "no-cors"));
    assert!(!asked("cross-site", "navigate") && !asked("same-origin", "cors"));
    assert!(!is_pulled_by_another_site(&HeaderMap::new()), "older browsers do not say");
}
