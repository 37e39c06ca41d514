//! Closed sets of words: one definition gives the type, its words and the error that names them all.

/// A word that is not one of a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a {kind}: use one of {}", .allowed.join(", "))]
pub struct UnknownWord {
    /// The word as it was given.
    pub word: String,
    /// What it should have been, such as "severity".
    pub kind: &'static str,
    /// The words of the set.
    pub allowed: &'static [&'static str],
}

/// Defines a closed set of words: the type, its words, and the error that names them all.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $kind:literal, { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every value, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The words, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word for it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::UnknownWord { word: other.to_owned(), kind: $kind, allowed: Self::WORDS }),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, out: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                out.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;
