//! AWS regions and their partitions.

use crate::constraint::TextRules;
use crate::pattern::Pattern;
use crate::text::text;

/// The part for the region of the patterns about names, as the service prints it.
static REGION: Pattern = Pattern::regex(r"(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}");

text! {
    /// The name of an AWS region, for example `eu-central-1`.
    ///
    /// Any text of the form that the service's patterns ask for is accepted, known to exist or not.
    ///
    /// ```
    /// use funclet_validation::Region;
    ///
    /// let region: Region = "us-gov-west-1".parse()?;
    /// assert_eq!(region.partition(), "aws-us-gov");
    /// assert!("invalid-region".parse::<Region>().is_err());
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    pub struct Region = "a region (as in us-east-1)", TextRules::ANY.pattern(&REGION);
}

/// Beginnings of region names and the partitions they lie in; the first that fits decides.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eusc-", "aws-eusc"),
];

impl Region {
    /// Returns the partition that the region lies in, as it stands in ARNs.
    ///
    /// Source: the partitions file of the AWS SDKs.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        let known = PARTITIONS.iter().find(|(start, _)| self.as_str().starts_with(start));
        known.map_or("aws", |(_, partition)| partition)
    }
}

#[cfg(test)]
mod tests {
    use super::Region;

    #[test]
    fn partitions() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("ap-southeast-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(region.parse::<Region>().unwrap().partition(), partition, "{region}");
        }
    }

    #[test]
    fn what_is_no_region() {
        for text in ["", "us-east", "us-east-11", "US-EAST-1", "invalid-region", "us-east-1:", "usa-east-1"] {
            assert!(text.parse::<Region>().is_err(), "{text}");
        }
    }
}
