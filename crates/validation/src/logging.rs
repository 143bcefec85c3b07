//! Logging: formats, levels, the log group.

use crate::admitted::{admitted, admitted_option};
use crate::constraint::{Shape, TextRules};
use crate::enumeration::enumeration;
use crate::function_name::FunctionName;
use crate::pattern::Pattern;
use crate::rejection::Rejection;
use crate::structure::structure;

enumeration! {
    /// The form of log lines.
    #[derive(Default)]
    pub enum LogFormat {
        /// JSON objects.
        Json = "JSON",
        /// Plain text, the default.
        #[default]
        Text = "Text",
    }
}

enumeration! {
    /// The least level of the function's own lines that are kept.
    #[derive(Default)]
    pub enum ApplicationLogLevel {
        /// Everything.
        Trace = "TRACE",
        /// Debug and above.
        Debug = "DEBUG",
        /// Information and above; the default with JSON.
        #[default]
        Info = "INFO",
        /// Warnings and above.
        Warn = "WARN",
        /// Errors and above.
        Error = "ERROR",
        /// Fatal errors only.
        Fatal = "FATAL",
    }
}

enumeration! {
    /// The least level of the service's lines that are kept.
    #[derive(Default)]
    pub enum SystemLogLevel {
        /// Debug and above.
        Debug = "DEBUG",
        /// Information and above; the default with JSON.
        #[default]
        Info = "INFO",
        /// Warnings only.
        Warn = "WARN",
    }
}

static LOG_GROUP: Pattern = Pattern::regex(r"[\.\-_/#A-Za-z0-9]+");

structure! {
    /// The member `LoggingConfig` of a request.
    pub struct LoggingConfig {
        /// One of [`LogFormat::VALUES`].
        optional log_format: String = "LogFormat", Shape::String(TextRules::one_of(LogFormat::VALUES));
        /// One of [`ApplicationLogLevel::VALUES`]; only with JSON.
        optional application_log_level: String = "ApplicationLogLevel",
            Shape::String(TextRules::one_of(ApplicationLogLevel::VALUES));
        /// One of [`SystemLogLevel::VALUES`]; only with JSON.
        optional system_log_level: String = "SystemLogLevel",
            Shape::String(TextRules::one_of(SystemLogLevel::VALUES));
        /// The name of a CloudWatch log group.
        optional log_group: String = "LogGroup", Shape::String(TextRules::ANY.length(1, 512).pattern(&LOG_GROUP));
    }
}

/// Where and how a function logs, with the defaults of the service filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggingSettings {
    /// The form of log lines.
    pub log_format: LogFormat,
    /// The least level of the function's own lines; there with JSON only.
    pub application_log_level: Option<ApplicationLogLevel>,
    /// The least level of the service's lines; there with JSON only.
    pub system_log_level: Option<SystemLogLevel>,
    /// The name of the log group.
    pub log_group: String,
}

impl LoggingSettings {
    /// Returns what a new function has that asks for nothing: text in `/aws/lambda/NAME` (recorded from AWS).
    #[must_use]
    pub fn default_of(name: &FunctionName) -> Self {
        Self {
            log_format: LogFormat::Text,
            application_log_level: None,
            system_log_level: None,
            log_group: format!("/aws/lambda/{name}"),
        }
    }

    /// Returns what comes of an admitted member: what it does not say stays (recorded from AWS). JSON without levels means
    /// INFO, and without JSON there are no levels (recorded from AWS).
    ///
    /// # Errors
    /// A level without JSON. The text is the one that LocalStack gives; not recorded.
    pub(crate) fn merged(&self, config: LoggingConfig) -> Result<Self, Rejection> {
        let mut settings = self.clone();
        if let Some(group) = config.log_group {
            settings.log_group = group;
        }
        if let Some(format) = config.log_format {
            settings.log_format = admitted(&format);
        }
        match settings.log_format {
            LogFormat::Json => {
                let application =
                    admitted_option(config.application_log_level).or(self.application_log_level);
                let system = admitted_option(config.system_log_level).or(self.system_log_level);
                settings.application_log_level = Some(application.unwrap_or_default());
                settings.system_log_level = Some(system.unwrap_or_default());
            }
            LogFormat::Text if config.application_log_level.or(config.system_log_level).is_some() => {
                return Err(Rejection::invalid(LEVEL_WITHOUT_JSON));
            }
            LogFormat::Text => {
                settings.application_log_level = None;
                settings.system_log_level = None;
            }
        }
        Ok(settings)
    }
}

const LEVEL_WITHOUT_JSON: &str = "LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from \
     your request or change the LogFormat to \"JSON\" and try again.";

#[cfg(test)]
mod tests {
    use super::{
        ApplicationLogLevel, LEVEL_WITHOUT_JSON, LogFormat, LoggingConfig, LoggingSettings, SystemLogLevel,
    };

    fn resolve(config: LoggingConfig) -> Result<LoggingSettings, String> {
        let settings = LoggingSettings::default_of(&"hello".parse().unwrap());
        settings.merged(config).map_err(|rejection| rejection.to_string())
    }

    #[test]
    fn defaults() {
        let settings = resolve(LoggingConfig::default()).unwrap();
        assert_eq!(settings.log_format, LogFormat::Text);
        assert_eq!(settings.log_group, "/aws/lambda/hello");
        assert_eq!((settings.application_log_level, settings.system_log_level), (None, None));
    }

    #[test]
    fn json_means_information() {
        let config = LoggingConfig {
            log_format: Some("JSON".into()),
            application_log_level: Some("TRACE".into()),
            log_group: Some("mine".into()),
            ..LoggingConfig::default()
        };
        let settings = resolve(config).unwrap();
        assert_eq!(settings.log_group, "mine");
        assert_eq!(settings.application_log_level, Some(ApplicationLogLevel::Trace));
        assert_eq!(settings.system_log_level, Some(SystemLogLevel::Info));
    }

    /// Recorded from AWS, but for the levels that stay.
    #[test]
    fn what_is_not_given_stays() {
        let json = LoggingConfig {
            log_format: Some("JSON".into()),
            system_log_level: Some("DEBUG".into()),
            log_group: Some("mine".into()),
            ..LoggingConfig::default()
        };
        let settings = resolve(json).unwrap();
        let level = LoggingConfig { application_log_level: Some("WARN".into()), ..LoggingConfig::default() };
        let settings = settings.merged(level).unwrap();
        assert_eq!((settings.log_format, settings.log_group.as_str()), (LogFormat::Json, "mine"));
        assert_eq!(settings.application_log_level, Some(ApplicationLogLevel::Warn));
        assert_eq!(settings.system_log_level, Some(SystemLogLevel::Debug));

        let text = LoggingConfig { log_format: Some("Text".into()), ..LoggingConfig::default() };
        let settings = settings.merged(text).unwrap();
        assert_eq!((settings.log_format, settings.log_group.as_str()), (LogFormat::Text, "mine"));
        assert_eq!((settings.application_log_level, settings.system_log_level), (None, None));
    }

    #[test]
    fn levels_need_json() {
        for log_format in [None, Some("Text".to_owned())] {
            let config = LoggingConfig {
                log_format,
                system_log_level: Some("WARN".into()),
                ..LoggingConfig::default()
            };
            assert_eq!(resolve(config), Err(LEVEL_WITHOUT_JSON.to_owned()));
        }
    }
}
