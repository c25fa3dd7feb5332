use super::{JobContext, Report, Work, WorkerError};
use crate::rocketmq::ClientSettings;
use crate::rpc::{Caller, Canceller, Event, Pace, ProfileError, SessionEvent, SessionInbox, run_session};

/// Keeps a RocketMQ session, which hears through an [`crate::rpc::SessionHandle`]. It may last for hours,
/// so it has a thread to itself; it ends with the program.
#[derive(Debug)]
pub struct KeepSession {
    pub caller: Box<Caller>,
    pub client: ClientSettings,
    pub inbox: SessionInbox,
    pub canceller: Canceller,
}

impl Work for KeepSession {
    fn label(&self) -> &'static str {
        "The session"
    }

    fn runs_apart(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let KeepSession { caller, client, inbox, canceller } = *self;
        context.cancel.on_cancel(move || canceller.cancel());
        let kept = run_session(&caller, &client, &Pace::default(), inbox, &mut |event| match event {
            SessionEvent::Stream(event) => context.publish_call(event),
            SessionEvent::Lost(lost) => context.publish(Report::SessionLost(Box::new(lost))),
            SessionEvent::Ended(ending) => context.publish_call(Event::Ended(ending)),
            SessionEvent::Heartbeat(asked) => {
                context.publish(Report::SessionAsked { what: "Heartbeat", asked: Box::new(asked) });
            }
            SessionEvent::Termination(asked) => {
                context.publish(Report::SessionAsked { what: "Termination", asked: Box::new(asked) });
            }
        });
        kept.map_err(|error| WorkerError::Profile { error: ProfileError::Metadata(error) })?;
        Ok(Report::CallOver)
    }
}
