//! What each engine does for the comparison: it makes its input of a key, and judges the key by the one rule.
//!
//! The rule: an inactive key passes, and so does one of at most 90 days. An older one fails with a message that holds
//! its age and its limit, unless its user is tagged `service-account=true`: then it is exempt up to 365 days and fails
//! past them. The limits are parameters, given to each engine once. What an engine does once for all keys is done when
//! it is made and is not measured.

mod cedar;
mod cel;
mod keysweep;
mod plain;
mod regorus;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::ValueEnum;

use crate::keys::Key;

/// The engines, in the order of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    Keysweep,
    /// Keysweep without limits on work, time, memory and depth.
    KeysweepUnlimited,
    PlainRust,
    RegorusVm,
    Regorus,
    Cel,
    Cedar,
}

/// What an engine is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// The input is made for each key, of all that a policy may commonly ask for.
    Whole,
    /// The input is made for each key, of what this rule asks for alone.
    Needed,
    /// The whole input was made before.
    Prebuilt,
}

/// How much of a key goes into an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    Needed,
}

/// What came of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judged {
    Pass,
    Exempt,
    /// With the message, where the language can make one.
    Fail(Option<String>),
}

impl Judged {
    /// What those engines mean that answer with a text alone.
    fn from_text(text: &str) -> Self {
        match text {
            "pass" => Self::Pass,
            "exempt" => Self::Exempt,
            message => Self::Fail(Some(message.to_owned())),
        }
    }

    /// Whether both say the same, as far as both can.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fail(ours), Self::Fail(theirs)) => ours.is_none() || theirs.is_none() || ours == theirs,
            (Self::Pass | Self::Exempt | Self::Fail(_), _) => self == other,
        }
    }
}

/// An engine with the rule compiled.
trait Engine {
    /// A key as the engine takes it.
    type Input<'a>
    where
        Self: 'a;

    fn input<'a>(&'a self, key: &'a Key, extent: Extent) -> Result<Self::Input<'a>>;

    fn judge(&self, input: &Self::Input<'_>) -> Result<Judged>;
}

/// An engine of whichever type.
pub(crate) trait Contestant {
    /// Judges every key once.
    ///
    /// # Errors
    /// Where the engine refuses an input or comes to no verdict.
    fn verdicts(&self, keys: &[Key], mode: Mode) -> Result<Vec<Judged>>;

    /// Judges every key `passes` times, and returns the time that this took: the making of inputs included, unless they
    /// are prebuilt.
    ///
    /// # Errors
    /// As above.
    fn time(&self, keys: &[Key], mode: Mode, passes: u32) -> Result<Duration>;
}

/// How many inputs are made before they are judged, where they are prebuilt.
const CHUNK: usize = 1_000;

impl<E: Engine> Contestant for E {
    fn verdicts(&self, keys: &[Key], mode: Mode) -> Result<Vec<Judged>> {
        keys.iter().map(|key| self.judge(&self.input(key, mode.extent())?)).collect()
    }

    fn time(&self, keys: &[Key], mode: Mode, passes: u32) -> Result<Duration> {
        let mut time = Duration::ZERO;
        for chunk in keys.chunks(CHUNK) {
            let prebuilt = match mode {
                Mode::Whole | Mode::Needed => Vec::new(),
                Mode::Prebuilt => chunk.iter().map(|key| self.input(key, mode.extent())).collect::<Result<_>>()?,
            };
            let began = Instant::now();
            for _ in 0..passes {
                match mode {
                    Mode::Whole | Mode::Needed => {
                        for key in chunk {
                            black_box(self.judge(&self.input(key, mode.extent())?)?);
                        }
                    }
                    Mode::Prebuilt => {
                        for input in &prebuilt {
                            black_box(self.judge(input)?);
                        }
                    }
                }
            }
            time += began.elapsed();
        }
        Ok(time)
    }
}

impl Name {
    /// As the tables name it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Keysweep => "Keysweep",
            Self::KeysweepUnlimited => "same, without limits",
            Self::PlainRust => "plain Rust",
            Self::RegorusVm => "regorus, VM",
            Self::Regorus => "regorus, interpreter",
            Self::Cel => "cel",
            Self::Cedar => "cedar-policy",
        }
    }

    /// Whether it is one of the engines that Keysweep is held against.
    pub(crate) fn is_rival(self) -> bool {
        match self {
            Self::RegorusVm | Self::Regorus | Self::Cel | Self::Cedar => true,
            Self::Keysweep | Self::KeysweepUnlimited | Self::PlainRust => false,
        }
    }

    /// The engine with the rule compiled.
    ///
    /// # Errors
    /// Where the engine refuses the rule.
    pub(crate) fn make(self) -> Result<Box<dyn Contestant>> {
        Ok(match self {
            Self::Keysweep => Box::new(keysweep::Keysweep::new()?),
            Self::KeysweepUnlimited => Box::new(keysweep::Keysweep::new()?.without_limits()),
            Self::PlainRust => Box::new(plain::PlainRust),
            Self::RegorusVm => Box::new(regorus::Vm::new()?),
            Self::Regorus => Box::new(regorus::Interpreter::new()?),
            Self::Cel => Box::new(cel::Cel::new()?),
            Self::Cedar => Box::new(cedar::Cedar::new()?),
        })
    }
}

impl Mode {
    /// As the tables name it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Whole => "Input built for each key, with all that a policy may commonly ask for: what a scan must do",
            Self::Needed => "Input built for each key, with what this one rule asks for and no more",
            Self::Prebuilt => "Input prebuilt, whole",
        }
    }

    fn extent(self) -> Extent {
        match self {
            Self::Whole | Self::Prebuilt => Extent::Whole,
            Self::Needed => Extent::Needed,
        }
    }
}
