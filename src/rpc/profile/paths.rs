//! The values that a profile names, and the files among them.

use super::resolve::Place;
use super::value::ProfileValue;
use super::{Profile, ProxySetting};
use std::path::{Path, PathBuf};

impl Profile {
    /// With every relative path taken as one from `folder`.
    pub fn in_folder(mut self, folder: &Path) -> Profile {
        self.map_paths(|path| folder.join(path));
        self
    }

    /// With every path into `folder` as a relative one, so that both can go elsewhere together.
    pub fn beside_folder(mut self, folder: &Path) -> Profile {
        self.map_paths(|path| path.strip_prefix(folder).unwrap_or(path).to_owned());
        self
    }

    /// Puts another value where one is already.
    pub fn set(&mut self, place: &Place, value: ProfileValue) {
        let of = |pairs: &mut Vec<(String, ProfileValue)>, name: &str, value: ProfileValue| {
            if let Some((_, known)) = pairs.iter_mut().find(|(known, _)| known == name) {
                *known = value;
            }
        };
        let rocketmq = self.rocketmq.as_mut();
        match place {
            Place::Metadata(name) => of(&mut self.metadata, name, value),
            Place::Variable(name) => of(&mut self.variables, name, value),
            Place::Proxy => self.proxy = ProxySetting::Through(value),
            Place::RocketMqSecret => rocketmq.into_iter().for_each(|set| set.secret = Some(value.clone())),
            Place::RocketMqSessionToken => {
                rocketmq.into_iter().for_each(|set| set.session_token = Some(value.clone()));
            }
        }
    }

    fn map_paths(&mut self, map: impl Fn(&Path) -> PathBuf) {
        let tls = [&mut self.tls.ca, &mut self.tls.certificate, &mut self.tls.key];
        for path in tls.into_iter().filter(|path| !path.as_os_str().is_empty()) {
            *path = map(path);
        }
        let proxy = match &mut self.proxy {
            ProxySetting::Through(value) => Some(value),
            ProxySetting::Environment | ProxySetting::Direct => None,
        };
        let rocketmq = self.rocketmq.as_mut();
        let secrets = rocketmq.into_iter().flat_map(|set| [set.secret.as_mut(), set.session_token.as_mut()]);
        let pairs = self.metadata.iter_mut().chain(&mut self.variables).map(|(_, value)| value);
        for value in pairs.chain(proxy).chain(secrets.flatten()) {
            if let ProfileValue::File(path) = value {
                *path = map(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_beside_a_profile_are_relative_and_others_stay() {
        let mut profile = Profile::new("", "https://a");
        profile.tls.ca = "certs/ca.pem".into();
        profile.tls.key = "/etc/key.pem".into();
        profile.metadata = vec![("cookie".to_owned(), ProfileValue::File("jar".into()))];
        let absolute = profile.clone().in_folder(Path::new("/git/requests"));
        assert_eq!(absolute.tls.ca, Path::new("/git/requests/certs/ca.pem"));
        assert_eq!(absolute.metadata[0].1, ProfileValue::File("/git/requests/jar".into()));
        assert!(absolute.tls.certificate.as_os_str().is_empty());
        assert_eq!(absolute.tls.key, Path::new("/etc/key.pem"));
        assert_eq!(absolute.beside_folder(Path::new("/git/requests")), profile);
    }
}
