//! Who calls, as far as the request itself says.

use funclet::Caller;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::query::Query;

/// Reads account and region from the credential scope of a request, as LocalStack's users know it.
///
/// The region is that of the scope; the account is the access key id if that has twelve digits. Whatever is missing or
/// malformed is taken from `default`, and so is everything of a request that is not signed. Signatures are not checked.
pub(crate) fn caller(headers: &HeaderMap, query: &Query, default: &Caller) -> Caller {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let scope = match header.and_then(credential) {
        Some(scope) => Some(scope),
        None => query.get("X-Amz-Credential"),
    };
    let mut parts = scope.unwrap_or_default().split('/');
    let (access_key, _date, region) = (parts.next(), parts.next(), parts.next());
    let account = access_key.and_then(|key| key.parse().ok());
    let region = region.and_then(|region| region.parse().ok());
    Caller {
        account: account.unwrap_or_else(|| default.account.clone()),
        region: region.unwrap_or_else(|| default.region.clone()),
    }
}

/// Returns `KEY/DATE/REGION/SERVICE/aws4_request` of an `Authorization` header.
fn credential(header: &str) -> Option<&str> {
    let (algorithm, parameters) = header.trim().split_once(' ')?;
    if !algorithm.starts_with("AWS4-") {
        return None;
    }
    parameters.split(',').find_map(|parameter| parameter.trim().strip_prefix("Credential="))
}

#[cfg(test)]
mod tests {
    use funclet::Caller;
    use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

    use super::caller;
    use crate::query::Query;

    fn check(header: Option<&str>, query: &str, expected: [&str; 2]) {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(header).unwrap());
        }
        let default =
            Caller { account: "000000000000".parse().unwrap(), region: "us-east-1".parse().unwrap() };
        let found = caller(&headers, &Query::parse(Some(query)), &default);
        assert_eq!([found.account.as_str(), found.region.as_str()], expected, "{header:?} {query}");
    }

    fn signed(scope: &str) -> String {
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature=0")
    }

    #[test]
    fn scopes() {
        check(None, "", ["000000000000", "us-east-1"]);
        check(
            Some(&signed("AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/lambda/aws4_request")),
            "",
            ["000000000000", "eu-west-1"],
        );
        check(
            Some(&signed("111122223333/20260101/eu-west-1/lambda/aws4_request")),
            "",
            ["111122223333", "eu-west-1"],
        );
        check(
            None,
            "X-Amz-Credential=111122223333%2F20260101%2Feu-west-1%2Flambda%2Faws4_request",
            ["111122223333", "eu-west-1"],
        );
        check(
            Some(
                "AWS4-HMAC-SHA256 SignedHeaders=host,Credential=111122223333/20260101/cn-north-1/lambda/aws4_request",
            ),
            "",
            ["111122223333", "cn-north-1"],
        );
    }

    #[test]
    fn what_is_malformed_counts_for_nothing() {
        for header in [
            "",
            "Basic dXNlcg==",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=",
            "AWS4-HMAC-SHA256 Credential=////",
            "AWS4-HMAC-SHA256 Credential=1111222233334/20260101/EU/lambda/aws4_request",
            "AWS4-ECDSA-P256-SHA256 Credential=key/20260101/lambda/aws4_request",
        ] {
            check(Some(header), "", ["000000000000", "us-east-1"]);
        }
    }
}
