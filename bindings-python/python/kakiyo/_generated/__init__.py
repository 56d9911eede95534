"""The part of the package that is written by `cargo xtask gen`."""
