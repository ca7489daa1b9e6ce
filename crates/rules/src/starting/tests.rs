//! What a debtor has sent starts its own next clock; what an officer says of somebody names the debtor.

use model::obligation::{About, State};
use model::organisation::Bilingual;
use model::{Handle, Happening, Obligation, Organisation};

use crate::acts::{Told, emitted, happening};
use crate::calendar::Calendar;
use crate::input::Inputs;
use crate::involved::Involved;
use crate::meeting::discharges;
use crate::obligation::{Case, Graded, owed};
use crate::regime::Pack;
use crate::testing::{at, calendars, handles, provinces};

const NIS2: &str = include_str!("../../../../regimes/eu-nis2.toml");
const DORA: &str = include_str!("../../../../regimes/eu-dora.toml");
const FLAWS: &str = include_str!("../../../../regimes/cn-miit-2021-66.toml");

/// An incident of somebody, under a pack of its own.
struct World {
    pack: Pack,
    calendar: Calendar,
    organisations: Vec<Organisation>,
    grade: &'static str,
    inputs: Inputs,
    happened: Vec<Happening>,
}

fn handle(name: &str) -> Handle {
    name.parse().unwrap()
}

impl World {
    fn new(text: &str, grade: &'static str, inputs: &[&str], roles: &[(&str, &str)]) -> Self {
        let pack = Pack::parse(text, "pack.toml").unwrap_or_else(|findings| panic!("{findings}"));
        let mut calendars = calendars().into_iter();
        let calendar = calendars.find(|one| one.name() == pack.calendar()).unwrap();
        let organisation = |(handle, role): &(&str, &str)| Organisation {
            handle: handle.parse().unwrap(),
            name: Bilingual::default(),
            province: None,
            parent: None,
            roles: vec![(pack.id().clone(), role.parse().unwrap())],
            email: None,
        };
        let organisations = roles.iter().map(organisation).collect();
        let inputs = Inputs::parse(pack.inputs(), inputs.iter().copied()).unwrap();
        Self { pack, calendar, organisations, grade, inputs, happened: Vec::new() }
    }

