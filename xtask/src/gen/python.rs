//! Renders the façade of one language.

use anyhow::Result;

use super::Rendered;
use crate::table::Table;

pub(super) fn render(_table: &Table) -> Result<Vec<Rendered>> {
    Ok(Vec::new())
}
