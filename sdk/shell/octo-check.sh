# SPDX-License-Identifier: Apache-2.0
# The contract check/v1 of octo in one file, for any POSIX shell with awk: options in, one line of JSON and an exit code out.
#
#   . "$(dirname -- "$0")/octo-check.sh"
#   octo_check check-file 0.1.0 'a file exists'
#   octo_option path string 'File to look at' required=yes
#   look() {
#     [ -e "$opt_path" ] || octo_critical "$opt_path is missing"
#     octo_ok "$opt_path is there"
#   }
#   octo_main look "$@"
#
# Values arrive in `opt_NAME`, with `_` for `-`; those of `strings` one a line, durations as milliseconds, booleans as true or false.
# Whatever goes wrong is `unknown`: a command that ends the script, an option that cannot be read, an answer that never comes.

octo_options='' octo_metrics='' octo_retry='' octo_newline='
'

octo_check() { octo_name=$1 octo_version=$2 octo_summary=$3; }

# octo_option NAME KIND DESCRIPTION [required=yes] [default=…] [choices='a b'] [min=…] [max=…] [secret=yes] [positional=yes]
# KIND is string, strings (may be repeated), integer, duration or boolean. Secret ones come on standard input alone.
octo_option() {
  octo_id "$1"
  octo_options="$octo_options $1"
  eval "kind_$id=\$2 about_$id=\$3 count_$id=0 given_$id= isset_$id= required_$id= default_$id= choices_$id= min_$id= max_$id= secret_$id= positional_$id="
  shift 3
  for octo_setting in "$@"; do eval "${octo_setting%%=*}_$id=\${octo_setting#*=}"; done
}

octo_ok() { octo_report 0 ok "$1"; }
octo_warn() { octo_report 1 warn "$1"; }
octo_critical() { octo_report 2 critical "$1"; }
octo_unknown() { octo_report 3 unknown "$1"; }

# For options that contradict each other.
octo_invalid() { octo_unknown "$1; see \`$octo_name --help\`"; }

# octo_metric NAME VALUE [UNIT] [WARN] [CRIT] [MIN] [MAX]: performance data of the result that follows.
octo_metric() {
  octo_row=''
  for octo_cell in "$@"; do octo_row="$octo_row$(printf '%s' "$octo_cell" | tr '\t\n' '  ')	"; done
  octo_metrics="$octo_metrics$octo_row$octo_newline"
}

octo_retry_after_ms() { octo_retry=$1; }

octo_main() {
  octo_look=$1
  shift
  case ${1-} in
    --version) printf '%s\n' "$octo_version"; exit 0 ;;
    --help) octo_help; exit 0 ;;
  esac
  octo_result=$(mktemp "${TMPDIR:-/tmp}/octo-check.XXXXXX") || exit 3
  octo_watch=''
  trap 'octo_stop "$octo_name was told to stop before it had a result"' TERM
  trap 'octo_stop "no result before the deadline"' ALRM
  octo_watch_deadline
  # A shell hears no signal while a command of its own runs, and does while it waits.
  exec 3<&0
  (
    trap - TERM ALRM
    octo_read "$@"
    "$octo_look"
    octo_code=$?
    [ "$octo_code" -eq 0 ] || octo_unknown "$octo_name failed: exit code $octo_code"
    octo_unknown "$octo_name ended without a result"
  ) <&3 3<&- &
  octo_body=$!
  wait "$octo_body"
  octo_code=$?
  trap '' TERM ALRM
  [ -s "$octo_result" ] || (octo_unknown "$octo_name failed: exit code $octo_code")
  octo_end
}

octo_stop() {
  trap '' TERM ALRM
  kill "$octo_body" 2>/dev/null
  : >"$octo_result"
  (octo_unknown "$1")
  octo_end
}

octo_end() {
  [ -z "$octo_watch" ] || kill "$octo_watch" 2>/dev/null
  { IFS= read -r octo_code; cat; } <"$octo_result"
  rm -f "$octo_result"
  exit "$octo_code"
}

