//! The account in which a case is played.

/// What stands for `${account}`, `${region}` and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The account, twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// Another region.
    pub other_region: String,
    /// The partition of both.
    pub partition: String,
    /// The bucket that cases may use.
    pub bucket: String,
    /// The part of every id that is drawn for this run of the case.
    pub seed: u64,
}

impl Setting {
    /// Makes a setting in `us-east-1`, with `eu-west-1` as the other region.
    #[must_use]
    pub fn new(account: impl Into<String>, seed: u64) -> Self {
        Self {
            account: account.into(),
            region: "us-east-1".to_owned(),
            other_region: "eu-west-1".to_owned(),
            partition: "aws".to_owned(),
            bucket: "conformance-packages".to_owned(),
            seed,
        }
    }

    /// Returns the ARN of an execution role.
    #[must_use]
    pub fn role(&self) -> String {
        format!("arn:{}:iam::{}:role/conformance-role", self.partition, self.account)
    }

    /// Returns the ARN of the caller.
    #[must_use]
    pub fn user_arn(&self) -> String {
        format!("arn:{}:iam::{}:user/conformance", self.partition, self.account)
    }

    /// Returns the URI of the first or second image repository.
    #[must_use]
    pub fn image_repository(&self, number: u8) -> String {
        format!("{}.dkr.ecr.{}.amazonaws.com/conformance-{number}", self.account, self.region)
    }
}
