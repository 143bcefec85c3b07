//! Who is asked.

use std::error::Error;

use crate::conformance::Setting;

/// A request as it goes out, without the name of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// Path and query, percent-encoded.
    pub target: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
}

/// An answer as it came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Tells whether the call succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the type of an error: the header `x-amzn-ErrorType` up to the colon that some services put after it.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.header("x-amzn-errortype").and_then(|value| value.split(':').next())
    }
}

/// A function whose state is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Wait<'a> {
    /// Account and region.
    pub setting: &'a Setting,
    /// The function as the case names it: a name or an ARN.
    pub function: &'a str,
    /// The name of the waiter.
    pub waiter: &'a str,
}

/// Why a step could not be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// There was no answer.
    #[error("no answer")]
    NoAnswer(#[source] Box<dyn Error + Send + Sync>),
    /// The state was not reached.
    #[error("{waiter} of {function} was not reached")]
    NotReached {
        /// The name of the waiter.
        waiter: String,
        /// The function.
        function: String,
    },
    /// The client cannot do this.
    #[error("{0} is not offered by this client")]
    NotOffered(String),
}

/// Somebody who can be asked: an endpoint, or an engine in this process.
pub trait Client {
    /// Sends a request and returns the answer, an error of the service as well.
    ///
    /// # Errors
    /// [`ClientError::NoAnswer`].
    fn send(&self, request: &Request) -> Result<Answer, ClientError>;

    /// Returns as soon as `reached` finds the state; it asks the service.
    ///
    /// Whoever decides when transitions happen completes those of the function and of its versions now, and not before.
    ///
    /// # Errors
    /// [`ClientError::NotReached`], and what `reached` returns.
    fn wait(
        &self,
        wait: &Wait<'_>,
        reached: &mut dyn FnMut() -> Result<bool, ClientError>,
    ) -> Result<(), ClientError>;

    /// Puts an object into a bucket.
    ///
    /// # Errors
    /// [`ClientError::NotOffered`] unless implemented.
    fn put_object(&self, _bucket: &str, _key: &str, _object: Vec<u8>) -> Result<(), ClientError> {
        Err(ClientError::NotOffered("s3:PutObject".to_owned()))
    }

    /// Lets an image exist below a repository; only called if `ecr` is offered.
    ///
    /// # Errors
    /// [`ClientError::NotOffered`] unless implemented.
    fn put_image(&self, _uri: &str, _digest: [u8; 32]) -> Result<(), ClientError> {
        Err(ClientError::NotOffered("ecr".to_owned()))
    }

    /// Tells whether a case that requires this can be played.
    fn offers(&self, _requirement: &str) -> bool {
        false
    }
}
