//! The codes of everything that can be wrong with a file: a closed set, each with what it means.

/// How much a finding about a file matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The file is refused.
    Error,
    /// The file is good, and there is something in it that its author may not have meant.
    Warning,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $word:literal, $level:ident, $explanation:literal;)+) => {
        /// What is wrong with a file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $explanation] $code,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)+];

            /// The word that names it: lowercase, with dashes. It keeps its meaning in later versions.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => $word,)+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$code => $explanation,)+ }
            }

            /// How much it matters.
            #[must_use]
            pub fn level(self) -> Level {
                match self { $(Self::$code => Level::$level,)+ }
            }
        }
    };
}

codes! {
    Unreadable = "unreadable", Error, "The file or folder cannot be read, or the file lies outside of its folder.";
    NoPolicy = "no-policy", Error, "The folder has no policy in it.";
    DuplicateId = "duplicate-id", Error, "Two policies of a folder have the same id.";
    NoMetadata = "no-metadata", Error, "A policy begins with its metadata in `//!` lines.";
    SplitMetadata = "split-metadata", Error, "The metadata is one block of `//!` lines at the head of the file.";
    MalformedYaml = "malformed-yaml", Error, "The text is not YAML, or repeats a field, or is nested or repeated too much.";
    UnknownField = "unknown-field", Error, "The file has a field that does not exist.";
    MissingField = "missing-field", Error, "A field that is needed is not there.";
    BadValue = "bad-value", Error, "A field has a value that is not allowed.";
    BadParameter = "bad-parameter", Error, "The declaration of a parameter contradicts itself.";
    UnsupportedLanguage = "unsupported-language", Error, "The policy is written in a version of the language that this program does not read.";
    TooLarge = "too-large", Error, "The file is larger than a policy may be.";
    HiddenCharacter = "hidden-character", Error, "The file has an invisible character, so that it does not show what it says.";
    Syntax = "syntax", Error, "The script does not follow the syntax of the language.";
    NotInLanguage = "not-in-language", Error, "Rhai has this; policies do not.";
    DuplicateName = "duplicate-name", Error, "Two functions, two variables or two imports have the same name.";
    ReservedName = "reserved-name", Error, "A function has the name of a function of the language.";
    BadImport = "bad-import", Error, "A library cannot be imported.";
    MisplacedFunction = "misplaced-function", Error, "A closure stands where it could be kept or passed on.";
    WrongCheck = "wrong-check", Error, "A policy has one function `check` of two parameters: what is judged, and the parameters.";
    OutsideFunction = "outside-function", Error, "Outside functions a script has only imports and constants.";
    UnknownVariable = "unknown-variable", Error, "There is no such variable.";
    UnknownConstant = "unknown-constant", Error, "There is no such constant.";
    UnknownProperty = "unknown-property", Error, "There is no such property.";
    UnknownMethod = "unknown-method", Error, "The object has no such method.";
    UnknownFunction = "unknown-function", Error, "There is no such function.";
    UnknownParameter = "unknown-parameter", Error, "The metadata declares no such parameter.";
    WrongArgumentCount = "wrong-argument-count", Error, "The function takes another number of arguments.";
    WrongArgumentType = "wrong-argument-type", Error, "An argument is of a type that the function does not take.";
    WrongArgumentValue = "wrong-argument-value", Error, "A literal argument is not one of the values that the function takes.";
    UnlikeComparison = "unlike-comparison", Error, "Values of different types are compared; in Rhai that is silently false.";
    ConstantComparison = "constant-comparison", Error, "The comparison always has the same result.";
    NotACondition = "not-a-condition", Error, "A condition is a boolean, and this is not.";
    Overflow = "overflow", Error, "The arithmetic of these constants has no result.";
    ReadOnly = "read-only", Error, "A policy cannot change what it judges.";
    Unreachable = "unreachable", Error, "The script never comes here.";
    DiscardedVerdict = "discarded-verdict", Error, "A verdict is made and discarded.";
    NoVerdict = "no-verdict", Error, "`check` can end without a verdict.";
    UnusedParameter = "unused-parameter", Error, "The metadata declares a parameter that the script never reads.";
    UnusedVariable = "unused-variable", Warning, "A variable is never read; a name that begins with `_` says that this is meant.";
    UnusedFunction = "unused-function", Warning, "A function is never called.";
}

impl std::fmt::Display for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_explained() {
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
        let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(words.iter().all(is_word));
        assert!(Code::ALL.iter().all(|code| code.explanation().ends_with('.')));
    }
}
