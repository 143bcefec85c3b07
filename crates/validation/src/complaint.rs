//! Complaints about members, in the words of the service.

use std::fmt;

/// A rule that a member breaks.
///
/// Prints as `Value 'V' at 'path' failed to satisfy constraint: RULE` (recorded from AWS).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub(crate) path: String,
    pub(crate) value: Shown,
    pub(crate) constraint: String,
}

/// How a complaint shows the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// `Value null at`.
    Null,
    /// `Value at`, for members that the model marks as sensitive (quoted in public reports about
    /// `environment.variables`).
    Hidden,
    /// `Value 'text' at`, in its whole length.
    Text(String),
}

impl Complaint {
    /// Returns the place of the member: names with a small first letter, joined by dots (`vpcConfig.subnetIds`).
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the value as it is printed; none if the member is absent or its value is kept out of the text.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match &self.value {
            Shown::Text(text) => Some(text),
            Shown::Null | Shown::Hidden => None,
        }
    }

    /// Returns the text of the rule, for example `Member must not be null`.
    #[must_use]
    pub fn constraint(&self) -> &str {
        &self.constraint
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Shown::Null => f.write_str("Value null")?,
            Shown::Hidden => f.write_str("Value")?,
            Shown::Text(text) => write!(f, "Value '{text}'")?,
        }
        write!(f, " at '{}' failed to satisfy constraint: {}", self.path, self.constraint)
    }
}

/// All complaints about a request at once (`ValidationException`). There is at least one.
///
/// ```
/// use funclet_validation::{Caller, DeleteFunctionRequest};
///
/// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
/// let rejection = DeleteFunctionRequest::default().validate(&caller).unwrap_err();
/// assert_eq!(
///     rejection.to_string(),
///     "1 validation error detected: Value null at 'functionName' failed to satisfy constraint: \
///      Member must not be null",
/// );
/// # Ok::<(), funclet_validation::InvalidText>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    complaints: Vec<Complaint>,
}

impl ValidationError {
    /// Makes the error of complaints, unless there are none.
    pub(crate) fn of(complaints: Vec<Complaint>) -> Result<(), Self> {
        if complaints.is_empty() { Ok(()) } else { Err(Self { complaints }) }
    }

    /// Returns the complaints, in the order of the request's table.
    #[must_use]
    pub fn complaints(&self) -> &[Complaint] {
        &self.complaints
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.complaints.len();
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "{count} validation error{plural} detected: ")?;
        for (index, complaint) in self.complaints.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{complaint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ValidationError {}
