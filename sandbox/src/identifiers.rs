//! Record ids: 20 lower-case hexadecimal characters, the same in every run of the same steps.
//!
//! One counter per world. Two worlds never share an id, because the number of the world is part of it.

use serde::{Deserialize, Serialize};

/// Hands out the ids of one world.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Identifiers {
    seed: u64,
    world: u16,
    next: u64,
}

impl Identifiers {
    pub(crate) fn new(seed: u64, world: u16) -> Self {
        Self { seed, world, next: 0 }
    }

    pub(crate) fn next(&mut self) -> String {
        self.next += 1;
        // The mixing is a bijection, so ids of one world cannot collide; it only keeps anyone from reading order
        // or meaning out of them, as with the real ids.
        let mixed = mix(self.seed ^ u64::from(self.world).wrapping_mul(0xD1B5_4A32_D192_ED03), self.next);
        format!("{mixed:016x}{:04x}", self.world)
    }
}

/// A stable hash of some bytes (FNV-1a).
pub(crate) fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// One step of the splitmix64 generator.
pub(crate) fn mix(seed: u64, step: u64) -> u64 {
    let mut value = seed.wrapping_add(step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_repeat_by_seed_and_never_collide() {
        let ids = |world| {
            let mut identifiers = Identifiers::new(7, world);
            (0..2_000).map(|_| identifiers.next()).collect::<Vec<_>>()
        };
        assert_eq!(ids(0), ids(0));
        let all: HashSet<String> = ids(0).into_iter().chain(ids(1)).collect();
        assert_eq!(all.len(), 4_000);
        assert!(all.iter().all(|id| id.len() == 20));
        assert!(all.iter().all(|id| id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))));
    }
}