# The operator ends who answers too late; this says so a little earlier.
octo_watch_deadline() {
  case ${OCTO_DEADLINE_MS-} in '' | *[!0-9]* | ????????????????*) return ;; esac
  octo_now=$(date +%s%3N)
  case $octo_now in *[!0-9]*) octo_now=$(date +%s)000 ;; esac
  octo_left=$((OCTO_DEADLINE_MS - octo_now))
  [ "$octo_left" -gt 0 ] || octo_left=0
  octo_margin=$((octo_left / 10))
  [ "$octo_margin" -lt 250 ] || octo_margin=250
  octo_left=$((octo_left - octo_margin))
  (
    trap 'kill "$octo_sleep" 2>/dev/null; exit' TERM
    sleep "$((octo_left / 1000)).$(printf %03d $((octo_left % 1000)))" &
    octo_sleep=$!
    wait "$octo_sleep" && kill -ALRM $$
  ) </dev/null >/dev/null 2>&1 &
  octo_watch=$!
}

# The first result counts, and ends the script.
octo_report() {
  [ -s "$octo_result" ] || {
    printf '%s\n' "$1"
    octo_status=$2 octo_text=$3 octo_rows=$octo_metrics octo_wait=$octo_retry LC_ALL=C awk "$octo_line_program" </dev/null
  } >"$octo_result"
  exit "$1"
}

octo_line_program='
function text(given,   at, c, out) {
  out = "\""
  for (at = 1; at <= length(given); at++) {
    c = substr(given, at, 1)
    if (c == "\"" || c == "\\") out = out "\\" c
    else if (c in escapes) out = out escapes[c]
    else out = out c
  }
  return out "\""
}
function isNumber(given) { return given ~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/ }
function plain(given) { return given ~ /^[-+]?[0-9]*\.?[0-9]+$/ ? sprintf("%.15g", given + 0) : given }
function field(name, given) { return given == "" ? "" : ",\"" name "\":" (isNumber(plain(given)) ? plain(given) : text(given)) }
BEGIN {
  for (at = 1; at < 32; at++) escapes[sprintf("%c", at)] = sprintf("\\u%04x", at)
  escapes[sprintf("%c", 127)] = "\\u007f"
  summary = ENVIRON["octo_text"]
  if (length(summary) > 2000) {
    summary = substr(summary, 1, 2000)
    sub(/[\300-\377]?[\200-\277]*$/, "", summary)
  }
  line = "{\"v\":1,\"status\":\"" ENVIRON["octo_status"] "\",\"summary\":" text(summary)
  count = split(ENVIRON["octo_rows"], rows, "\n")
  for (at = 1; at <= count; at++) {
    split(rows[at], cell, "\t")
    if (rows[at] == "" || !isNumber(plain(cell[2]))) continue
    metric = "{\"name\":" text(cell[1]) ",\"value\":" plain(cell[2]) (cell[3] == "" ? "" : ",\"unit\":" text(cell[3]))
    metric = metric field("warn", cell[4]) field("crit", cell[5]) field("min", cell[6]) field("max", cell[7]) "}"
    metrics = metrics (metrics == "" ? "" : ",") metric
  }
  if (metrics != "") line = line ",\"metrics\":[" metrics "]"
  if (isNumber(ENVIRON["octo_wait"])) line = line ",\"retryAfterMs\":" ENVIRON["octo_wait"]
  print line "}"
}'

octo_id() { id=$(printf '%s' "$1" | tr - _); }

octo_read() {
  while [ $# -gt 0 ]; do
    octo_word=$1 octo_isset=''
    shift
    case $octo_word in
      --)
        for octo_word in "$@"; do octo_take_positional "$octo_word"; done
        break
        ;;
      --*=*) octo_key=${octo_word#--} octo_key=${octo_key%%=*} octo_text=${octo_word#*=} octo_isset=yes octo_raw="--$octo_key" ;;
      --*) octo_key=${octo_word#--} octo_raw=$octo_word ;;
      -?*)
        octo_text=${octo_word#-?} octo_key=${octo_word#-}
        octo_key=${octo_key%"$octo_text"} octo_raw="-$octo_key"
        [ -z "$octo_text" ] || octo_isset=yes
        ;;
      *)
        octo_take_positional "$octo_word"
        continue
        ;;
    esac
    octo_known "$octo_key" "$octo_raw"
    eval "octo_kind=\$kind_$id octo_secret=\$secret_$id"
    [ -z "$octo_secret" ] || octo_invalid "--$octo_key is secret and never read from the command line, which every user of the machine can read: give it on standard input, as \`{\"v\":1,\"arguments\":{\"$octo_key\":…}}\`"
    if [ -z "$octo_isset" ] && [ "$octo_kind" != boolean ] && [ $# -gt 0 ]; then
      octo_text=$1 octo_isset=yes
      shift
    fi
    [ -n "$octo_isset" ] || octo_text=''
    octo_take "$octo_key" "$octo_text" "$octo_isset"
  done
  if [ "${OCTO_INPUT-}" = json ]; then
    # Some awks end at depths that others read: what was asked for is not left away then.
    octo_found=$(LC_ALL=C awk "$octo_document_program") || octo_failed 'standard input cannot be read by this awk'
    eval "$octo_found"
  fi
  for octo_key in $octo_options; do octo_settle "$octo_key"; done
}

