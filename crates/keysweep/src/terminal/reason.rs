//! Reasons that differ only in the names they mention, such as the account in a role's ARN, are one reason.

/// A reason that many things have: each in the same words, or in words that differ in names.
#[derive(Debug, Default)]
pub(super) struct Shared {
    first: Option<String>,
    differs: bool,
}

impl Shared {
    /// Adds the reason of a thing.
    pub(super) fn add(&mut self, reason: &str) {
        self.differs |= self.first.get_or_insert_with(|| reason.to_owned()) != reason;
    }

    /// The reason as it was given where all give the same, else `pattern`, in which names are replaced.
    pub(super) fn text<'a>(&'a self, pattern: &'a str) -> &'a str {
        self.first.as_deref().filter(|_| !self.differs).unwrap_or(pattern)
    }
}

/// The text with each of `names` replaced by what it names, such as `<account>`.
pub(super) fn pattern(text: &str, names: &[(&str, &str)]) -> String {
    names.iter().fold(text.to_owned(), |text, (name, placeholder)| replace_word(&text, name, placeholder))
}

/// Replaces `name` where it stands as a word. Names of one or two characters are left alone: they occur by chance.
fn replace_word(text: &str, name: &str, placeholder: &str) -> String {
    if name.chars().count() < 3 {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (start, _) in text.match_indices(name) {
        let end = start + name.len();
        let inside = |neighbour: Option<char>| neighbour.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
        if inside(text[..start].chars().next_back()) || inside(text[end..].chars().next()) {
            continue;
        }
        out.push_str(&text[done..start]);
        out.push_str(placeholder);
        done = end;
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_where_they_stand_as_words() {
        insta::assert_snapshot!(
            pattern(
                "user deploy in 111122223333: deployment, x-deploy, arn:aws:iam::111122223333:user/deploy",
                &[("111122223333", "<account>"), ("deploy", "<user>"), ("x", "<no>")]
            ),
            @"user <user> in <account>: deployment, x-deploy, arn:aws:iam::<account>:user/<user>"
        );
    }
}
