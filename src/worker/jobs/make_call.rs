use super::{JobContext, Report, Work, WorkerError};
use crate::rpc::{self, Canceller, Inbox};

/// Makes one call, whose messages come through an [`rpc::Outbox`]. It may last for hours, so it has a
/// thread to itself; it ends with the program.
#[derive(Debug)]
pub struct MakeCall {
    pub call: Box<rpc::Call>,
    pub inbox: Inbox,
    pub canceller: Canceller,
}

impl Work for MakeCall {
    fn label(&self) -> &'static str {
        "The call"
    }

    fn runs_apart(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let MakeCall { call, inbox, canceller } = *self;
        context.cancel.on_cancel(move || canceller.cancel());
        rpc::run(&call, inbox, &mut |event| context.publish_call(event));
        Ok(Report::CallOver)
    }
}
