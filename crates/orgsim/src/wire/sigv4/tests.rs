//! Signatures computed by botocore's signer, another implementation than ours, and the example of AWS's documentation.

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SIGNED_AT: &str = "20150830T123600Z";

struct Vector {
    method: &'static str,
    uri: &'static str,
    service: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    signature: &'static str,
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

const VECTORS: [Vector; 6] = [
    Vector {
        method: "GET",
        uri: "https://example.amazonaws.com/",
        service: "service",
        headers: &[],
        body: "",
        signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    },
    Vector {
        method: "GET",
        uri: "https://example.amazonaws.com/?Param2=value2&Param1=value1",
        service: "service",
        headers: &[],
        body: "",
        signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    },
    Vector {
        method: "GET",
        uri: "https://example.amazonaws.com/?b=%20x%2By&a=~%C3%BC&a=",
        service: "service",
        headers: &[],
        body: "",
        signature: "97ce26109207e7b510b3a26a6a78b49c1c31669a6899e1cd505d900c045b908c",
    },
    Vector {
        method: "GET",
        uri: "https://example.amazonaws.com/a%20b/./c//d/../e/",
        service: "service",
        headers: &[],
        body: "",
        signature: "9193049dd7ec5530f76094fd79dfd5662b170e1353f22ded89d853c81d7746bd",
    },
    Vector {
        method: "POST",
        uri: "https://example.amazonaws.com/",
        service: "service",
        headers: &[FORM, ("my-header", "  two   blanks  ")],
        body: "Action=ListUsers&Version=2010-05-08",
        signature: "b8b814b9ce90d7cf16881c6174dec07607ee6713c8588187b849749d87ab3a88",
    },
    Vector {
        method: "GET",
        uri: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        service: "iam",
        headers: &[FORM],
        body: "",
        signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    },
];

fn expected(vector: &Vector) -> String {
    let mut request = Request::builder().method(vector.method).uri(vector.uri).header("x-amz-date", SIGNED_AT);
    for (name, value) in vector.headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Bytes::from(vector.body)).unwrap();
    let mut signed: Vec<&str> = vector.headers.iter().map(|(name, _)| *name).chain(["host", "x-amz-date"]).collect();
    signed.sort_unstable();
    let header = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{}/aws4_request, SignedHeaders={}, Signature=x",
        vector.service,
        signed.join(";")
    );
    Authorization::parse(&header).unwrap().expected(&request, SIGNED_AT, SECRET)
}

#[test]
fn signatures_agree_with_another_implementation() {
    for vector in &VECTORS {
        assert_eq!(expected(vector), vector.signature, "{} {}", vector.method, vector.uri);
    }
}

#[test]
fn a_host_header_goes_before_the_uri() {
    let request = Request::builder().uri("/").header("host", "127.0.0.1:4000").body(Bytes::new()).unwrap();
    assert_eq!(header_value(&request, "host"), "127.0.0.1:4000");
    let request = Request::builder().uri("http://127.0.0.1:5000/").body(Bytes::new()).unwrap();
    assert_eq!(header_value(&request, "host"), "127.0.0.1:5000");
}

#[test]
fn a_header_with_a_missing_part_is_refused_in_aws_words() {
    let headers = [
        "Basic abc",
        "AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/iam/aws4_request, Signature=x",
        "AWS4-HMAC-SHA256 Credential=A/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x",
    ];
    let told: Vec<String> =
        headers.iter().map(|header| Authorization::parse(header).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    Authorization header requires 'Credential' parameter. Authorization=AWS4-HMAC-SHA256
    Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256
    Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'A/us-east-1/iam/aws4_request'
    ");
}

#[test]
fn a_credential_may_hold_slashes_in_its_key() {
    let header = "AWS4-HMAC-SHA256 Credential=a/b/20150830/us-east-1/iam/aws4_request, SignedHeaders=Host, Signature=x";
    let parsed = Authorization::parse(header).unwrap();
    assert_eq!((&*parsed.access_key_id, &*parsed.service, &*parsed.signed_headers[0]), ("a/b", "iam", "host"));
}
