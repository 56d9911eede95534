//! Ids of contexts and messages, both chosen by the caller.

use crate::declare::id;
use crate::error::Result;
use crate::rules::FieldPath;

id! {
    /// Name of a context, chosen by the caller: 1 to 128 bytes of UTF-8. Use a pseudonym, never an email address.
    ContextId, checked by context_id
}
id! {
    /// Id of a message inside its context, chosen by the caller; best a UUID, since some servers take nothing else.
    ExternalId
}

/// Longest name of a context, in bytes.
const LONGEST: usize = 128;

/// Last segments of fixed routes: a context of this name cannot be read back.
const RESERVED: [&str; 4] = ["analysis", "batch-analysis", "analyse", "batch-analyse"];

fn context_id(text: &str, path: FieldPath<'_>) -> Result<()> {
    crate::rules::id(text, path)?;
    if text == "." || text == ".." {
        return Err(path.broken("`.` and `..` are not ids"));
    }
    if text.len() > LONGEST {
        return Err(path.broken(format!("a context id has at most {LONGEST} bytes, not {}", text.len())));
    }
    Ok(())
}

impl ContextId {
    /// Whether it is the name of a fixed route.
    pub(crate) fn is_reserved(&self) -> bool {
        RESERVED.contains(&self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Check;

    #[test]
    fn ids_are_measured_in_bytes() {
        let check = |text: &str| ContextId::from(text).check(FieldPath::root().member("context_id"));
        for good in ["a", "coach-7f21", "a/b?c", "…", &"é".repeat(64)] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", " ", ".", "..", "a\nb", "\u{7f}", &"é".repeat(65), &"a".repeat(129)] {
            assert_eq!(check(bad).unwrap_err().details()[0].field, "contextId", "{bad:?}");
        }
    }

    #[test]
    fn names_of_routes_are_reserved() {
        assert!(ContextId::from("analysis").is_reserved() && !ContextId::from("Analysis").is_reserved());
    }
}
