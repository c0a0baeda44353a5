// Checks that a file exists and is not empty; the last line of output is the result, as Nagios plugins write it.
use std::{env, fs, process::exit};

const OK: i32 = 0;
const CRITICAL: i32 = 2;
const UNKNOWN: i32 = 3;

fn main() {
    let path = read_path();
    match fs::metadata(&path) {
        Ok(meta) if meta.len() > 0 => report(OK, &format!("{path} has {} bytes", meta.len())),
        Ok(_) => report(CRITICAL, &format!("{path} is empty")),
        Err(error) => report(CRITICAL, &format!("{path}: {error}")),
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
