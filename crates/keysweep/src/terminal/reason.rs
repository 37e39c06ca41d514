//! Reasons that differ only in the names they mention, such as the account in a role's ARN, are one reason.

/// What is said of many things at once.
pub(super) struct Shared<T> {
    /// The reason: as it was given where all give the same, else with the names replaced by what they name.
    pub(super) reason: String,
    /// The things.
    pub(super) members: Vec<T>,
}

/// The groups with the reason that each shows. `of` gives the reason of a member and the names that are its own.
pub(super) fn shared<T, K>(groups: Vec<((K, String), Vec<T>)>, reason: impl Fn(&T) -> &str) -> Vec<(K, Shared<T>)> {
    groups
        .into_iter()
        .map(|((key, pattern), members)| {
            let first = members.first().map(&reason).unwrap_or_default();
            let same = members.iter().all(|member| reason(member) == first);
            let reason = if same { first.to_owned() } else { pattern };
            (key, Shared { reason, members })
        })
        .collect()
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
