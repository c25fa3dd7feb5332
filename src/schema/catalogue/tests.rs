use super::*;

fn found(query: &str) -> Vec<String> {
    let schema = Schema::builtin();
    let catalogue = schema.catalogue();
    let ids = catalogue.find(query, 1_000, &mut || true).unwrap();
    ids.into_iter().filter_map(|id| catalogue.labelled(id)).map(|one| one.path).collect()
}

#[test]
fn the_whole_name_comes_before_what_contains_it_and_types_before_their_members() {
    assert_eq!(found("sendmessagerequest")[0], "SendMessageRequest");
    assert_eq!(found("Message")[0], "Message");
    assert_eq!(found("message.topic")[0], "Message.topic");
    assert_eq!(found("Code.OK")[0], "Code.OK");
    assert_eq!(found("v2.Status")[0], "Status");
    assert_eq!(found("smr")[0], "SendMessageRequest");
    assert_eq!(found("request send")[0], "SendMessageRequest");
    assert_eq!(found("SendMessage")[0], "MessagingService.SendMessage");
    assert_eq!(found("sndmsgreq")[0], "SendMessageRequest");
    // Scattered letters are those of the name; a package has almost any.
    for path in found("gorder") {
        let lower = path.to_lowercase();
        let mut rest = lower.chars();
        assert!("gorder".chars().all(|wanted| rest.any(|found| found == wanted)), "{path}");
    }
    assert_eq!(found(" "), [""; 0]);
    assert_eq!(found("no such thing at all"), [""; 0]);
}

#[test]
fn everything_is_found_by_its_own_name_and_leads_to_its_page() {
    let schema = Schema::builtin();
    let catalogue = schema.catalogue();
    let n_all = catalogue.entries.len() + catalogue.members.len();
    let mut n_found = 0;
    for idx in 0..n_all {
        let Some(labelled) = catalogue.labelled(EntryId(idx as u32)) else { continue };
        let full = format!("{}.{}", labelled.package, labelled.path);
        let hits = catalogue.find(&full, 5, &mut || true).unwrap();
        assert!(hits.contains(&EntryId(idx as u32)), "{full}");
        assert!(schema.page_at(&labelled.address).is_some(), "{full}");
        n_found += 1;
    }
    assert!(n_found > 800, "{n_found}");
}

#[test]
fn rows_count_what_is_below_them_and_every_declaration_has_one() {
    let schema = Schema::builtin();
    let catalogue = schema.catalogue();
    let entries = catalogue.entries();
    assert_eq!(catalogue.n_declared(), schema.declarations().len());
    for (row, entry) in entries.iter().enumerate() {
        let below = &entries[row + 1..=row + entry.n_below as usize];
        assert!(below.iter().all(|inner| entry.depth < inner.depth));
        let n_declared = below.iter().filter(|inner| matches!(inner.what, What::Declared(_))).count();
        assert_eq!(entry.n_declared as usize, n_declared);
        let next = entries.get(row + 1 + entry.n_below as usize);
        assert!(next.is_none_or(|next| next.depth <= entry.depth));
        if let What::Declared(declaration) = &entry.what {
            assert_eq!(catalogue.row_of(&declaration.address()), Some(row as u32));
        }
    }
}

#[test]
fn finding_ends_when_it_is_told_to() {
    let schema = Schema::builtin();
    let ended = schema.catalogue().find("a", 10, &mut || false);
    assert_eq!(ended, Err(SchemaError::Cancelled));
}

use crate::schema::SchemaError;
