//! Bodies of requests as AWS's clients write them.

/// Encodes bytes as JSON carries them: base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

/// The body of a CreateFunction with the least that it needs. `name` is put in as it is.
///
/// ```
/// let body = funclet_testkit::create_function_body("hello", b"PK");
/// assert!(body.starts_with(r#"{"FunctionName":"hello","#) && body.ends_with(r#""Code":{"ZipFile":"UEs="}}"#));
/// ```
#[must_use]
pub fn create_function_body(name: &str, zip: &[u8]) -> String {
    let role = "arn:aws:iam::000000000000:role/r";
    let zip = base64(zip);
    format!(
        r#"{{"FunctionName":"{name}","Runtime":"python3.13","Role":"{role}","Handler":"index.handler","Code":{{"ZipFile":"{zip}"}}}}"#
    )
}

/// The body of an UpdateFunctionCode with an archive and nothing else.
///
/// ```
/// assert_eq!(funclet_testkit::update_function_code_body(b"PK"), r#"{"ZipFile":"UEs="}"#);
/// ```
#[must_use]
pub fn update_function_code_body(zip: &[u8]) -> String {
    format!(r#"{{"ZipFile":"{}"}}"#, base64(zip))
}
