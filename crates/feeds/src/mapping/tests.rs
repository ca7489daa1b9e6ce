//! Mappings written by operators: the example holds, and mistakes are named.

use super::*;

const EXAMPLE: &str = include_str!("../../mappings/example.toml");

fn refused(change: (&str, &str)) -> String {
    let text = EXAMPLE.replace(change.0, change.1);
    assert_ne!(text, EXAMPLE, "`{}` is not in the example", change.0);
    Mapping::from_toml(&text, "mine.toml").unwrap_err().to_string()
}

#[test]
fn the_example_is_true() {
    let mapping = Mapping::from_toml(EXAMPLE, "example.toml").unwrap();
    assert_eq!((mapping.id(), mapping.version()), ("example/botnet", "1"));
    let input = "observed;address;sport;family;proto;c2;c2_port;country;agent;score;more\n\
                 2026-03-24 10:30:00;10.0.0.1;4444;;TCP;192.0.2.1;443;ZZ;x/1;0.5;kept\n";
    let mut reader = crate::open(input.as_bytes(), &mapping, &crate::Limits::default()).unwrap();
    let block = reader.next_block().unwrap().unwrap();
    let event = serde_json::to_string(&block.event(0)).unwrap();
    expect_test::expect![[r#"{"classification.taxonomy":"malicious-code","classification.type":"infected-system","destination.ip":"192.0.2.1","destination.port":443,"extra.http_agent":"x/1","extra.more":"kept","extra.score":0.5,"protocol.transport":"tcp","source.geolocation.cc":"ZZ","source.ip":"10.0.0.1","source.port":4444,"time.source":"2026-03-24T10:30:00+00:00"}"#]]
        .assert_eq(&event);
    assert_eq!(block.sightings.threat.get(0), "unnamed-bot");
}

#[test]
fn mistakes_are_named_with_file_key_and_remedy() {
    let all = [
        ("time = \"observed\"", "# no time"),
        ("ip = \"address\"", "adress = \"address\""),
        ("mandatory = [\"ip\"]", "mandatory = [\"url\"]"),
        ("\"extra.* float\"", "\"extra.* double\""),
        ("classification = \"infected-system\"", "classification = \"infected\""),
        ("threat = \"unnamed-bot\"", "threat = \"Unnamed Bot\""),
        ("delimiter = \";\"", "delimiter = \"；\""),
        ("version = \"1\"", "version = \"\""),
    ];
    let told = all.map(refused).join("\n");
    expect_test::expect![[r#"
        mine.toml: line 31: `columns.time`: is needed: a row without a time cannot be counted; or say `undated = "received"`
        mine.toml: line 33: `columns.adress`: no such field; there are time, ip, port, domain, url, threat, classification, transport, destination_ip, destination_port, destination_domain and asn; put other columns under [details]
        mine.toml: line 27: `mandatory`: `url` has no column above
        mine.toml: line 58: `details.score`: `double` is no converter; mappings/example.toml lists them
        mine.toml: line 48: `constants.classification`: `infected` is no type of the taxonomy (RSIT)
        mine.toml: line 47: `constants.threat`: write it as `unnamed-bot`
        mine.toml: line 15: `delimiter`: must be one ASCII character, neither quote nor line break
        mine.toml: line 8: `version`: must not be empty"#]].assert_eq(&told);
}

#[test]
fn a_misspelt_key_is_refused_rather_than_ignored() {
    let error = refused(("delimiter =", "delimeter ="));
    assert!(error.contains("unknown field `delimeter`"), "{error}");
}
