//! The services of the simulator and the protocols that they speak.

/// A service of the simulator. All of them answer on one port, as clients expect of `AWS_ENDPOINT_URL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Iam,
    Sts,
    Organizations,
    /// Any other; it knows no action.
    Other,
}

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Form parameters in, XML out.
    Query,
    /// JSON 1.1 both ways.
    Json,
}

impl Service {
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Service::Iam | Service::Sts | Service::Other => Protocol::Query,
            Service::Organizations => Protocol::Json,
        }
    }

    /// The XML namespace of its answers, empty where there is none.
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Service::Organizations | Service::Other => "",
        }
    }

    /// The one API version it has.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Service::Iam => "2010-05-08",
            Service::Sts => "2011-06-15",
            Service::Organizations | Service::Other => "",
        }
    }

    /// Its prefix in IAM policies.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Service::Iam => "iam",
            Service::Sts => "sts",
            Service::Organizations => "organizations",
            Service::Other => "",
        }
    }

    pub(crate) fn named(name: &str) -> Service {
        match name {
            "iam" => Service::Iam,
            "sts" => Service::Sts,
            "organizations" => Service::Organizations,
            _ => Service::Other,
        }
    }
}
