//! A signature holds for one text under one key, and a key file for its owner alone.

use std::os::unix::fs::PermissionsExt;

use super::*;

/// RFC 8032 §7.1, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn key() -> Key {
    Key::from_seed(unhex(SEED).unwrap().try_into().unwrap()).unwrap()
}

#[test]
fn the_public_key_follows_from_the_seed_as_in_the_standard() {
    assert_eq!(key().public().to_string(), PUBLIC);
    assert_eq!(PUBLIC.parse::<PublicKey>().unwrap(), key().public());
    assert_eq!(key().public().pem().parse::<PublicKey>().unwrap(), key().public());
    assert!("d75a98".parse::<PublicKey>().is_err());
    assert!(PUBLIC.to_uppercase().parse::<PublicKey>().is_err());
    assert!(!format!("{:?}", key()).contains("9d61"));
}

#[test]
fn a_signature_holds_for_its_text_and_its_key_only() {
    let signed = key().sign("one\ntwo\n".to_owned());
    assert!(signed.is_by(&key().public()));
    assert!(!signed.is_by(&Key::from_seed([7; 32]).unwrap().public()));
    let altered = Signed { text: "one\ntwo \n".to_owned(), ..signed.clone() };
    assert!(!altered.is_by(&key().public()));
    let cut = Signed { signature: "00".to_owned(), ..signed };
    assert!(!cut.is_by(&key().public()));
}

#[test]
fn signed_texts_are_read_one_after_another() {
    let both = [key().sign("one\n".to_owned()), key().sign("two\n".to_owned())];
    let written = both.iter().map(ToString::to_string).collect::<String>();
    assert_eq!(Signed::read_all(&written).unwrap(), both);
    assert!(Signed::read_all("one\n").is_err());
    assert!(Signed::read_all("").is_err());
}

#[test]
fn a_key_file_is_its_owners_alone_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("juyan.key");
    assert!(key().write_new(&path).unwrap());
    assert!(!Key::from_seed([7; 32]).unwrap().write_new(&path).unwrap());
    assert_eq!(Key::read(&path).unwrap().public(), key().public());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = Key::read(&path).unwrap_err().to_string();
    assert!(refused.contains("may be read by others"), "{refused}");
}

#[test]
fn what_is_no_key_says_so_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("juyan.key");
    std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let refused = Key::read(&path).unwrap_err().to_string();
    assert!(refused.contains("holds no Ed25519 key") && !refused.contains("c2VjcmV0"), "{refused}");
}
