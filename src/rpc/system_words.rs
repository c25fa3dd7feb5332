//! What the system says went wrong, in words and without its numbers.

use std::io::{Error, ErrorKind};

/// A clause such as "it is a file, not a folder".
pub fn system_words(error: &Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::PermissionDenied => "there is no permission",
        ErrorKind::AlreadyExists => "something of this name exists already",
        ErrorKind::NotADirectory => "it is a file, not a folder",
        ErrorKind::IsADirectory => "it is a folder, not a file",
        ErrorKind::DirectoryNotEmpty => "the folder is not empty",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::StorageFull => "no room is left on the disk",
        ErrorKind::QuotaExceeded => "no more room is granted on the disk",
        ErrorKind::FileTooLarge => "it is larger than the disk allows",
        ErrorKind::InvalidFilename => "the name is too long, or has signs that the disk does not take",
        ErrorKind::ResourceBusy => "something else is using it",
        ErrorKind::ExecutableFileBusy => "it is a program that runs",
        ErrorKind::CrossesDevices => "it would have to go to another disk",
        ErrorKind::TooManyLinks => "it has too many links",
        ErrorKind::StaleNetworkFileHandle => "the network disk does not have it any more",
        ErrorKind::UnexpectedEof => "it ended too early",
        ErrorKind::WriteZero => "the disk takes no more bytes",
        ErrorKind::TimedOut => "it took too long",
        ErrorKind::OutOfMemory => "there is not enough memory",
        ErrorKind::Unsupported => "the system cannot do this here",
        ErrorKind::BrokenPipe => "nobody reads it any more",
        ErrorKind::HostUnreachable => "there is no way to the host",
        ErrorKind::NetworkUnreachable => "there is no way to the network",
        ErrorKind::NetworkDown => "the network is down",
        ErrorKind::AddrNotAvailable => "the address cannot be used here",
        _ => return without_number(&error.to_string()),
    };
    words.to_owned()
}

/// The system's own words begin small, as in the middle of a sentence.
fn without_number(text: &str) -> String {
    let text = match text.rsplit_once(" (os error ") {
        Some((words, number)) if number.strip_suffix(')').is_some_and(is_number) => words,
        _ => text,
    };
    let is_word = text.chars().nth(1).is_some_and(char::is_lowercase);
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if is_word => first.to_lowercase().chain(rest).collect(),
        _ => text.to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    text.chars().all(|digit| digit.is_ascii_digit() || digit == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_the_system_is_told() {
        for number in 0..200 {
            let words = system_words(&Error::from_raw_os_error(number));
            assert!(!words.contains("os error") && !words.is_empty(), "{number}: {words}");
            assert!(!words.starts_with(char::is_uppercase) || !words[1..].starts_with(char::is_lowercase));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_people_meet_is_told_in_plain_words() {
        for (number, words) in [
            (2, "there is no such file or folder"),
            (13, "there is no permission"),
            (20, "it is a file, not a folder"),
            (21, "it is a folder, not a file"),
            (28, "no room is left on the disk"),
            (30, "the disk is read-only"),
            (36, "the name is too long, or has signs that the disk does not take"),
            (16, "something else is using it"),
            (5, "input/output error"),
        ] {
            assert_eq!(system_words(&Error::from_raw_os_error(number)), words);
        }
    }

    #[test]
    fn words_of_others_stay_as_they_are() {
        let other = Error::other("I am told");
        assert_eq!(system_words(&other), "I am told");
        assert_eq!(system_words(&Error::other("Told (os error x)")), "told (os error x)");
    }
}
