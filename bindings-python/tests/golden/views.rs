// Written by hand, before the generator: every piece must stand in `src/generated/views.rs` to the byte.
// --- piece
view! {
    /// A product that was just created.
    ProductCreated {
        /// Id of the new product.
        id,
        /// Confirmation text.
        message,
    }
}
// --- piece
view! {
    /// One conversation of a campaign with its person.
    Prospect {
        /// Id of the conversation (chat), not of the person.
        id,
        /// State of the conversation.
        status,
        /// Qualification.
        qualification,
        /// Whether the conversation is paused.
        paused,
        /// Time of the last message, not its text.
        last_message,
        /// The person.
        prospect,
    }
}
// --- piece
view! {
    /// An import that was queued.
    ImportAccepted {
        /// Confirmation text.
        message,
        /// Id to follow the import with; servers before June 2026 do not give it.
        list_id,
    }
}
// --- piece
view! {
    /// Beliefs found in the text; absent when there are none.
    Beliefs {
        /// The beliefs.
        beliefs,
        /// Their number.
        total_beliefs,
        /// Their number by kind.
        beliefs_by_type,
        /// In a sentence.
        summary,
    }
}
