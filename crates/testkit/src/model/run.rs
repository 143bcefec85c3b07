//! Carrying operations out on an engine.

use funclet::{
    CreateFunctionRequest, DeleteFunctionRequest, Error, FunctionCode, GetFunctionConfigurationRequest,
    GetFunctionRequest, Lambda, ListVersionsByFunctionRequest, PublishVersionRequest,
    UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest, Version,
};

use super::answer::Answer;
use super::operation::Operation;
use crate::linearizability::Outcome;

impl Operation {
    /// Carries it out and returns what was answered; a refusal is an answer, too.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`], [`Error::OutcomeUnknown`], [`Error::Full`] and [`Error::Failed`], which are no answers.
    pub fn run(&self, lambda: &Lambda) -> Result<Answer, Error> {
        self.ask(lambda).or_else(Answer::of_error)
    }

    /// Carries it out as something to record.
    ///
    /// ```
    /// use funclet::{Funclet, Version};
    /// use funclet_testkit::linearizability::{Recorder, check};
    /// use funclet_testkit::model::{Model, Operation};
    ///
    /// let (lambda, recorder) = (Funclet::in_memory().lambda(), Recorder::new());
    /// let get = Operation::GetFunction { function: "hello".into(), version: Version::Latest };
    /// recorder.call(0, get, |operation| operation.outcome(&lambda));
    /// check(&Model::default(), &recorder.into_history()).unwrap();
    /// ```
    pub fn outcome(&self, lambda: &Lambda) -> Outcome<Answer> {
        match self.run(lambda) {
            Ok(answer) => Outcome::Answered(answer),
            Err(Error::OutcomeUnknown { .. }) => Outcome::Unknown,
            Err(_) => Outcome::NotDone,
        }
    }

    fn ask(&self, lambda: &Lambda) -> Result<Answer, Error> {
        let function_name = Some(self.function().to_owned());
        match self.clone() {
            Self::CreateFunction { package, publish, .. } => {
                let caller = lambda.caller();
                let request = CreateFunctionRequest {
                    function_name,
                    publish: Some(publish),
                    runtime: Some("python3.13".into()),
                    handler: Some("index.handler".into()),
                    role: Some(format!("arn:{}:iam::{}:role/any", caller.region.partition(), caller.account)),
                    code: Some(FunctionCode { zip_file: Some(package), ..FunctionCode::default() }),
                    ..CreateFunctionRequest::default()
                };
                lambda.create_function(request).map(Answer::from)
            }
            Self::UpdateFunctionCode { package, publish, dry_run, revision_id, .. } => {
                let request = UpdateFunctionCodeRequest {
                    function_name,
                    zip_file: Some(package),
                    publish: Some(publish),
                    dry_run: Some(dry_run),
                    revision_id,
                    ..UpdateFunctionCodeRequest::default()
                };
                lambda.update_function_code(request).map(Answer::from)
            }
            Self::UpdateFunctionConfiguration { description, revision_id, .. } => {
                let request = UpdateFunctionConfigurationRequest {
                    function_name,
                    description,
                    revision_id,
                    ..UpdateFunctionConfigurationRequest::default()
                };
                lambda.update_function_configuration(request).map(Answer::from)
            }
            Self::PublishVersion { description, code_sha256, revision_id, .. } => {
                let request = PublishVersionRequest {
                    function_name,
                    description,
                    code_sha256,
                    revision_id,
                    ..PublishVersionRequest::default()
                };
                lambda.publish_version(request).map(Answer::from)
            }
            Self::GetFunction { version, .. } => {
                let request = GetFunctionRequest { function_name, qualifier: qualifier(version) };
                lambda.get_function(request).map(|detail| Answer::from(detail.configuration))
            }
            Self::GetFunctionConfiguration { version, .. } => {
                let qualifier = qualifier(version);
                let request = GetFunctionConfigurationRequest { function_name, qualifier };
                lambda.get_function_configuration(request).map(Answer::from)
            }
            Self::ListVersionsByFunction { max_items, .. } => {
                let max_items = max_items.map(i64::from);
                let request = ListVersionsByFunctionRequest { function_name, marker: None, max_items };
                lambda.list_versions_by_function(request).map(Answer::from)
            }
            Self::DeleteFunction { version, .. } => {
                let qualifier = version.map(|number| number.to_string());
                let request = DeleteFunctionRequest { function_name, qualifier };
                lambda.delete_function(request).map(|()| Answer::Deleted)
            }
        }
    }
}

fn qualifier(version: Version) -> Option<String> {
    match version {
        Version::Latest => None,
        Version::Number(number) => Some(number.to_string()),
    }
}
