//! AWS Lambda's REST-JSON protocol in front of a [`funclet`] engine: an HTTP request comes in, an HTTP response goes out.
//!
//! Paths, members, spelling of answers and errors are those of the service, as far as they are recorded; where they are
//! not, the item that decides says that it is chosen. The wire's shapes exist only here.
//!
//! It opens no socket, needs no runtime and starts no thread. It does not check signatures: account and region are taken
//! from the credential scope of a request, signed or not.
//!
//! ```
//! use bytes::Bytes;
//! use funclet::Funclet;
//! use funclet_rest_json::{Body, Options, RestJson};
//! use http::Request;
//!
//! let lambda = RestJson::new(Funclet::in_memory(), Options::default());
//! # let zip = base64_simd::STANDARD.encode_to_string(funclet_testkit::zip_with_content("def handler(event, context): pass"));
//! let create = format!(
//!     r#"{{"FunctionName":"hello","Runtime":"python3.13","Handler":"index.handler",
//!         "Role":"arn:aws:iam::000000000000:role/any","Code":{{"ZipFile":"{zip}"}}}}"#
//! );
//! let request = Request::post("/2015-03-31/functions").body(Bytes::from(create))?;
//! assert_eq!(lambda.handle(request).status(), 201);
//!
//! let request = Request::get("/2015-03-31/functions/hello/configuration").body(Bytes::new())?;
//! let response = lambda.handle(request);
//! assert_eq!(response.status(), 200);
//! let Body::Bytes(body) = response.into_body() else { panic!("a configuration is no package") };
//! let configuration: serde_json::Value = serde_json::from_slice(&body)?;
//! assert_eq!(configuration["FunctionArn"], "arn:aws:lambda:us-east-1:000000000000:function:hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Servers
//!
//! A server has the body of a request in pieces and cannot block. It calls [`RestJson::begin`] with the head,
//! [`Exchange::push`] for each piece, [`Exchange::finish`], and [`Call::submit`] with a callback.
//! [`Exchange::is_large`] and [`Call::blocks`] say when to go on in a thread that may block. [`RestJson::handle`] is the
//! same at once.
//!
//! # Limits
//!
//! A package has at most 52,428,800 bytes, a request with one fewer than 70,167,211, one without fewer than 1 MiB. A
//! payload has at most 6,291,456 bytes, that of an event 1,048,576. What is larger is counted, not kept.

mod base64;
mod call;
mod configuration;
mod decode;
mod encode;
mod error;
mod event_stream;
mod exchange;
mod inspection;
mod intake;
mod packages;
mod path;
mod query;
mod response;
mod route;
mod scan;
mod settings;
mod sigv4;
mod timestamp;

pub use call::{Call, Reply};
pub use error::{Cause, WireError};
pub use exchange::{Exchange, Options, RestJson};
pub use response::{Body, Pieces};
pub use route::is_operation;
