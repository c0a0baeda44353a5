// Checks that a file exists and is not empty; the last line of output is the result, as Nagios plugins write it.
use std::{env, fs, process::exit};

fn main() {
    let path = env::args()
        .find_map(|argument| argument.strip_prefix("--path=").map(str::to_owned))
        .unwrap_or_default();
    match fs::metadata(&path) {
        Ok(meta) if meta.len() > 0 => println!("OK - {path} has {} bytes", meta.len()),
        Ok(_) => fail(&format!("{path} is empty")),
        Err(error) => fail(&format!("{path}: {error}")),
    }
}

fn fail(summary: &str) -> ! {
    println!("CRITICAL - {summary}");
    exit(2)
}
