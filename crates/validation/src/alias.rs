//! Aliases: their names, and how they share invocations out between two versions.

use crate::admitted::admitted;
use crate::constraint::{Bounds, MapRules, Shape, TextRules};
use crate::pattern::Pattern;
use crate::qualifier::Qualifier;
use crate::rejection::Rejection;
use crate::structure::structure;
use crate::text::text;
use crate::text_map::TextMap;

static ALIAS_NAME: Pattern = Pattern::function("(?!^[0-9]+$)([a-zA-Z0-9-_]+)", is_alias);

/// Decides the pattern, whose look-ahead asks that the name does not consist of digits alone.
pub(crate) fn is_alias(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.bytes().all(plain) && !text.bytes().all(|byte| byte.is_ascii_digit())
}

static VERSION: Pattern = Pattern::regex(r"(\$LATEST(\.PUBLISHED)?|[0-9]+)");

static ADDITIONAL_VERSION: Pattern = Pattern::regex("[0-9]+");

/// `Name` of the operations about aliases.
pub(crate) const ALIAS_NAME_SHAPE: Shape = Shape::String(AliasName::RULES);

/// `FunctionVersion` of the operations about aliases.
pub(crate) const FUNCTION_VERSION_SHAPE: Shape =
    Shape::String(TextRules::ANY.length(1, 1024).pattern(&VERSION));

/// `AdditionalVersionWeights`. The words of its complaints are recorded from AWS.
const ADDITIONAL_VERSION_WEIGHTS_SHAPE: Shape = Shape::Map(MapRules {
    key: TextRules::ANY.length(1, 1024).pattern(&ADDITIONAL_VERSION),
    value: &Shape::Double(Bounds::within(0.0, 1.0)),
    length: Bounds::NONE,
});

text! {
    /// The name of an alias: 1 to 128 letters, digits, `-` and `_`, but not digits alone (recorded from AWS).
    ///
    /// ```
    /// use funclet_validation::AliasName;
    ///
    /// assert_eq!("2024-01-02".parse::<AliasName>()?.as_str(), "2024-01-02");
    /// assert!("2024".parse::<AliasName>().is_err());
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    pub struct AliasName = "the name of an alias (letters, digits, - _, not digits alone)",
        TextRules::ANY.length(1, 128).pattern(&ALIAS_NAME);
}

structure! {
    /// The member `RoutingConfig` of the operations about aliases.
    pub struct AliasRoutingConfiguration {
        /// Other versions, and the share of invocations that each gets, 0 to 1.
        optional additional_version_weights: TextMap<f64> = "AdditionalVersionWeights",
            ADDITIONAL_VERSION_WEIGHTS_SHAPE;
    }
}

/// The second version of an alias, beside the one that it points to.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasRoute {
    /// The version: a number, or digits that no version has (leading zeros, more than 64 bits).
    pub version: Qualifier,
    /// The share of invocations that it gets, 0 to 1.
    pub weight: f64,
}

impl AliasRoute {
    /// Takes the one route of an admitted member. No weights, absent or empty, are no route.
    ///
    /// # Errors
    /// [`Rejection::InvalidParameterValue`] for more than one (recorded from AWS).
    pub(crate) fn of(member: Option<AliasRoutingConfiguration>) -> Result<Option<Self>, Rejection> {
        let weights = member.and_then(|config| config.additional_version_weights).unwrap_or_default();
        if weights.len() > 1 {
            return Err(Rejection::invalid(
                "Number of items in AdditionalVersionWeights cannot be greater than 1",
            ));
        }
        let route = weights.into_iter().next();
        Ok(route.map(|(version, weight)| Self { version: admitted(&version), weight }))
    }

    /// Tells whether an alias that points to `target` may have this route.
    ///
    /// Requests that have both are judged already; UpdateAlias may have one of them, with the other being stored.
    ///
    /// # Errors
    /// [`Rejection::LatestWithRouting`] if the target is `$LATEST`, [`Rejection::InvalidParameterValue`] if the route
    /// leads to the target. Both texts are recorded from AWS.
    ///
    /// ```
    /// use funclet_validation::{AliasRoute, Qualifier};
    ///
    /// let route = AliasRoute { version: "1".parse()?, weight: 0.5 };
    /// assert!(route.fit(&"2".parse()?).is_ok());
    /// assert_eq!(
    ///     route.fit(&Qualifier::Latest).unwrap_err().to_string(),
    ///     "$LATEST is not supported for an alias pointing to more than 1 version",
    /// );
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    pub fn fit(&self, target: &Qualifier) -> Result<(), Rejection> {
        if *target == Qualifier::Latest {
            return Err(Rejection::LatestWithRouting);
        }
        if *target == self.version {
            return Err(Rejection::invalid(format!(
                "Invalid function version {target}. Function version {target} is already included in routing \
                 configuration."
            )));
        }
        Ok(())
    }
}
