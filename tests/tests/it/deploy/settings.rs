//! Every `HOOKTIDE_…` in `deploy/` and in the guides is a setting that the server has.

use std::path::{Path, PathBuf};

use hooktide_testkit::workspace_root;

use super::tools::{known_variables, words};

/// What `init.sh` makes: nobody's to read.
const NOT_OURS: [&str; 3] = [".env", ".env.new", "secrets"];
/// Names of ours that are no settings.
const NOT_SETTINGS: [&str; 3] = ["HOOKTIDE_CONFIG", "HOOKTIDE_URL", "HOOKTIDE_TOKEN"];

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if NOT_OURS.contains(&name.as_str()) {
        } else if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn every_variable_that_is_named_is_a_setting() {
    let known = known_variables();
    assert!(known.contains("HOOKTIDE_LISTEN") && known.contains("HOOKTIDE_JWT_SECRET_FILE"), "{known:?}");
    let mut files = Vec::new();
    for folder in ["deploy", "docs/guides"] {
        files_below(&workspace_root().join(folder), &mut files);
    }
    let mut named = 0;
    for file in files {
        let text =
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for word in words(&text, "HOOKTIDE_").iter().filter(|word| !NOT_SETTINGS.contains(&word.as_str())) {
            assert!(known.contains(word), "{}: {word} is no setting", file.display());
            named += 1;
        }
    }
    assert!(named > 20, "only {named} were found: are the files where they were?");
}
