//! The pieces that were written by hand before the generator: it is right when it reproduces them byte for byte.
//!
//! They are looked up in the checked-in files, which `gen --check` compares with what the generator renders.

use std::fs;

#[test]
fn the_golden_pieces_stand_in_the_generated_files() {
    let package = crate::root().join("bindings-python");
    for (golden, generated) in [
        ("resources.py", "python/kakiyo/_generated/resources.py"),
        ("async_resources.py", "python/kakiyo/_generated/async_resources.py"),
        ("_native.pyi", "python/kakiyo/_native.pyi"),
        ("views.rs", "src/generated/views.rs"),
    ] {
        let pieces = fs::read_to_string(package.join("tests/golden").join(golden)).unwrap();
        let text = fs::read_to_string(package.join(generated)).unwrap();
        let marker = if golden.ends_with(".rs") { "// --- piece\n" } else { "# --- piece\n" };
        let mut found = 0;
        for piece in pieces.split(marker).skip(1) {
            assert!(text.contains(piece), "{generated} lacks this piece of {golden}:\n{piece}");
            found += 1;
        }
        assert_eq!(found, 4, "{golden}");
    }
}
