//! The pace against AWS's kind of limit: a bucket of tokens.

use super::*;

/// A bucket of tokens, asked by one sender that is answered after 50 ms.
struct Server {
    rate: f64,
    burst: f64,
    tokens: f64,
    filled_at: Instant,
}

impl Server {
    fn new(rate: f64, burst: f64, now: Instant) -> Self {
        Self { rate, burst, tokens: burst, filled_at: now }
    }

    fn allows(&mut self, now: Instant) -> bool {
        self.tokens = (self.tokens + self.rate * (now - self.filled_at).as_secs_f64()).min(self.burst);
        self.filled_at = now;
        let is_allowed = self.tokens >= 1.0;
        if is_allowed {
            self.tokens -= 1.0;
        }
        is_allowed
    }
}

const LATENCY: Duration = Duration::from_millis(50);

/// How long `calls` take with `at_once` in flight, in seconds, and how often they were throttled.
fn run(pace: &mut Pace, server: &mut Server, start: Instant, calls: u32, at_once: usize) -> (f64, u32) {
    let (mut now, mut done, mut throttles) = (start, 0, 0);
    let mut flying: Vec<(Instant, Ticket, bool)> = Vec::new();
    while done < calls {
        while flying.len() < at_once && pace.wait_until(now).is_none() {
            let is_allowed = server.allows(now);
            flying.push((now + LATENCY, pace.send(now), is_allowed));
        }
        let next_turn = pace.wait_until(now).filter(|_| flying.len() < at_once);
        let next_answer = flying.iter().map(|flight| flight.0).min();
        now = next_turn.into_iter().chain(next_answer).min().unwrap();
        while let Some(index) = flying.iter().position(|flight| flight.0 <= now) {
            let (_, ticket, is_allowed) = flying.remove(index);
            if is_allowed {
                done += 1;
                pace.answered(now);
            } else {
                throttles += 1;
                pace.throttled(ticket, None, now);
            }
        }
    }
    ((now - start).as_secs_f64(), throttles)
}

#[test]
fn calls_take_hardly_longer_than_their_limit_allows() {
    let start = Instant::now();
    for (rate, burst) in [(10.0, 20.0), (10.0, 1.0), (1.0, 2.0), (2.0, 2.0), (5.0, 10.0), (50.0, 100.0), (100.0, 1.0)] {
        for at_once in [2, 8, 64] {
            let calls = 100 + (rate * 120.0) as u32;
            let (mut pace, mut server) = (Pace::new(start), Server::new(rate, burst, start));
            let (seconds, throttles) = run(&mut pace, &mut server, start, calls, at_once);
            let allowed = (f64::from(calls) - burst) / rate;
            let possible = allowed.max(f64::from(calls) * LATENCY.as_secs_f64() / at_once as f64);
            let told = format!(
                "{rate}/s burst {burst}, {at_once} at once: {seconds} s of {possible}, {throttles} throttles of {calls}"
            );
            println!("{told}");
            assert!(seconds <= 1.12 * possible, "{told}");
            assert!(throttles <= calls / 5 + 4 * at_once as u32, "{told}");
        }
    }
}
