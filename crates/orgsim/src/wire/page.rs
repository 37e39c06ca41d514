//! Paging: a page of a list, and the opaque marker that leads to the next.
//!
//! A marker holds the name of the last item seen, not a number: a list that changes between two pages neither repeats
//! nor skips what was in it all along. It is sealed, so that one made up, or taken from another list, is refused.

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
pub(crate) fn page<'a, T>(
    items: &'a [T],
    name: impl Fn(&T) -> Cow<'_, str>,
    size: usize,
    after: Option<&str>,
) -> Page<'a, T> {
    let start = after.map_or(0, |after| match items.iter().position(|item| name(item) == after) {
        Some(at) => at + 1,
        None => items.partition_point(|item| *name(item) <= *after),
    });
    let end = items.len().min(start.saturating_add(size));
    let last = (end < items.len() && end > start).then(|| name(&items[end - 1]).into_owned());
    Page { items: &items[start..end], last }
}

/// Makes a marker; `list` says which list it belongs to.
pub(crate) fn seal(derive: Derive, list: &str, last: &str) -> String {
    let mac = derive.hash(&["marker", list, last]);
    URL_SAFE_NO_PAD.encode([&mac[..SEAL], last.as_bytes()].concat())
}

/// What a marker of this list holds; nothing if it was not made by [`seal`] for this list.
pub(crate) fn open(derive: Derive, list: &str, marker: &str) -> Option<String> {
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
