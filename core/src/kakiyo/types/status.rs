//! The code of a conversation's state.

use crate::declare::open_code;

open_code! {
    /// State of a conversation, as a number that stays open: codes that have no name here are kept.
    pub struct ConversationStatus {
        /// Nothing has happened yet.
        NOT_STARTED = 0,
        /// The invitation was sent.
        INVITATION_SENT = 1,
        /// The invitation was accepted.
        INVITATION_ACCEPTED = 2,
        /// A message was sent.
        CONTACTED = 3,
        /// The person answered.
        REPLIED = 4,
        /// The person is qualified.
        QUALIFIED = 5,
        /// The person is not qualified.
        UNQUALIFIED = 6,
        /// The person was skipped.
        SKIPPED = 7,
        /// Invitations to this person are disabled.
        INVITES_DISABLED = 502,
        /// The person cannot be reached.
        UNREACHABLE = 503,
        /// The person is no longer in the network.
        NO_LONGER_IN_NETWORK = 504,
        /// Invitations rest for a while.
        INVITE_COOLDOWN = 505,
    }
}
