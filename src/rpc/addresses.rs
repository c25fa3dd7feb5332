//! The addresses of one host: IPv6 and IPv4 in turns, each with a short start before the next (RFC 8305), so
//! that one that does not answer costs little.

use super::connect::connect_failure;
use super::failure::Failure;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long an address has before the next one is tried beside it.
const START: Duration = Duration::from_millis(250);

/// Connects to whichever address answers first; the others are given up. `addresses` are in the order in
/// which the system prefers them, at least one.
pub(super) async fn first_to_answer(addresses: Vec<SocketAddr>) -> Result<TcpStream, Failure> {
    let mut waiting = in_turns(addresses).into_iter();
    let mut tried = JoinSet::new();
    let mut failure = None;
    loop {
        if let Some(address) = waiting.next() {
            tried.spawn(async move { (address, TcpStream::connect(address).await) });
        }
        let answer = tokio::select! {
            answer = tried.join_next() => answer,
            () = sleep(START), if waiting.len() > 0 => continue,
        };
        match answer {
            Some(Ok((_, Ok(stream)))) => return Ok(stream),
            Some(Ok((address, Err(error)))) => {
                let found = connect_failure(&error, address.to_string());
                // One that refused was there.
                if !matches!(failure, Some(Failure::Refused { .. })) {
                    failure = Some(found);
                }
            }
            Some(Err(error)) => failure = Some(Failure::System { reason: error.to_string() }),
            None if waiting.len() == 0 => {
                let none = || Failure::System { reason: "there was no address".to_owned() };
                return Err(failure.unwrap_or_else(none));
            }
            None => {}
        }
    }
}

/// The families take turns, beginning with that of the first.
fn in_turns(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let is_first_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == is_first_v6);
    let (mut first, mut other) = (first.into_iter(), other.into_iter());
    let mut turns = Vec::new();
    while first.len() + other.len() > 0 {
        turns.extend(first.next());
        turns.extend(other.next());
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::{TcpListener, TcpSocket};
    use tokio::time::timeout;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn families_take_turns() {
        let addresses = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "1.1.1.2:1"].map(address).to_vec();
        let expected = ["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1", "[::3]:1"].map(address);
        assert_eq!(in_turns(addresses), expected);
        assert_eq!(in_turns(Vec::new()), []);
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    /// A listener whose queue is full, so that nobody is answered any more; what fills it.
    async fn silent() -> (TcpListener, Vec<TcpStream>) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(address("127.0.0.1:0")).unwrap();
        let listener = socket.listen(1).unwrap();
        let mut queue = Vec::new();
        let at = listener.local_addr().unwrap();
        while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(at)).await {
            queue.push(connected.unwrap());
        }
        (listener, queue)
    }

    #[test]
    fn an_address_that_does_not_answer_holds_nobody_up() {
        run(async {
            let (silent, _queue) = silent().await;
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let (dead, live) = (silent.local_addr().unwrap(), listener.local_addr().unwrap());
            let first = timeout(Duration::from_secs(20), first_to_answer(vec![dead, live])).await;
            assert_eq!(first.expect("it waits for the dead one").unwrap().peer_addr().unwrap(), live);
        });
    }

    #[test]
    fn the_next_address_is_tried_at_once_if_one_refuses_and_a_refusal_is_what_is_told() {
        run(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let live = listener.local_addr().unwrap();
            let refusing = address("127.0.0.1:1");
            let first = first_to_answer(vec![refusing, live]).await.unwrap();
            assert_eq!(first.peer_addr().unwrap(), live);
            let failure = first_to_answer(vec![refusing, address("127.0.0.2:1")]).await.unwrap_err();
            assert_eq!(failure, Failure::Refused { target: "127.0.0.1:1".to_owned() });
        });
    }
}
