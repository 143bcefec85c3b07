//! Comparing everything that can be read.

use funclet::{Error, Lambda, ListFunctionsRequest, ListVersionsByFunctionRequest, Version};

use super::Model;
use super::answer::{Answer, Observation};
use super::expectation::{Expectation, Mismatch};
use super::operation::Operation;

impl Model {
    /// Reads everything from an engine that nobody changes meanwhile, and compares: which functions there are, `$LATEST`
    /// and every version of them by each operation that shows it, and that deleted versions are gone.
    ///
    /// # Errors
    /// What is wrong, or why the engine did not answer.
    pub fn compare(&mut self, lambda: &Lambda) -> Result<(), String> {
        let names = function_names(lambda).map_err(|error| format!("ListFunctions fails: {error}"))?;
        let expected: Vec<_> = self.functions.keys().cloned().collect();
        if names != expected {
            return Err(format!("there are the functions {names:?}, expected {expected:?}"));
        }
        for name in expected {
            for operation in self.reads(&name) {
                let answer = operation.run(lambda).map_err(|error| format!("{operation} fails: {error}"))?;
                self.step(&operation, &answer).map_err(|mismatch| mismatch.to_string())?;
            }
            self.compare_list(lambda, name)?;
        }
        Ok(())
    }

    fn reads(&self, name: &str) -> Vec<Operation> {
        let numbers = self.functions.get(name).into_iter().flat_map(|function| function.numbers());
        let versions = std::iter::once(Version::Latest).chain(numbers);
        versions
            .flat_map(|version| {
                let function = name.to_owned();
                [
                    Operation::GetFunction { function: function.clone(), version },
                    Operation::GetFunctionConfiguration { function, version },
                ]
            })
            .collect()
    }

    /// Compares all pages of the list of versions.
    fn compare_list(&mut self, lambda: &Lambda, function: String) -> Result<(), String> {
        let listed =
            versions(lambda, &function).map_err(|error| format!("the list of {function}: {error}"))?;
        let versions = self.functions.get(&function).map(|function| function.all().collect());
        let expectation = Expectation::Versions { versions: versions.unwrap_or_default(), more: false };
        let answer = Answer::Versions { versions: listed, more: false };
        self.meet(&function, &expectation, &answer).map_err(|complaint| {
            let operation = Operation::ListVersionsByFunction { function, max_items: None };
            Mismatch::new(complaint, &operation, expectation, &answer).to_string()
        })
    }
}

/// Lists all functions, in byte order.
fn function_names(lambda: &Lambda) -> Result<Vec<String>, Error> {
    let (mut names, mut request) = (Vec::new(), ListFunctionsRequest::default());
    loop {
        let page = lambda.list_functions(request.clone())?;
        names.extend(page.functions.iter().map(|function| function.function_name.to_string()));
        let Some(marker) = page.next_marker else { return Ok(names) };
        request.marker = Some(marker);
    }
}

/// Lists all versions of a function.
fn versions(lambda: &Lambda, function: &str) -> Result<Vec<Observation>, Error> {
    let mut versions = Vec::new();
    let function_name = Some(function.to_owned());
    let mut request = ListVersionsByFunctionRequest { function_name, ..Default::default() };
    loop {
        let page = lambda.list_versions_by_function(request.clone())?;
        versions.extend(page.versions.iter().map(Observation::from));
        let Some(marker) = page.next_marker else { return Ok(versions) };
        request.marker = Some(marker);
    }
}
