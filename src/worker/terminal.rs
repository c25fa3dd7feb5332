//! What is asked at the terminal without being shown there.

use std::io;

/// Asks at the terminal of this process, whatever its standard input is; what is typed is not shown.
/// `None` if the person gave no answer, an error if there is no terminal.
pub fn ask_secret(question: &str) -> io::Result<Option<String>> {
    system::ask(question)
}

#[cfg(unix)]
mod system {
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
    use std::fs::{File, OpenOptions};
    use std::io::{self, Read as _, Write as _};

    /// Bytes of one answer.
    const MAX_ANSWER: usize = 64 << 10;

    pub fn ask(question: &str) -> io::Result<Option<String>> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        let mut silent = Silent::new(&terminal)?;
        silent.write(question)?;
        let answer = silent.line();
        silent.write("\n")?;
        answer
    }

    /// A terminal that shows nothing of what is typed, until this goes.
    struct Silent<'a> {
        terminal: &'a File,
        before: Termios,
    }

    impl<'a> Silent<'a> {
        fn new(terminal: &'a File) -> io::Result<Self> {
            let before = tcgetattr(terminal)?;
            let mut modes = before.clone();
            // Without signals: one would leave the terminal silent.
            modes.local_modes -=
                LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN;
            modes.special_codes[SpecialCodeIndex::VMIN] = 1;
            modes.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(terminal, OptionalActions::Flush, &modes)?;
            Ok(Self { terminal, before })
        }

        fn write(&mut self, text: &str) -> io::Result<()> {
            self.terminal.write_all(text.as_bytes())
        }

        /// Up to Enter; `None` after Ctrl-C or Ctrl-D.
        fn line(&mut self) -> io::Result<Option<String>> {
            const CTRL_C: u8 = 3;
            const CTRL_D: u8 = 4;
            const BACKSPACE: u8 = 8;
            const CTRL_U: u8 = 21;
            const DELETE: u8 = 127;
            let mut line = Vec::new();
            let mut byte = [0];
            loop {
                if self.terminal.read(&mut byte)? == 0 {
                    return Ok(None);
                }
                match byte[0] {
                    b'\r' | b'\n' => break,
                    CTRL_C | CTRL_D => return Ok(None),
                    CTRL_U => line.clear(),
                    BACKSPACE | DELETE => remove_character(&mut line),
                    byte if line.len() < MAX_ANSWER => line.push(byte),
                    _ => return Err(io::Error::other("the answer is too long")),
                }
            }
            let text = String::from_utf8(line);
            text.map(Some).map_err(|_| io::Error::other("the answer is no text"))
        }
    }

    impl Drop for Silent<'_> {
        fn drop(&mut self) {
            // Where even this fails there is no terminal any more.
            let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
        }
    }

    fn remove_character(line: &mut Vec<u8>) {
        while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
    }

    #[cfg(test)]
    mod tests {
        use super::remove_character;

        #[test]
        fn backspace_takes_a_whole_character() {
            let mut line = "aü".as_bytes().to_vec();
            remove_character(&mut line);
            assert_eq!(line, b"a");
            remove_character(&mut line);
            remove_character(&mut line);
            assert!(line.is_empty());
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    pub fn ask(_question: &str) -> io::Result<Option<String>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
