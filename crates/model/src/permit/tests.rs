//! Who may do what, as one table, and that no permit comes from nowhere.

use expect_test::expect;

use super::*;
use crate::Id;

fn account(post: Post) -> Account {
    Account {
        id: Id::from_uuid(uuid::Uuid::from_u128(1)),
        name: "wu".parse().unwrap(),
        organisation: "donghai".parse().unwrap(),
        province: Some("ZY-01".parse().unwrap()),
        post,
        created_at: jiff::Timestamp::UNIX_EPOCH,
        disabled_at: None,
    }
}

#[test]
fn each_post_may_what_the_table_says() {
    let mut table = String::new();
    for post in Post::ALL {
        let cans = Can::ALL.iter().filter(|can| post.may(**can)).map(|can| can.code());
        let cans: Vec<_> = cans.collect();
        let second = if post.needs_second_factor() { "second factor" } else { "" };
        let row = format!(
            "{:<25} {:<13} {second:<14} {}",
            post.code(),
            format!("{:?}", post.breadth()).to_lowercase(),
            cans.join(" ")
        );
        table += row.trim_end();
        table += "\n";
    }
    expect![[r"
        bureau                    everything    second factor  regrade review waive
        provincial_administration province      second factor  regrade review waive
        duty_officer              everything    second factor  deliver tell file verify notify
        lead                      everything    second factor  deliver tell file verify notify regrade close direct manage_accounts
        operator_group            organisation                 file verify
        operator_province         organisation                 file
        registry                  organisation                 file verify
        registrar                 organisation                 file verify
        support_partner           organisation                 deliver
        auditor                   everything    second factor
    "]]
    .assert_eq(&table);
}

#[test]
fn a_permit_is_refused_to_the_wrong_post_and_names_who_acts_to_the_right_one() {
    let refused = Caller::of(&account(Post::DutyOfficer)).permit::<Waive>().unwrap_err();
    assert_eq!(refused.to_string(), "`wu@donghai` (duty_officer) may not: it takes `waive`");
    let permit = Caller::of(&account(Post::Bureau)).permit::<Waive>().unwrap();
    assert_eq!(permit.actor(), "wu@donghai");
}

#[test]
fn a_key_allows_no_more_than_its_scopes_and_no_more_than_the_post() {
    let lead = Caller::of(&account(Post::Lead));
    let key = lead.limited_to(BTreeSet::from([Can::Tell, Can::Waive]));
    assert!(key.permit::<Tell>().is_ok());
    assert!(key.permit::<Regrade>().is_err(), "not among the scopes");
    assert!(key.permit::<Waive>().is_err(), "not among what a lead may");
    assert_eq!(*key.reading().scope(), Scope::Everything);
}

#[test]
fn a_post_of_a_province_without_one_reaches_its_own_organisation_only() {
    let mut lost = account(Post::ProvincialAdministration);
    let province = lost.province.take().unwrap();
    let own = Scope::Organisation("donghai".parse().unwrap());
    assert_eq!(*Caller::of(&lost).reading().scope(), own);
    lost.province = Some(province.clone());
    assert_eq!(*Caller::of(&lost).reading().scope(), Scope::Province(province));
    assert_eq!(*Caller::of(&account(Post::OperatorGroup)).reading().scope(), own);
}
