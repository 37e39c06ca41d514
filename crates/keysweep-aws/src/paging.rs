//! Reads page after page, until AWS says that it was the last.

use futures::{Stream, StreamExt, TryStreamExt, stream};

use crate::{AccountSession, Aws, CallError, attempt::Request};

/// The most that IAM gives in one page.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html, the parameter `MaxItems`.
pub(crate) const PAGE: i32 = 1000;

impl AccountSession {
    /// What `items` takes from each page of an action of IAM, one after the other: see [`Self::pages`].
    pub(crate) async fn list<R: Request, C>(
        &self,
        action: &'static str,
        send: impl Fn(aws_sdk_iam::Client, Option<String>) -> R + Copy,
        next: impl Fn(&R::Answer) -> (bool, Option<&str>),
        items: impl Fn(&R::Answer) -> Result<C, CallError>,
    ) -> Result<C, CallError>
    where
        C: Default + IntoIterator + Extend<C::Item>,
    {
        self.pages(action, send, next).map(|page| items(&page?)).try_concat().await
    }

    /// The pages of an action of IAM. `send` asks for the page that a marker begins, and `next` tells of a page whether
    /// it is truncated, and the marker of the page that follows.
    pub(crate) fn pages<R: Request>(
        &self,
        action: &'static str,
        send: impl Fn(aws_sdk_iam::Client, Option<String>) -> R + Copy,
        next: impl Fn(&R::Answer) -> (bool, Option<&str>),
    ) -> impl Stream<Item = Result<R::Answer, CallError>> {
        let read =
            move |marker: Option<String>| async move { self.call(action, |iam| send(iam, marker.clone())).await };
        pages(action, read, next)
    }
}

impl Aws {
    /// The pages of an action of Organizations. `send` asks for the page that a token begins, and `next` is the token of
    /// the page that follows.
    pub(crate) fn organization_pages<R: Request>(
        &self,
        action: &'static str,
        send: impl Fn(&aws_sdk_organizations::Client, Option<String>) -> R + Copy,
        next: impl Fn(&R::Answer) -> Option<&str>,
    ) -> impl Stream<Item = Result<R::Answer, CallError>> {
        let read = move |token: Option<String>| async move {
            self.organizations_domain.send(action, || send(&self.organizations, token.clone())).await
        };
        pages(action, read, move |page| by_token(next(page)))
    }
}

/// The pages of `action`, read as they are taken. After an error the stream ends.
fn pages<P, F>(
    action: &'static str,
    read: impl Fn(Option<String>) -> F,
    next: impl Fn(&P) -> (bool, Option<&str>),
) -> impl Stream<Item = Result<P, CallError>>
where
    F: Future<Output = Result<P, CallError>>,
{
    // The token of the page to read next. There is none after the last page.
    let first = Some(None);
    stream::try_unfold((first, read, next), move |(token, read, next)| async move {
        let Some(token) = token else { return Ok(None) };
        let page = read(token.clone()).await?;
        let (is_truncated, following) = next(&page);
        let following = if is_truncated { Some(Some(token_after(action, following, token.as_deref())?)) } else { None };
        Ok(Some((page, (following, read, next))))
    })
}

/// Whether more follows a page that has this token, and the token. AWS leaves it out or empty where nothing follows.
fn by_token(token: Option<&str>) -> (bool, Option<&str>) {
    (token.is_some_and(|token| !token.is_empty()), token)
}

/// The token of the next page. A page that says that more follows and does not say where, or says where this very page
/// began, would lose items or never end.
fn token_after(action: &'static str, next: Option<&str>, this: Option<&str>) -> Result<String, CallError> {
    match next {
        Some(next) if Some(next) != this => Ok(next.to_owned()),
        Some(_) => Err(CallError::bad_answer(action, "a page that names itself as the next one")),
        None => Err(CallError::bad_answer(action, "a page that says that more follow, but not which is next")),
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    /// The tokens of the pages that are read, where `next` tells what follows each.
    fn read(next: fn(&str) -> (bool, Option<&'static str>)) -> String {
        let page = |token: Option<String>| async { Ok(token.unwrap_or("first".to_owned())) };
        let pages = pages("iam:ListUsers", page, |page: &String| next(page));
        let read: Result<Vec<_>, _> = pages.take(9).try_collect().now_or_never().unwrap();
        read.map_or_else(|error| error.to_string(), |pages| pages.join(","))
    }

    #[test]
    fn pages_are_read_up_to_the_last_and_never_for_ever() {
        assert_eq!(
            [read(|_| (false, Some("x"))), read(|_| by_token(Some(""))), read(|_| by_token(None))],
            ["first"; 3]
        );
        let two_more =
            |page: &str| by_token([("first", "x"), ("x", "y")].iter().find(|it| it.0 == page).map(|it| it.1));
        assert_eq!(read(two_more), "first,x,y");
        insta::assert_snapshot!(read(|_| (true, None)), @"iam:ListUsers got an answer that cannot be used: a page that says that more follow, but not which is next");
        insta::assert_snapshot!(read(|_| (true, Some("x"))), @"iam:ListUsers got an answer that cannot be used: a page that names itself as the next one");
    }
}
