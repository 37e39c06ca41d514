//! What the requests and answers look like: the two AWS protocols, signatures, errors, paging.

pub(crate) mod error;
pub(crate) mod input;
pub(crate) mod page;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod service;
pub(crate) mod sigv4;
pub(crate) mod xml;
