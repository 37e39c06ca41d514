//! An AWS organization to run against: thousands of accounts that exist nowhere, speaking the wire protocols of IAM, STS
//! and AWS Organizations so closely that the AWS SDKs, the AWS CLI and the tools built on them work unchanged.
//!
//! # Why
//!
//! Mocks repeat what their author believes about AWS. A real organization cannot be filled with leaked keys, throttled on
//! demand or moved to next March. This crate answers on the wire as AWS does, with a world behind it that is known to the
//! last access key. Its measure is AWS's documentation and not any one client.
//!
//! # The parts
//!
//! - A [`World`] is plain data: an organization, its OUs and accounts, and the roles, users and access keys in them.
//!   It is made from a seed ([`World::generate`]), or read from YAML ([`World::from_yaml`]) where nearly everything may
//!   be left out. [`World::truth`] gives its facts as JSON that any tool can be compared with. The same seed
//!   gives the same world, byte for byte, on every machine, and [`World::next_night`] lets it live on.
//! - A [`Sim`] answers requests about a world: [`Sim::handle`] takes an `http::Request` and gives a [`Reply`]. It checks
//!   signatures, sessions, trust policies, external ids and permissions as AWS does, pages as AWS does, and refuses in
//!   AWS's words. It opens no socket, keeps no global state, and does not sleep: a delay is a value in the reply.
//! - [`server`] puts a `Sim` behind a TCP listener for every client there is. For the AWS SDK, a test may call the `Sim`
//!   in its own process instead and needs no socket at all.
//! - A [`fault::Fault`] affects an account, an action or all of them: latency, throttling, rate limits,
//!   errors, broken connections, credential reports that are never ready. [`Sim::calls`] counts the requests.
//!
//! # Time and chance
//!
//! All time comes from a [`Clock`] that a test can move, and everything depends on it: signatures, sessions, credential
//! reports, token buckets. All chance comes from the world's seed. What chance does to an account depends on that account's
//! requests alone, so a concurrent scan meets the same faults in every run.
//!
//! # Secrets
//!
//! There are none in a world. The secret of a key is an HMAC of the seed and the key's id, and so are session tokens and
//! the unique ids of users and roles. With the seed, a test can sign as every user.
//!
//! # What it is not
//!
//! Writes are visible at once: AWS's eventual consistency is not simulated. Policies are judged by effect and action, not by
//! resource or condition. Actions beyond those listed in the modules answer as AWS answers to an unknown action.
//!
//! The crate must not know any crate of Keysweep, nor the AWS SDK: it is what they are measured against.
//!
//! # Example
//!
//! ```
//! use orgsim::{Clock, Generate, Sim, SimOptions, World};
//!
//! let world = World::generate(&Generate { accounts: 3, users: 5, seed: 7, ..Generate::default() });
//! let (clock, hand) = Clock::manual(world.epoch.timestamp());
//! let sim = Sim::new(world, SimOptions::new(clock));
//! let unsigned = http::Request::post("/").body(bytes::Bytes::from("Action=ListUsers")).unwrap();
//! let reply = sim.handle(&unsigned);
//! assert!(matches!(reply.outcome, orgsim::Outcome::Response(answer) if answer.status() == 403));
//! assert_eq!(sim.calls().total(), 1);
//! hand.advance(jiff::SignedDuration::from_hours(4));
//! ```

mod auth;
mod backend;
mod call_counts;
mod clock;
mod derive;
pub mod fault;
mod fault_injector;
mod generate;
mod iam;
mod identity;
mod options;
mod organizations;
mod permission;
mod report;
pub mod server;
mod sim;
mod state;
mod sts;
mod value;
mod wire;
pub mod world;

pub use call_counts::CallCounts;
pub use clock::{Clock, ManualClock};
pub use fault::Fault;
pub use generate::Generate;
pub use options::{AccountFields, Booleans, Columns, InactiveKeys, ReportStyle, SimOptions};
pub use permission::DocumentError;
pub use sim::{Credentials, Outcome, Reply, Sim};
pub use world::{Truth, World, WorldError};
