//! What follows from the definition of the settings: the flags of each group, the keys of the file, and the layers.

use std::fmt::Display;

/// Defines groups of settings. A setting is its help, its flag and environment variable (`arg`), how the file holds it
/// where that is different (`serde`, `schemars`), its name, which is its key in the file, its type, and its default.
macro_rules! settings {
    ($(
        #[doc = $about:literal]
        $group:ident: $Group:ident under $heading:literal {$(
            #[doc = $help:literal]
            $(#[arg($($arg:tt)*)])*
            $(#[serde($($serde:tt)*)])?
            $(#[schemars($($schemars:tt)*)])?
            $setting:ident: $type:ty $(= $default:expr)?;
        )*}
    )*) => {
        $(
            #[doc = $about]
            #[derive(Debug, Clone, Default, PartialEq, Args)]
            #[command(next_help_heading = $heading)]
            pub struct $Group {$(
                #[doc = $help]
                $(#[arg($($arg)*)])*
                $(#[arg(help = $crate::config::definition::with_default($help, $default))])?
                pub $setting: Option<$type>,
            )*}

            impl From<$Group> for Config {
                fn from($group: $Group) -> Self {
                    Self { $group, ..Self::default() }
                }
            }

            impl $Group {$($(
                #[doc = concat!($help, ", or the default.")]
                #[must_use]
                pub fn $setting(&self) -> $type {
                    self.$setting.as_ref().map_or_else(|| $default, Clone::clone)
                }
            )?)*}
        )*

        /// A layer of settings: of a command line with the environment behind it, or of a configuration file.
        #[derive(Debug, Clone, Default, PartialEq, Args)]
        pub struct Config {
            $(
                #[doc = $about]
                #[command(flatten)]
                pub $group: $Group,
            )*
            /// The configuration file that a part of the settings comes from.
            #[arg(skip)]
            pub source: Option<Arc<SourceFile>>,
        }

        impl Config {
            /// This layer over `below`: what this one leaves open is taken from there.
            #[must_use]
            pub fn over(self, below: Self) -> Self {
                Self {
                    $($group: $Group { $($setting: self.$group.$setting.or(below.$group.$setting),)* },)*
                    source: self.source.or(below.source),
                }
            }
        }

        /// The configuration file: a key for each setting of each group.
        #[derive(Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(
            title = "keysweep.yaml",
            description = "The settings of Keysweep. A flag wins over its environment variable, that over this file."
        )]
        struct Keys {$($(
            #[doc = $help]
            $(#[schemars(description = $crate::config::definition::with_default($help, $default))])?
            $(#[serde($($serde)*)])?
            $(#[schemars($($schemars)*)])?
            $setting: Option<$type>,
        )*)*}

        impl From<Keys> for Config {
            fn from(keys: Keys) -> Self {
                Self { $($group: $Group { $($setting: keys.$setting,)* },)* source: None }
            }
        }
    };
}

/// The help of a setting that has a default.
pub(super) fn with_default(help: &str, default: impl Display) -> String {
    format!("{} [default: {default}]", help.trim())
}
