//! Messages that were on the wire.

use super::*;

/// Names and types from `index.json`.
fn captures() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/captures");
    let index: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap();
    let entries = index["entries"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    entries.iter().map(|entry| (folder.join(text(&entry["file"])), text(&entry["type"]))).collect()
}

#[test]
fn every_capture_opens_is_ranked_and_is_saved_as_it_was() {
    let captures = captures();
    assert!(captures.len() > 30);
    for (source, message) in captures {
        let mut fixture = Fixture::new();
        let bytes = fs::read(&source).unwrap();
        let path = fixture.file("capture.bin", &bytes);
        fixture.act(Action::Open(vec![path.clone()]));
        let open = fixture.open();
        let ranking = open.ranking.clone().expect("a ranking");
        assert_eq!(ranking.place_of(&message), Some(0), "{source:?}");
        match &ranking.preselected {
            Some(best) => {
                assert_eq!((best.full_name(), open.choice), (message.as_str(), TypeChoice::Ranked));
                assert_eq!(open.message(), Some(best));
            }
            None => assert_eq!((open.message().is_none(), open.choice), (true, TypeChoice::Unclear)),
        }
        let tab = fixture.tab();
        fixture.act(Action::ReadAs { tab, message: Some(message) });
        assert_eq!(fixture.open().problems.n_errors, 0, "{source:?}");
        fixture.act(Action::ExpandLevels(20));
        let n_rows = all_rows(fixture.open()).len() as u64;
        assert_eq!(fixture.open().tree.n_rows(), n_rows);
        for number in 0..n_rows {
            fixture.session.apply(Action::Select(SelectTarget::Row(number)));
            let selection = fixture.open().selection.clone().unwrap();
            assert_eq!(selection.row_number, number);
            // Every row's path leads back to it, except to one of several records of a field.
            let was = selection.path.clone();
            if !was.is_root() && selection.row.facet == Facet::Record {
                fixture.session.apply(Action::Select(SelectTarget::Path(was.clone())));
                let now = fixture.open().selection.clone().unwrap();
                assert_eq!(now.path, was, "{source:?}");
            }
        }
        fs::remove_file(&path).unwrap();
        fixture.act(Action::KeepMine(tab));
        let other = fixture.path("saved.bin");
        fixture.act(Action::SaveAs { tab, path: other.clone(), overwrite: false });
        assert_eq!(fs::read(&other).unwrap(), bytes, "{source:?}");
    }
}
