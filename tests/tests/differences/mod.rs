//! Where the public texts contradict each other the client or the sandbox has taken a side. What then differs from the vendor's
//! description stands here, with its row of the fact file, and nowhere else.

/// A difference that is known: where it shows, and the row of the fact file's table (6.1 for Kakiyo, 14 for Kaiko) that
/// explains it.
pub(crate) struct Known {
    pub(crate) row: u32,
    pub(crate) route: &'static str,
    /// Part of the finding.
    pub(crate) finding: &'static str,
    pub(crate) shows_in: &'static [Source],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Requests,
    Answers,
    Live,
}

pub(crate) const KAKIYO: &[Known] = &[
    // The words of the search filter are an open set for the client.
    Known {
        row: 12,
        route: "GET /prospects/search",
        finding: "query qualification: \"archived\"",
        shows_in: &[Source::Requests],
    },
    // The answer to a new prompt has no id in the description; some servers give it.
    Known {
        row: 19,
        route: "POST /prompts",
        finding: "'id' was unexpected",
        shows_in: &[Source::Answers, Source::Live],
    },
    // New agents and working hours have several descriptions: what none of them has can be passed through.
    Known {
        row: 21,
        route: "POST /agents",
        finding: "'dailyVisits' was unexpected",
        shows_in: &[Source::Requests],
    },
    Known {
        row: 22,
        route: "POST /agents",
        finding: "'shift' was unexpected",
        shows_in: &[Source::Requests],
    },
    Known {
        row: 22,
        route: "PUT /agents/{id}",
        finding: "'timezone' was unexpected",
        shows_in: &[Source::Requests],
    },
    // Of an event, one family of deliveries tells the team's id only.
    Known {
        row: 25,
        route: "GET /webhooks/test/example/{event}",
        finding: "'teamId' was unexpected",
        shows_in: &[Source::Answers, Source::Live],
    },
    // Shares are text with a percent sign in one place and numbers in the other; a server may use one form for both.
    Known {
        row: 30,
        route: "GET /campaigns/{id}/stats",
        finding: "is not of type \"string\"",
        shows_in: &[Source::Live],
    },
    Known {
        row: 30,
        route: "GET /analytics/campaigns/{campaignId}",
        finding: "%\" is not of type \"number\"",
        shows_in: &[Source::Live],
    },
    // An assistant names the client by the id of the user; it is sent beside the e-mail address.
    Known {
        row: 36,
        route: "DELETE /workspaces/{id}/clients",
        finding: "'userId' was unexpected",
        shows_in: &[Source::Requests],
    },
    // Seen by one observer only, perhaps under a name of his own.
    Known {
        row: 38,
        route: "GET /campaigns",
        finding: "[].stats.messagesSent: is documented",
        shows_in: &[Source::Live],
    },
];

/// The rows are those of the fact file's table 14. The description has room for both sides of nearly all of them.
pub(crate) const KAIKO: &[Known] = &[
    // A server without the batch route says so in plain text.
    Known {
        row: 14,
        route: "POST /v2/emotions/batch-analysis",
        finding: "answer: null is not valid",
        shows_in: &[Source::Live],
    },
];

/// Members of Kaiko's answers that the sandbox has no side of, with all below them.
pub(crate) const UNPLAYED: &[&str] = &[
    // How a model asks for its tools is not published.
    "choices[].message.tool_calls",
    // Scores and memories that the public source excerpts declare, without a rule by which they come about.
    "emotions[].empathicConcern",
    "emotions[].metaEmotionalScore",
    "emotions[].patternEmotionScore",
    "emotions[].personalDistress",
    "patterns",
    "trajectory.similarMoments",
    // Spellings of the counter that only the first version's answers and the description's own list have.
    "usage.analyseToken",
    "usage.analyseTokens",
];
