//! The sandbox seen from outside: over HTTP, byte by byte where it matters, with no other client than the small
//! one below.

#[cfg(test)]
mod admission;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod client;
#[cfg(test)]
mod command;
#[cfg(test)]
mod control;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod teams;
