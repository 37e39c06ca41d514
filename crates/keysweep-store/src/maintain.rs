//! Looks after a store: what it holds, whether it is sound, all of it as text, and what is old removed.

mod check;
mod export;
mod info;
mod prune;
