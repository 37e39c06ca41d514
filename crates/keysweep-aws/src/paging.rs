//! Reads page after page, until AWS says that it was the last.

use crate::CallError;

/// All pages of `action`. `page` reads the one that a token begins, and `next` takes the token of the next one from it.
///
/// # Errors
/// When a page cannot be read, or says that it is followed by itself: a part of the pages is not the answer.
pub(crate) async fn pages<P, F>(
    action: &'static str,
    page: impl Fn(Option<String>) -> F,
    next: impl Fn(&P) -> Option<&str>,
) -> Result<Vec<P>, CallError>
where
    F: Future<Output = Result<P, CallError>>,
{
    let (mut pages, mut token) = (Vec::new(), None);
    loop {
        let answer = page(token.clone()).await?;
        let following = following(action, next(&answer), token.as_deref())?;
        pages.push(answer);
        match following {
            Some(next) => token = Some(next),
            None => return Ok(pages),
        }
    }
}

/// The token of the page that follows; none after the last one, which has no token or an empty one.
pub(crate) fn following(
    action: &'static str,
    next: Option<&str>,
    this: Option<&str>,
) -> Result<Option<String>, CallError> {
    match next {
        None | Some("") => Ok(None),
        Some(next) if Some(next) == this => Err(CallError::bad_answer(action, "a page that is followed by itself")),
        Some(next) => Ok(Some(next.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_followed_by_itself_is_an_error() {
        let following = |next, this| following("organizations:ListRoots", next, this);
        assert_eq!(following(None, Some("x")), Ok(None));
        assert_eq!(following(Some(""), Some("x")), Ok(None));
        assert_eq!(following(Some("y"), Some("x")), Ok(Some("y".to_owned())));
        assert!(following(Some("x"), Some("x")).is_err());
    }
}
