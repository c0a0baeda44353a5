#!/bin/sh
# Checks that a file exists and is not empty.
. "$(dirname -- "$0")/octo-check.sh"

octo_check __NAME__ 0.1.0 'a file exists and is not empty'
octo_option path string 'File to look at' required=yes

look() {
  [ -e "$opt_path" ] || octo_critical "$opt_path does not exist"
  [ -s "$opt_path" ] || octo_critical "$opt_path is empty"
  bytes=$(wc -c <"$opt_path") || octo_unknown "$opt_path cannot be read"
  bytes=$((bytes))
  octo_metric size "$bytes" B
  octo_ok "$opt_path has $bytes bytes"
}

octo_main look "$@"
