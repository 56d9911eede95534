//! The sandbox seen from outside: over HTTP, byte by byte where it matters, with no other client than the small
//! one below.

#[cfg(test)]
mod adding;
#[cfg(test)]
mod admission;
#[cfg(test)]
mod agent_settings;
#[cfg(test)]
mod agents;
#[cfg(test)]
mod analytics;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod client;
#[cfg(test)]
mod command;
#[cfg(test)]
mod control;
#[cfg(test)]
mod deletions;
#[cfg(test)]
mod fault_header;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod kaiko;
#[cfg(test)]
mod limit_models;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod teams;
#[cfg(test)]
mod top_ups;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod workspaces;
