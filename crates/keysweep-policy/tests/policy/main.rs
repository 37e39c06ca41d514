//! Tests of the crate as its users see it.

#[cfg(test)]
mod closures;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod diagnostics;
#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod files;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod library;
#[cfg(test)]
mod natives;
#[cfg(test)]
mod reserved;
#[cfg(test)]
mod strictness;
#[cfg(test)]
mod support;
