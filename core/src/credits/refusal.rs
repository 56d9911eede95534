//! Why a call was not sent: one line that names the price, what is spent, and what to do.

use std::fmt;
use std::time::Duration;

use super::budget::{BudgetOn, Per};
use super::report::CreditRange;
use crate::error::ErrorKind;
use crate::response::Credits;

/// The ledger said no. Nothing was sent and nothing was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The call might cross a cap.
    Budget {
        on: BudgetOn,
        per: Per,
        cap: u64,
        spent: CreditRange,
        reserved: u64,
        price: Credits,
        cheaper: Option<&'static str>,
    },
    /// The call might take the balance below the floor. Without a balance no floor can be kept.
    Floor {
        floor: u64,
        declared: Option<u64>,
        left: Option<u64>,
        price: Credits,
        cheaper: Option<&'static str>,
    },
    /// The server answered 402 so long ago, and the next call may try in so long.
    OutOfCredits { since: Duration, probe_in: Duration },
}

impl Refusal {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Budget { .. } | Self::Floor { .. } => ErrorKind::BudgetRefused,
            Self::OutOfCredits { .. } => ErrorKind::OutOfCredits,
        }
    }

    /// After which wait the same call may pass without anybody's doing.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Budget { .. } | Self::Floor { .. } => None,
            Self::OutOfCredits { probe_in, .. } => Some(*probe_in),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget { on, per, cap, spent, reserved, price, cheaper } => {
                let (words, price_words) = (budget_words(on, *per, *cap), price_words(*price));
                if u64::from(price.max.max(price.min)) > *cap {
                    write!(f, "this call costs {price_words}, more than the whole {words} allows")?;
                } else {
                    write!(f, "this call costs {price_words} and does not fit the {words}: {spent} spent")?;
                    if *reserved > 0 {
                        write!(f, ", {reserved} reserved")?;
                    }
                }
                f.write_str("; nothing was sent; raise the budget")?;
                match per {
                    Per::Day => f.write_str(" or wait for the next day (UTC)")?,
                    Per::Month => f.write_str(" or wait for the next month (UTC)")?,
                    Per::Ever | Per::Client => {}
                }
                write_cheaper(f, *cheaper)
            }
            Self::Floor { floor, declared: Some(declared), left: Some(left), price, cheaper } => {
                if floor > declared {
                    write!(f, "the floor of {} is above the balance of {declared}", credits(*floor))?;
                } else {
                    let price = price_words(*price);
                    write!(f, "this call costs {price} and would go below the floor of {floor}: ")?;
                    write!(f, "{left} of the declared {declared} are surely left")?;
                }
                f.write_str(
                    "; nothing was sent; after a top-up declare the new balance, or lower the floor",
                )?;
                write_cheaper(f, *cheaper)
            }
            Self::Floor { floor, .. } => {
                write!(
                    f,
                    "the floor of {} cannot be kept, because the balance is not known; ",
                    credits(*floor)
                )?;
                f.write_str("nothing was sent; declare the balance, or take the floor away")
            }
            Self::OutOfCredits { since, probe_in } => {
                let (since, probe_in) = (whole_seconds(*since), whole_seconds(*probe_in));
                write!(
                    f,
                    "no credits left: the server answered 402 {since} s ago, and at zero it pauses all agents; "
                )?;
                write!(f, "nothing was sent; top up, then resume or declare the new balance; ")?;
                write!(f, "without that one call tries again in {probe_in} s")
            }
        }
    }
}

fn write_cheaper(f: &mut fmt::Formatter<'_>, cheaper: Option<&'static str>) -> fmt::Result {
    cheaper.map_or(Ok(()), |cheaper| write!(f, "; cheaper: {cheaper}"))
}

/// "budget of 500 credits a day for tag:spring".
pub(super) fn budget_words(on: &BudgetOn, per: Per, cap: u64) -> String {
    let what = format!("budget of {} {}", credits(cap), per.words());
    match on {
        BudgetOn::Team => what,
        on => format!("{what} on {on}"),
    }
}

fn price_words(price: Credits) -> String {
    let (least, most) = (price.min.min(price.max), price.max.max(price.min));
    if least == most { credits(most.into()) } else { format!("{least} to {}", credits(most.into())) }
}

fn credits(number: u64) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} credit{plural}")
}

pub(super) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0))
}
