// Checks that a file exists and is not empty; the last line of output is the result, as Nagios plugins write it.
use std::{env, fs, process::exit};

const OK: i32 = 0;
const CRITICAL: i32 = 2;
const UNKNOWN: i32 = 3;

fn main() {
    let (status, summary) = look(&read_path());
    report(status, &summary)
}

fn look(path: &str) -> (i32, String) {
    match fs::metadata(path) {
        Ok(meta) if meta.len() > 0 => (OK, format!("{path} has {0} bytes|size={0}B", meta.len())),
        Ok(_) => (CRITICAL, format!("{path} is empty")),
        Err(error) => (CRITICAL, format!("{path}: {error}")),
    }
}

fn read_path() -> String {
    let mut path = String::new();
    for argument in env::args_os().skip(1) {
        match argument.to_str().and_then(|text| text.strip_prefix("--path=")) {
            Some(value) => path = value.to_owned(),
            None => report(UNKNOWN, &format!("there is no option {argument:?}")),
        }
    }
    if path.is_empty() {
        report(UNKNOWN, "say which file with --path=FILE")
    }
    path
}

fn report(status: i32, summary: &str) -> ! {
    let word = match status {
        OK => "OK",
        CRITICAL => "CRITICAL",
        _ => "UNKNOWN",
    };
    println!("{word} - {summary}");
    exit(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_something_in_it_passes_and_no_other() {
        let folder = env::temp_dir().join(format!("__NAME__-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let (full, empty) = (folder.join("full"), folder.join("empty"));
        fs::write(&full, "text").unwrap();
        fs::write(&empty, "").unwrap();
        let full = full.to_str().unwrap();
        assert_eq!(look(full), (OK, format!("{full} has 4 bytes|size=4B")));
        assert_eq!(look(empty.to_str().unwrap()).0, CRITICAL);
        assert_eq!(look("/no/such/file").0, CRITICAL);
        fs::remove_dir_all(&folder).unwrap();
    }
}
