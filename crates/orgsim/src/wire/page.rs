//! Paging: a page of a list, and the opaque marker that leads to the next page.
//!
//! A marker holds the name of the last item seen, not a number: where a list changes between two pages, the items that
//! stay in it are neither repeated nor skipped. It is signed, so that an invented one and one of another list are refused.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::derive::Derive;

const SEAL: usize = 9;

/// A part of a list, and the name of its last item if more follows.
pub(crate) struct Page<'a, T> {
    pub(crate) items: &'a [T],
    pub(crate) last: Option<String>,
}

/// The items after the one named `after`. The list is in the order of its names, or has never changed.
fn page<'a, T>(items: &'a [T], name: impl Fn(&T) -> Cow<'_, str>, size: usize, after: Option<&str>) -> Page<'a, T> {
    let start = after.map_or(0, |after| match items.iter().position(|item| name(item) == after) {
        Some(at) => at + 1,
        None => items.partition_point(|item| *name(item) <= *after),
    });
    let end = items.len().min(start.saturating_add(size));
    let last = (end < items.len() && end > start).then(|| name(&items[end - 1]).into_owned());
    Page { items: &items[start..end], last }
}

/// The part of a list that a request wants.
pub(crate) struct Paging {
    pub(crate) size: usize,
    /// The name of the last item that the caller has seen.
    pub(crate) after: Option<String>,
    list: String,
    derive: Derive,
}

impl Paging {
    /// The page of `list` that follows `marker`; none if the marker was not made for this list.
    pub(crate) fn new(derive: Derive, list: String, size: usize, marker: Option<&str>) -> Option<Paging> {
        let after = match marker {
            None => None,
            Some(marker) => Some(open(derive, &list, marker)?),
        };
        Some(Paging { size, after, list, derive })
    }

    /// The page of `items`, which `name` names.
    pub(crate) fn page<'a, T>(&self, items: &'a [T], name: impl Fn(&T) -> Cow<'_, str>) -> Page<'a, T> {
        page(items, name, self.size, self.after.as_deref())
    }

    /// The marker that leads to the items after the one named `last`.
    pub(crate) fn marker(&self, last: &str) -> String {
        seal(self.derive, &self.list, last)
    }
}

fn seal(derive: Derive, list: &str, last: &str) -> String {
    let mac = derive.hash(&["marker", list, last]);
    URL_SAFE_NO_PAD.encode([&mac[..SEAL], last.as_bytes()].concat())
}

fn open(derive: Derive, list: &str, marker: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(marker).ok()?;
    let (mac, last) = bytes.split_at_checked(SEAL)?;
    let last = std::str::from_utf8(last).ok()?;
    (derive.hash(&["marker", list, last])[..SEAL] == *mac).then(|| last.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn walk(items: &[String], size: usize) -> Vec<String> {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = page(items, |item| item.into(), size, after.as_deref());
            assert!(page.items.len() <= size);
            seen.extend_from_slice(page.items);
            match page.last {
                Some(last) => after = Some(last),
                None => return seen,
            }
        }
    }

    proptest! {
        #[test]
        fn every_item_comes_once_at_any_page_size(items in prop::collection::btree_set("[a-z]{1,6}", 0..60), size in 1_usize..70) {
            let items: Vec<String> = items.into_iter().collect();
            prop_assert_eq!(walk(&items, size), items);
        }

        #[test]
        fn a_page_goes_on_where_it_stopped_though_the_last_item_is_gone(items in prop::collection::btree_set("[a-z]{1,6}", 2..40), at in 0_usize..40) {
            let mut items: Vec<String> = items.into_iter().collect();
            let at = at % (items.len() - 1);
            let gone = items.remove(at);
            prop_assert_eq!(page(&items, |item| item.into(), 100, Some(&gone)).items, &items[at..]);
        }

        #[test]
        fn only_a_sealed_marker_opens(last in "[ -~]{0,64}", junk in "[A-Za-z0-9_-]{0,60}") {
            let derive = Derive::new(1);
            let marker = seal(derive, "users", &last);
            prop_assert_eq!(open(derive, "users", &marker), Some(last));
            prop_assert_eq!(open(derive, "roles", &marker), None);
            prop_assert_eq!(open(derive, "users", &junk), None);
        }
    }
}
