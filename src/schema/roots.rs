//! Folders that imports are looked up in, and the import name of a file on disk.

use super::{FileResolver, SchemaError};

/// The name by which `file` would be imported, and the roots that imports are looked up in.
///
/// The longest root that encloses the file gives the name; without one, a file that a root has under
/// this name; otherwise the file's own folder becomes the last root.
pub(super) fn import_name(
    file: &str,
    includes: &[String],
    resolver: &dyn FileResolver,
) -> Result<(String, Vec<String>), SchemaError> {
    let mut roots = includes.to_vec();
    if roots.is_empty() && !file.starts_with('/') {
        roots.push(String::new());
    }
    let inside = |root: &String| {
        let rest = match root.as_str() {
            "" => (!file.starts_with('/')).then_some(file)?,
            root => file
                .strip_prefix(root)?
                .strip_prefix('/')
                .or(root.ends_with('/').then_some(file.get(root.len()..)?))?,
        };
        (!rest.is_empty() && !rest.split('/').any(|part| part == "..")).then(|| rest.to_owned())
    };
    let by_root = roots.iter().filter_map(inside).min_by_key(String::len);
    let (folder, base) = file.rsplit_once('/').map_or(("", file), |(folder, base)| (folder, base));
    let own_folder = if folder.is_empty() && file.starts_with('/') { "/" } else { folder };
    let mut name = by_root;
    if name.is_none() && !file.starts_with('/') {
        for root in &roots {
            let path = at(root, file);
            if read(resolver, &path)?.is_some() {
                name = Some(file.to_owned());
                break;
            }
        }
    }
    let name = name.unwrap_or_else(|| base.to_owned());
    if includes.is_empty() || !roots.iter().any(|root| inside(root).is_some() || at(root, &name) == file) {
        roots.push(own_folder.to_owned());
    }
    roots.dedup();
    Ok((name, roots))
}

pub(super) fn slashed(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut path = path.as_str();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    match path {
        "." => String::new(),
        "/" => "/".to_owned(),
        path => path.trim_end_matches('/').to_owned(),
    }
}

pub(super) fn at(root: &str, name: &str) -> String {
    match root {
        "" => name.to_owned(),
        root if root.ends_with('/') => format!("{root}{name}"),
        root => format!("{root}/{name}"),
    }
}

pub(super) fn read(resolver: &dyn FileResolver, path: &str) -> Result<Option<Vec<u8>>, SchemaError> {
    resolver.read(path).map_err(|reason| SchemaError::Unreadable { file: path.to_owned(), reason })
}
