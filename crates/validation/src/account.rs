//! AWS account ids.

use crate::constraint::TextRules;
use crate::pattern::Pattern;
use crate::text::text;

static ACCOUNT_ID: Pattern = Pattern::regex(r"\d{12}");

text! {
    /// The id of an AWS account: twelve digits.
    ///
    /// ```
    /// use funclet_validation::AccountId;
    ///
    /// assert_eq!("111122223333".parse::<AccountId>()?.as_str(), "111122223333");
    /// assert!("12345".parse::<AccountId>().is_err());
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    pub struct AccountId = "an account id (twelve digits)", TextRules::ANY.pattern(&ACCOUNT_ID);
}
