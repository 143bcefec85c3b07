//! When transitions are finished, as it is given on the command line.

use std::str::FromStr;
use std::time::Duration;

use funclet::Transitions;

/// `--transition-delay`: `0` (at once), a time such as `250ms`, `1s`, `1.5s`, `2m`, or `manual`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TransitionDelay(pub(crate) Transitions);

/// A year: longer is a mistake.
const DELAY_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

impl FromStr for TransitionDelay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "0" => Ok(Self(Transitions::Immediate)),
            "manual" => Ok(Self(Transitions::Manual)),
            _ => match duration(text) {
                Some(delay) if delay <= DELAY_MAX => Ok(Self(Transitions::After(delay))),
                Some(_) => Err("at most a year".to_owned()),
                None => Err("expected 0, a time such as 250ms, 1s or 2m, or `manual`".to_owned()),
            },
        }
    }
}

fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.')?;
    let (number, unit) = text.split_at_checked(end)?;
    let milliseconds = match unit {
        "ms" => 1.0,
        "s" => 1000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Duration::try_from_secs_f64(number * milliseconds / 1000.0).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use funclet::Transitions;

    use super::TransitionDelay;

    #[test]
    fn delays() {
        for (text, milliseconds) in
            [("250ms", 250), ("1s", 1000), ("1.5s", 1500), ("2m", 120_000), ("1h", 3_600_000)]
        {
            let delay = Transitions::After(Duration::from_millis(milliseconds));
            assert_eq!(text.parse(), Ok(TransitionDelay(delay)), "{text}");
        }
        assert_eq!("0".parse(), Ok(TransitionDelay(Transitions::Immediate)));
        assert_eq!("manual".parse(), Ok(TransitionDelay(Transitions::Manual)));
        for text in ["", "1", "s", "-1s", "1 s", "1d", "1.2.3s", "9999999h", "Manual", "é"] {
            assert!(text.parse::<TransitionDelay>().is_err(), "{text}");
        }
    }
}