octo_known() {
  for octo_one in $octo_options; do
    if [ "$octo_one" = "$1" ]; then
      octo_id "$1"
      return
    fi
  done
  octo_invalid "unknown option \`$(octo_cut "$2")\`, expected one of $(printf ', --%s' $octo_options | cut -c 3-)"
}

# octo_take NAME VALUE ISSET: one more that was given.
octo_take() {
  octo_known "$1" "$1"
  eval "octo_kind=\$kind_$id octo_count=\$count_$id"
  if [ "$octo_kind" = strings ]; then
    octo_choose "$1" "$2" "$3"
    [ "$octo_count" -eq 0 ] || eval "given_$id=\$given_$id\$octo_newline"
    eval "given_$id=\$given_$id\$2"
  else
    eval "given_$id=\$2 isset_$id=\$3"
  fi
  eval "count_$id=\$((octo_count + 1))"
}

octo_take_map() {
  octo_known "$1" "$1"
  octo_invalid "\`$1\` is a map, expected a plain value"
}

octo_take_positional() {
  for octo_one in $octo_options; do
    octo_id "$octo_one"
    eval "octo_positional=\$positional_$id"
    if [ -n "$octo_positional" ]; then
      octo_take "$octo_one" "$1" yes
      return
    fi
  done
  octo_invalid "\`$(octo_cut "$1")\` belongs to no option"
}

# What was given, or the default, in `opt_NAME`.
octo_settle() {
  octo_id "$1"
  eval "octo_kind=\$kind_$id octo_count=\$count_$id octo_text=\$given_$id octo_isset=\$isset_$id octo_default=\$default_$id octo_required=\$required_$id octo_about=\$about_$id"
  [ "$octo_count" -gt 0 ] || [ -z "$octo_required" ] || octo_invalid "--$1 is missing: $octo_about"
  [ "$octo_kind" = strings ] || [ "$octo_count" -lt 2 ] || octo_invalid "--$1 is given $octo_count times, expected once"
  case $octo_kind in
    boolean)
      [ "$octo_count" -gt 0 ] || octo_text=false
      [ -z "$octo_count" ] || [ "$octo_count" -eq 0 ] || [ -n "$octo_isset" ] || octo_text=true
      case $octo_text in true | false) ;; *) octo_invalid "--$1 is \`$(octo_cut "$octo_text")\`, expected \`true\` or \`false\`" ;; esac
      ;;
    strings) ;;
    *)
      [ "$octo_count" -gt 0 ] || octo_text=$octo_default
      if [ "$octo_count" -gt 0 ] || [ -n "$octo_default" ]; then
        [ "$octo_count" -gt 0 ] || octo_isset=yes
        octo_choose "$1" "$octo_text" "$octo_isset"
        [ "$octo_kind" != integer ] || octo_integer "$1"
        [ "$octo_kind" != duration ] || octo_duration "$1"
      fi
      ;;
  esac
  eval "opt_$id=\$octo_text"
}

octo_choose() {
  [ -n "$3" ] || octo_invalid "--$1 needs a value"
  eval "octo_choices=\$choices_$id"
  [ -n "$octo_choices" ] || return 0
  for octo_choice in $octo_choices; do [ "$octo_choice" != "$2" ] || return 0; done
  octo_invalid "--$1 is \`$(octo_cut "$2")\`, expected \`$(printf '%s' "$octo_choices" | sed 's/ /` or `/g')\`"
}

