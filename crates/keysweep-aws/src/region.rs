//! Regions and the partitions that they are in.

/// The Region for those who configured none: the home of IAM and Organizations in the partition `aws`.
pub(crate) const DEFAULT: &str = "us-east-1";

/// The other public partitions, by the prefix of their Regions' names, each with a Region in which STS is always active.
/// Source: docs.aws.amazon.com/general/latest/gr/sts.html
pub(crate) const OTHER_PARTITIONS: [(&str, &str); 2] = [("us-gov-", "us-gov-west-1"), ("cn-", "cn-north-1")];

/// The prefixes of the Regions of further partitions. Where STS is always active there is not known.
const UNKNOWN_PARTITIONS: [&str; 3] = ["us-iso", "eu-iso", "eusc-"];

/// The Region of the partition of `region` in which STS is always active, or `None` where that is `region` itself or is
/// not known.
pub(crate) fn home_of(region: &str) -> Option<&'static str> {
    if UNKNOWN_PARTITIONS.iter().any(|start| region.starts_with(start)) {
        return None;
    }
    let other = OTHER_PARTITIONS.iter().find(|(start, _)| region.starts_with(start));
    Some(other.map_or(DEFAULT, |(_, home)| home)).filter(|home| *home != region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_of_a_region_is_in_its_partition() {
        let homes = ["eu-south-1", "us-gov-east-1", "cn-northwest-1", "us-east-1", "us-iso-east-1"].map(home_of);
        assert_eq!(homes, [Some("us-east-1"), Some("us-gov-west-1"), Some("cn-north-1"), None, None]);
    }
}
