//! Records read as a person chose are compared as that.

use super::*;
use crate::document::Document;
use crate::document::reading::Reading;
use crate::schema::Kind;
use std::ops::ControlFlow;

fn paths(document: &Document, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut sink = |finding: &mut Finding<'_, '_, '_>| {
        found.push(finding.hit()?.path.to_string());
        Ok(ControlFlow::Continue(()))
    };
    let mut go_on = |_| ControlFlow::Continue(());
    let query = query.parse().unwrap();
    search(document.snapshot(), &document.root(), &query, &mut sink, &mut go_on).unwrap();
    found
}

#[test]
fn an_undeclared_number_is_compared_as_the_kind_that_was_chosen_for_it() {
    // 1: 5, which is -3 as zigzag  2: 1.5 as a double  3: { 1: 6 }
    let mut bytes = vec![0x08, 0x05, 0x11];
    bytes.extend(1.5_f64.to_le_bytes());
    bytes.extend([0x1a, 0x02, 0x08, 0x06]);
    let mut document = Document::of_bytes(&bytes, None);
    assert_eq!(paths(&document, "1 == -3"), Vec::<String>::new());
    assert_eq!(paths(&document, "1 == 5"), ["1"]);
    document.choose_reading(&[1], Some(Reading::Kind(Kind::Sint32)));
    document.choose_reading(&[2], Some(Reading::Kind(Kind::Fixed64)));
    assert_eq!(paths(&document, "1 == -3"), ["1"]);
    assert_eq!(paths(&document, "1 < 0"), ["1"]);
    assert_eq!(paths(&document, "-3"), ["1"]);
    assert_eq!(paths(&document, "1 == 5"), Vec::<String>::new(), "it is not what is shown");
    assert_eq!(paths(&document, "3.1 == 6"), ["3.1"], "chosen for another place");
    assert_eq!(paths(&document, "2 == 1.5"), Vec::<String>::new());
    assert_eq!(paths(&document, "2 == 4609434218613702656"), ["2"]);
}