octo_integer() {
  eval "octo_min=\$min_$id octo_max=\$max_$id"
  octo_digits=${octo_text#-} octo_bounds=''
  [ -z "$octo_min" ] || [ -z "$octo_max" ] || octo_bounds=" from $octo_min to $octo_max"
  case $octo_digits in '' | *[!0-9]* | ????????????????*) octo_digits='' ;; esac
  if [ -z "$octo_digits" ] || { [ -n "$octo_min" ] && [ "$octo_text" -lt "$octo_min" ]; } || { [ -n "$octo_max" ] && [ "$octo_text" -gt "$octo_max" ]; }; then
    octo_invalid "--$1 is \`$(octo_cut "$octo_text")\`, expected a whole number$octo_bounds"
  fi
  while :; do case $octo_digits in 0?*) octo_digits=${octo_digits#0} ;; *) break ;; esac; done
  case $octo_text in -*) octo_text=-$octo_digits ;; *) octo_text=$octo_digits ;; esac
}

octo_duration() {
  octo_ms=$(printf '%s\n' "$octo_text" | LC_ALL=C awk '
    NR > 1 || length($0) > 20 || !/^[0-9]+(\.[0-9]+)?(ms|s|m|h)$/ { exit }
    { whole = $0; sub(/[.a-z].*/, "", whole); part = $0; sub(/[a-z]+$/, "", part); sub(/^[0-9]+\.?/, "", part) }
    length(whole) > 9 || length(part) > 3 { exit }
    { unit = $0; sub(/^[0-9.]+/, "", unit); times["ms"] = 1; times["s"] = 1000; times["m"] = 60000; times["h"] = 3600000
      printf "%d", $0 * times[unit] + 0.5 }')
  [ -n "$octo_ms" ] || octo_invalid "--$1 is \`$(octo_cut "$octo_text")\`, expected a duration such as \`500ms\` or \`10s\`"
  octo_text=$octo_ms
}

octo_cut() {
  octo_shown=$(printf '%s.' "$1" | tr '\000-\037\177' '?')
  octo_shown=${octo_shown%.}
  [ "${#octo_shown}" -le 80 ] || octo_shown="$(printf '%.80s\n' "$octo_shown" | LC_ALL=C awk '{ sub(/[\300-\377][\200-\277]*$/, ""); print }')…"
  printf '%s' "$octo_shown"
}

octo_failed() { octo_unknown "$octo_name failed: $1"; }

# Reads the document on standard input and writes what was found as commands of the shell.
octo_document_program='
function quoted(given,   parts, count, at, out) {
  # By hand: what a backslash means to gsub is not the same in every awk.
  count = split(given, parts, "\047")
  out = parts[1]
  for (at = 2; at <= count; at++) out = out "\047\\\047\047" parts[at]
  return "\047" (count ? out : "") "\047"
}
function broken() { print "octo_failed " quoted("standard input is no JSON"); isBroken = 1; exit }
function blanks() { while (substr(text, pos, 1) ~ /^[ \t\r\n]$/) pos++ }
function hex(   at, digit, code) {
  for (at = 0; at < 4; at++) {
    digit = index("0123456789abcdef", tolower(substr(text, pos + at, 1)))
    if (digit == 0 || pos + at > size) broken()
    code = code * 16 + digit - 1
  }
  pos += 4
  return code
}
function utf8(code) {
  if (code < 128) return code == 0 ? "" : sprintf("%c", code)
  if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
  if (code < 65536) return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
  return sprintf("%c%c%c%c", 240 + int(code / 262144), 128 + int(code / 4096) % 64, 128 + int(code / 64) % 64, 128 + code % 64)
}
function string(   out, c, code, low) {
  for (pos++; ; ) {
    if (pos > size) broken()
    c = substr(text, pos++, 1)
    if (c == "\"") return out
    if (c < " ") broken()
    if (c != "\\") { out = out c; continue }
    c = substr(text, pos++, 1)
    if (c == "u") {
      code = hex()
      if (code >= 55296 && code < 56320 && substr(text, pos, 2) == "\\u") {
        pos += 2
        low = hex()
        code = 65536 + (code - 55296) * 1024 + low - 56320
      }
      out = out utf8(code)
    } else if (c in escaped) out = out escaped[c]
    else broken()
  }
}
function value(   c, rest) {
  blanks()
  c = substr(text, pos, 1)
  rest = substr(text, pos, 400)
  if (c == "{") { members(""); type = "object" }
  else if (c == "[") { items(""); type = "array" }
  else if (c == "\"") { found = string(); type = "string" }
  else if (match(rest, /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/)) { found = substr(rest, 1, RLENGTH); pos += RLENGTH; type = "number" }
  else if (rest ~ /^true/) { found = "true"; pos += 4; type = "boolean" }
  else if (rest ~ /^false/) { found = "false"; pos += 5; type = "boolean" }
  else if (rest ~ /^null/) { pos += 4; type = "null" }
  else broken()
}
function take(key) {
  if (type == "object" || type == "array") commands = commands "octo_take_map " quoted(key) "\n"
  else if (type != "null") commands = commands "octo_take " quoted(key) " " quoted(found) " yes\n"
}
function items(key,   c) {
  pos++
  blanks()
  if (substr(text, pos, 1) == "]") { pos++; return }
  for (;;) {
    value()
    if (key != "") { if (type == "null") type = "object"; take(key) }
    blanks()
    c = substr(text, pos++, 1)
    if (c == "]") return
    if (c != ",") broken()
  }
}
function members(where,   key, c) {
  pos++
  blanks()
  if (substr(text, pos, 1) == "}") { pos++; return }
  for (;;) {
    blanks()
    if (substr(text, pos, 1) != "\"") broken()
    key = string()
    blanks()
    if (substr(text, pos++, 1) != ":") broken()
    blanks()
    c = substr(text, pos, 1)
    if (where == "document" && key == "arguments" && c == "{") members("arguments")
    else if (where == "arguments" && c == "[") items(key)
    else {
      value()
      if (where == "document" && key == "v") version = type " " found
      if (where == "document" && key == "arguments") noMap = 1
      if (where == "arguments") take(key)
    }
    blanks()
    c = substr(text, pos++, 1)
    if (c == "}") return
    if (c != ",") broken()
  }
}
BEGIN {
  escaped["\""] = "\""; escaped["\\"] = "\\"; escaped["/"] = "/"; escaped["b"] = "\b"
  escaped["f"] = "\f"; escaped["n"] = "\n"; escaped["r"] = "\r"; escaped["t"] = "\t"
}
{ text = text $0 "\n" }
END {
  if (isBroken) exit
  size = length(text)
  pos = 1
  blanks()
  if (pos > size) { print "octo_failed " quoted("standard input is empty, expected one JSON document: {\"v\":1,…}"); exit }
  isMap = substr(text, pos, 1) == "{"
  if (isMap) members("document")
  else value()
  blanks()
  if (pos <= size) broken()
  if (!isMap) print "octo_failed " quoted("standard input is no JSON object")
  else if (version != "number 1") print "octo_failed " quoted("the document on standard input is of another version, expected `\"v\":1`")
  else if (noMap) print "octo_failed " quoted("`arguments` of the document is no JSON object")
  else printf "%s", commands
}'

octo_help() {
  printf '%s %s: passes when %s\n\nOptions:\n' "$octo_name" "$octo_version" "$octo_summary"
  for octo_key in $octo_options; do
    octo_id "$octo_key"
    eval "octo_kind=\$kind_$id octo_about=\$about_$id octo_required=\$required_$id octo_secret=\$secret_$id octo_default=\$default_$id octo_choices=\$choices_$id octo_positional=\$positional_$id"
    octo_typed=''
    case $octo_kind in integer) octo_typed='<number>' ;; duration) octo_typed='<10s>' ;; *) octo_typed='<text>' ;; esac
    [ -z "$octo_choices" ] || octo_typed=$(printf '%s' "$octo_choices" | tr ' ' '|')
    if [ -n "$octo_positional" ]; then octo_typed="[--$octo_key=]$octo_typed"; else octo_typed="--$octo_key=$octo_typed"; fi
    [ "$octo_kind" != boolean ] || octo_typed="--$octo_key"
    [ -z "$octo_secret" ] || octo_typed=$octo_key
    octo_notes=''
    [ -z "$octo_required" ] || octo_notes="$octo_notes; required"
    [ -z "$octo_secret" ] || octo_notes="$octo_notes; secret: on standard input"
    [ "$octo_kind" != strings ] || octo_notes="$octo_notes; may be repeated"
    [ -z "$octo_default" ] || octo_notes="$octo_notes; default $octo_default"
    [ -z "$octo_notes" ] || octo_about="$octo_about (${octo_notes#; })"
    printf '%s\t%s\n' "$octo_typed" "$octo_about"
  done | awk -F '\t' '{ left[NR] = $1; right[NR] = $2; if (length($1) > width) width = length($1) }
    END { for (at = 1; at <= NR; at++) printf "  %-" width "s  %s\n", left[at], right[at] }'
}