    fn with<T>(&self, ask: impl FnOnce(&Involved<'_>) -> T) -> T {
        let finder = self.organisations[0].handle.clone();
        ask(&Involved {
            organisations: &self.organisations,
            responsible: &handles(&[]),
            provinces: &provinces(&[]),
            finder: &finder,
            desk: &finder,
        })
    }

    fn owed(&self) -> Vec<Obligation> {
        let all = self.with(|involved| {
            let known_at = at("2026-10-23T10:00:00+02:00");
            let (grade, graded_at) = (self.grade.parse().unwrap(), Graded::Set(known_at));
            let (inputs, happened) = (&self.inputs, self.happened.as_slice());
            let involved = *involved;
            let case = Case { grade: &grade, inputs, involved, known_at, graded_at, happened };
            owed(&self.pack, &self.calendar, &case).unwrap()
        });
        let recorded = |(number, owed): (u64, crate::obligation::Owed)| {
            let id = format!("00000000-0000-7000-8000-{number:012}").parse().unwrap();
            let incident = "00000000-0000-7000-8000-000000000000".parse().unwrap();
            owed.on_record(id, About::Incident(incident))
        };
        (1..).zip(all).map(recorded).collect()
    }

    fn one(&self, duty: &str) -> Obligation {
        let mut all = self.owed().into_iter();
        all.find(|one| one.terms.duty.as_str() == duty).unwrap_or_else(|| panic!("{duty} is owed"))
    }

    /// Somebody sends what it owes, at that instant.
    fn send(&mut self, duty: &str, when: &str) {
        let (done, known) = (self.one(duty), self.happened.clone());
        let told = self
            .with(|involved| emitted(&self.pack, involved, &known, &done, (at(when), "receipt 4")));
        self.happened.extend(told);
    }

    fn tell(&mut self, trigger: &str, to: Option<&str>, when: &str) {
        let told = Told {
            incident: "00000000-0000-7000-8000-000000000000".parse().unwrap(),
            trigger: trigger.to_owned(),
            to: to.map(handle),
            from: None,
            at: at(when),
            evidence: "log 7".to_owned(),
        };
        let told = self.with(|involved| happening(&self.pack, involved, &self.happened, told));
        self.happened.push(told.unwrap());
    }
}

fn nis2() -> World {
    let roles = [("bakery", "entity"), ("mill", "entity"), ("response-team", "csirt")];
    World::new(NIS2, "significant", &["severe_disruption=yes", "trust_service=no"], &roles)
}

#[test]
fn the_final_report_is_due_a_month_after_the_notification_was_sent() {
    let mut world = nis2();
    assert_eq!(world.one("final").state, State::Latent);
    world.send("notification", "2026-10-26T09:00:00+01:00");
    let [sent] = world.happened.as_slice() else { panic!("{:?}", world.happened) };
    assert_eq!(
        (sent.trigger.as_str(), sent.to.clone()),
        ("entity.notified", Some(handle("bakery")))
    );
    let last = world.one("final");
    assert_eq!(last.state.clock().unwrap().since, at("2026-10-26T09:00:00+01:00"));
    assert_eq!(last.due(), Some(at("2026-11-27T00:00:00+01:00")));
    let debtors: Vec<Handle> = world.owed().into_iter().map(|one| one.debtor).collect();
    assert!(!debtors.contains(&handle("mill")), "another entity has nothing to do with it");
}

#[test]
fn what_one_has_sent_starts_nobody_else_s_clock() {
    let mut world = nis2();
    world.tell("entity.notified", Some("bakery"), "2026-10-26T09:00:00+01:00");
    world.happened[0].to = Some(handle("mill"));
    assert_eq!(world.one("final").state, State::Latent);
}

#[test]
fn one_notification_settles_both_limits_of_the_financial_rules_and_starts_the_next() {
    let roles = [("bank", "entity"), ("supervisor", "authority")];
    let inputs = ["major=yes", "no_weekend_rule=no", "classified_late=no"];
    let mut world = World::new(DORA, "major", &inputs, &roles);
    world.tell("entity.classified", None, "2026-10-23T14:00:00+02:00");
    let (first, latest) = (world.one("initial"), world.one("initial_latest"));
    assert!(first.due().unwrap() < latest.due().unwrap());
    let all = world.owed();
    let open: Vec<&Obligation> = all.iter().collect();
    assert_eq!(discharges(&first, &open), [latest.id]);
    assert_eq!(discharges(&latest, &open), [first.id]);
    world.send("initial", "2026-10-23T17:00:00+02:00");
    world.send("initial_latest", "2026-10-23T17:00:00+02:00");
    assert_eq!(world.happened.len(), 2, "the notification was sent once: {:?}", world.happened);
    // 72 hours from Friday 17:00 end on Monday, after the clocks were put back.
    assert_eq!(world.one("intermediate").due(), Some(at("2026-10-26T16:00:00+01:00")));
}

#[test]
fn whom_an_officer_names_owes_from_when_it_was_told() {
    let roles = [
        ("maker", "provider"),
        ("net-one", "operator"),
        ("net-two", "operator"),
        ("site", "platform"),
    ];
    let mut world = World::new(FLAWS, "vulnerability", &["in_product=yes"], &roles);
    let remedies = |world: &World| -> Vec<(String, bool)> {
        let all = world.owed().into_iter();
        let own = all.filter(|one| one.terms.duty.as_str() == "operator_remedy");
        own.map(|one| (one.debtor.to_string(), one.state.clock().is_some())).collect()
    };
    assert_eq!(remedies(&world), []);
    world.tell("operator.aware", Some("net-two"), "2026-10-24T10:00:00+08:00");
    assert_eq!(remedies(&world), [("net-two".to_owned(), true)]);
}
