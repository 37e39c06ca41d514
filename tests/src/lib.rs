//! The whole of Keysweep, tested as its users and AWS meet it. The tests are in `tests/main.rs`.
