//! Alarms: how much of its time a running clock has used.

use jiff::Timestamp;
use model::obligation::Running;

/// How much has been used: each step includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    Half,
    ThreeQuarters,
    NineTenths,
    /// The due instant has come; at that very instant a filing is still on time.
    All,
}

impl Alarm {
    /// In hundredths.
    pub fn percent(self) -> u8 {
        match self {
            Self::Half => 50,
            Self::ThreeQuarters => 75,
            Self::NineTenths => 90,
            Self::All => 100,
        }
    }
}

/// What rings at `now`; nothing for a clock without a due time or with more than half of it left.
pub fn alarm(running: &Running, now: Timestamp) -> Option<Alarm> {
    let due = running.due?.as_microsecond();
    let since = running.since.as_microsecond();
    // Microseconds of ten thousand years, ten times over, fit into 64 bits.
    let (used, allowed) = (now.as_microsecond().saturating_sub(since), due.saturating_sub(since));
    if now.as_microsecond() >= due {
        Some(Alarm::All)
    } else if used.saturating_mul(10) >= allowed.saturating_mul(9) {
        Some(Alarm::NineTenths)
    } else if used.saturating_mul(4) >= allowed.saturating_mul(3) {
        Some(Alarm::ThreeQuarters)
    } else if used.saturating_mul(2) >= allowed {
        Some(Alarm::Half)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rings(minutes: i64) -> Option<u8> {
        let at = |minutes: i64| Timestamp::from_second(1_780_000_000 + minutes * 60).unwrap();
        let running = Running {
            since: at(0),
            due: Some(at(120)),
            explanation: model::organisation::Bilingual::default(),
        };
        alarm(&running, at(minutes)).map(Alarm::percent)
    }

    #[test]
    fn each_step_rings_from_its_own_instant_on() {
        let rung = [-5, 0, 59, 60, 89, 90, 107, 108, 119, 120, 900].map(rings);
        let wanted = [
            None,
            None,
            None,
            Some(50),
            Some(50),
            Some(75),
            Some(75),
            Some(90),
            Some(90),
            Some(100),
            Some(100),
        ];
        assert_eq!(rung, wanted);
    }

    #[test]
    fn without_a_due_time_nothing_rings() {
        let running = Running {
            since: Timestamp::UNIX_EPOCH,
            due: None,
            explanation: model::organisation::Bilingual::default(),
        };
        assert_eq!(alarm(&running, Timestamp::MAX), None);
    }
}
