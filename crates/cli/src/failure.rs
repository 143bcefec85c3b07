//! Failures as people read them.

use std::error::Error;
use std::process::ExitCode;

use crate::output;

/// Writes an error and its causes in one sentence, from the outside in. A cause that its error quotes is not repeated.
pub(crate) fn sentence(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}

/// Ends a command: a failure is one sentence on standard error, and exit code 1.
pub(crate) fn exit(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(sentence(&*error));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{error, fmt, io};

    use super::sentence;

    #[derive(Debug)]
    struct Outer(&'static str, io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl error::Error for Outer {
        fn source(&self) -> Option<&(dyn error::Error + 'static)> {
            Some(&self.1)
        }
    }

    #[test]
    fn causes_follow_once() {
        let denied = || io::Error::other("permission denied");
        assert_eq!(sentence(&Outer("cannot lock a/LOCK", denied())), "cannot lock a/LOCK: permission denied");
        assert_eq!(
            sentence(&Outer("cannot lock: permission denied", denied())),
            "cannot lock: permission denied"
        );
    }
}
