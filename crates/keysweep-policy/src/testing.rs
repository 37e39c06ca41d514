//! What tests policies: their cases, and which lines and branches of their scripts those reach.

pub mod cases;
pub mod coverage;
