//! The counters of campaigns and the shares made from them, for the campaign calls and the analytics alike.

use std::ops::AddAssign;

use serde_json::{Value, json};

use crate::model::{Campaign, Chat};
use crate::settings::RateForm;
use crate::world::World;

/// What was counted in some conversations.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub(super) prospects: u64,
    pub(super) answered: u64,
    pub(super) messages: u64,
    pub(super) qualified: u64,
    pub(super) closed: u64,
    pub(super) invited: u64,
    pub(super) accepted: u64,
}

impl Numbers {
    pub(super) fn of(world: &World, campaign: &Campaign) -> Self {
        chats(world, campaign).fold(Self::default(), |mut numbers, chat| {
            numbers.prospects += 1;
            numbers.answered += u64::from(chat.responses > 0);
            numbers.messages += u64::from(chat.messages);
            numbers.qualified += u64::from(chat.is_qualified());
            numbers.closed += u64::from(matches!(chat.status, 6 | 7));
            numbers.invited += u64::from(chat.was_invited());
            numbers.accepted += u64::from(matches!(chat.status, 2..=6));
            numbers
        })
    }

    /// The five counters under the names that campaigns use.
    pub(super) fn documented(&self) -> Value {
        json!({
            "prospects": self.prospects,
            "prospectsAnswers": self.answered,
            "messages": self.messages,
            "qualified": self.qualified,
            "closed": self.closed,
        })
    }
}

impl AddAssign for Numbers {
    fn add_assign(&mut self, other: Self) {
        self.prospects += other.prospects;
        self.answered += other.answered;
        self.messages += other.messages;
        self.qualified += other.qualified;
        self.closed += other.closed;
        self.invited += other.invited;
        self.accepted += other.accepted;
    }
}

/// The conversations of a campaign.
pub(super) fn chats<'a>(world: &'a World, campaign: &'a Campaign) -> impl Iterator<Item = &'a Chat> {
    campaign.chats.iter().filter_map(|&place| world.chats.at(place))
}

/// Which of the two forms a call documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Documented {
    Text,
    Number,
}

/// A share in percent, in the form that the settings ask for.
pub(super) fn share(form: RateForm, documented: Documented, part: u64, whole: u64) -> Value {
    let hundredths = rounded(part, whole, 10_000);
    let text = match form {
        RateForm::Documented => documented == Documented::Text,
        RateForm::Text => true,
        RateForm::Number => false,
    };
    if text { json!(format!("{}.{:02}%", hundredths / 100, hundredths % 100)) } else { decimal(hundredths) }
}

/// How many there are of one for each of the other, with two decimals.
pub(super) fn average(part: u64, whole: u64) -> Value {
    decimal(rounded(part, whole, 100))
}

/// A share times `scale` as a whole number, rounded half up; nothing of nothing is 0.
fn rounded(part: u64, whole: u64, scale: u64) -> u64 {
    (part * scale * 2 + whole).checked_div(whole * 2).unwrap_or(0)
}

fn decimal(hundredths: u64) -> Value {
    json!(f64::from(u32::try_from(hundredths).unwrap_or(u32::MAX)) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(part: u64, whole: u64) -> Value {
        share(RateForm::Documented, Documented::Text, part, whole)
    }

    #[test]
    fn shares_have_two_decimals() {
        assert_eq!(text(4, 84), "4.76%");
        assert_eq!(text(11, 84), "13.10%");
        assert_eq!(text(2, 3), "66.67%");
        assert_eq!(text(0, 0), "0.00%");
        assert_eq!(text(5, 5), "100.00%");
        assert_eq!(share(RateForm::Documented, Documented::Number, 11, 84), 13.1);
        assert_eq!(average(512, 200), 2.56);
        assert_eq!(average(0, 0), 0.0);
    }

    #[test]
    fn a_setting_asks_for_one_form_everywhere() {
        assert_eq!(share(RateForm::Text, Documented::Number, 1, 8), "12.50%");
        assert_eq!(share(RateForm::Number, Documented::Text, 1, 8), 12.5);
    }
}
