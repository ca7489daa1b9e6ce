//! A calendar is amended while obligations run.

use super::*;

/// The calendar as it is, and as it was before the Spring Festival of 2020 was made longer.
fn versions() -> (String, String) {
    let now = include_str!("../../../../calendars/cn.toml").to_owned();
    let current = rules::Calendar::parse(&now, "cn.toml").unwrap();
    let amended = "{ from = 2020-01-24, to = 2020-02-02, for";
    let worked = "  { on = 2020-01-19, for = \"spring-festival\" },\n";
    assert_eq!(now.matches(amended).count(), 1, "the file has another shape by now");
    // As that version knew no former ones, neither does this.
    let own = now.split("\n[[former]]").next().unwrap();
    let before = own
        .replacen(&format!("\"{}\"", current.version()), "\"2019-11\"", 1)
        .replacen(amended, "{ from = 2020-01-24, to = 2020-01-30, for", 1)
        .replacen(
            worked,
            &format!("{worked}  {{ on = 2020-02-01, for = \"spring-festival\" }},\n"),
            1,
        );
    (before, now)
}

fn law_by(calendar: &str) -> Law {
    let pack = include_str!("../../../../regimes/cn-miit-2009-157.toml");
    let (packs, calendars) = ([source("pack", pack)], [source("calendar", calendar)]);
    Law::read(&packs, &calendars, Provisional::Refused).unwrap()
}

async fn due(app: &App) -> (String, String) {
    let page = app.obligations(&console(), crate::reading::Which::Ours, 9, None).await.unwrap();
    let row = page.rows.into_iter().find(|row| row.duty == "M6").unwrap();
    let ObligationState::Running { due: Some(due), .. } = row.state else { panic!("it runs") };
    (due.to_string(), row.calendar)
}

#[tokio::test]
async fn an_amended_calendar_moves_what_runs_and_says_so_once() {
    let (before, now) = versions();
    let regime: model::PackId = "cn.miit.2009-157".parse().unwrap();
    let settings = Settings {
        own: "coordination-centre".parse().unwrap(),
        regimes: vec![regime.clone()],
        regardless: vec![regime],
    };
    // The pack's own cases reach into years that the older version did not know: both know all here.
    let world = World::under(law_by(&before), settings.clone()).await;
    world.at("2020-01-22T04:00:00Z");
    let rows = INFECTED.replace("2026-11-20", "2020-01-22");
    world.ingest("coordination-centre", &rows).await;
    world.app.assess_lately(2, &mut |_| {}).await.unwrap();
    let (first, by) = due(&world.app).await;
    // Thu 23, Fri 31, make-up Sat 1 February, Mon 3, Tue 4.
    assert_eq!((first.as_str(), by.as_str()), ("2020-02-04T16:00:00Z", "cn@2019-11"));
    assert_eq!(world.app.recount().await.unwrap().counted, 0, "the calendar is what it was");

    let home = Home::new(world.directory.path());
    let app = App::open(home, Arc::new(law_by(&now)), clock(&world.now), settings).await.unwrap();
    let recounted = app.recount().await.unwrap();
    assert_eq!(recounted.moved.len(), 1);
    assert!(recounted.undecided.is_empty());
    let (second, by) = due(&app).await;
    // Thu 23, Mon 3 to Thu 6 February.
    assert_eq!(second, "2020-02-06T16:00:00Z");
    assert_ne!(by, "cn@2019-11");
    let number = "INC-2020-0001";
    let acts = app.store.journal_of(&console(), number, 9).await.unwrap();
    let act = acts.iter().find(|act| act.act == "obligation.recounted").unwrap();
    assert!(act.details.contains(&first) && act.details.contains(&second), "{}", act.details);
    let entries = app.acts(&console(), 1000, None).await.unwrap().len();
    assert_eq!(app.recount().await.unwrap().counted, 0, "run twice, it does nothing");
    assert_eq!(app.acts(&console(), 1000, None).await.unwrap().len(), entries);
}
