#!/bin/sh
# Installs octo from a repo, or from files that lie here. Works with dash, bash and busybox, and with what Debian's base has.
#
#   sh install.sh https://plugins.example.org --sha256 HEX --key core.pub
#   sh install.sh https://plugins.example.org/repos/core.yaml --key core.pub
#   sh install.sh ./octo_1.2.0_linux_amd64.tar.gz --repo https://plugins.example.org/repos/core.yaml --sha256 HEX --key core.pub
#
# What proves what. Nothing of the download is started before its bytes are known to be good, by one of these:
#   --sha256 HEX     the digest of the archive, which you have from somebody you trust
#   carried digests  an install.sh that came with a release carries them: then it is as good as the way it came to you
#   --key KEY        with `openssl` on this machine: the signature over the release, which names the digest of the archive
#   --trust-server   says in words that whoever serves the archive may run programs here
# Which version a first installation gets, the server chooses, unless `--version` or OCTO_VERSION names it: an old one that the key signed
# is as well signed as a new one.
# A checksum that lies beside an archive is compared too, and proves only that it came over whole. Then the octo in the archive
# proves the signature itself, by the same key, before anything becomes `current`. That alone would be no proof, as an archive
# of somebody else could say whatever it likes: it is the second look, by the rules that later updates are held to.
set -eu
umask 022

# Filled in by tools/release/ for the install.sh of a release; lines of `PLATFORM HEX`.
CARRIED_VERSION=''
CARRIED_DIGESTS=''
CARRIED_KEY=''
CARRIED_REPO=''

PLUGIN=octo
usage='usage: sh install.sh BASE [--key KEY] [--sha256 HEX] [--version VERSION] [--repo ADDRESS] [--root FOLDER] [--bin FOLDER] [--trust-server]
BASE is a registry (https://HOST), a repo (https://HOST/repos/NAME.yaml, or such a file), or an archive or folder of a release.
The registry chooses the version, unless --version or OCTO_VERSION names it.'

say() { printf '%s\n' "$*" >&2; }
die() { say "install.sh: $*"; exit 1; }
refuse_usage() { say "install.sh: $1"; say "$usage"; exit 64; }
has() { command -v "$1" >/dev/null 2>&1; }

base='' key='' sha256='' version='' repo='' root='' bin='' trust_server=no
while [ $# -gt 0 ]; do
  case $1 in
    --key | --sha256 | --version | --repo | --root | --bin)
      [ $# -ge 2 ] || refuse_usage "$1 needs a value"
      [ -n "$2" ] || refuse_usage "$1 is empty"
      case $1 in
        --key) key=$2 ;;
        --sha256) sha256=$2 ;;
        --version) version=$2 ;;
        --repo) repo=$2 ;;
        --root) root=$2 ;;
        --bin) bin=$2 ;;
      esac
      shift 2
      ;;
    --trust-server) trust_server=yes; shift ;;
    -h | --help) printf '%s\n' "$usage"; exit 0 ;;
    --*) refuse_usage "unknown option ${1%%=*}" ;;
    -?*) refuse_usage "unknown option ${1%"${1#-?}"}" ;;
    *)
      [ -z "$base" ] || refuse_usage 'two bases are named, expected one'
      base=$1
      shift
      ;;
  esac
done

repo=${repo:-$CARRIED_REPO}
base=${base:-$CARRIED_REPO}
key=${key:-$CARRIED_KEY}
[ -n "$version" ] || version=${OCTO_VERSION:-}
version=${version#v}
version=${version:-$CARRIED_VERSION}
[ -n "$base" ] || refuse_usage 'name a base'
[ -n "$key" ] || refuse_usage 'name the public key that signs octo, as one line or a file: --key KEY'
# A password may hold any sign, `/` too, so an address with an `@` anywhere may hold one: in a path it is written %40. A query may be a
# secret as well, and what is asked for lies below the address. Neither is shown, and no file of this machine is meant.
for address in "$base" "$repo"; do
  case $address in
    //*) ;;
    '' | /* | ./* | ../* | [fF][iI][lL][eE]:///*) continue ;;
  esac
  [ ! -e "$address" ] || continue
  host=${address#*:}
  host=${host#"${host%%[!/\\]*}"}
  host=${host%%[/\\?#]*}
  is_login=no
  case $host in
    \[*) port=${host##*]} ;;
    *%*) port='' is_login=yes ;;
    *:*) port=${host#*:} ;;
    *) port='' ;;
  esac
  case ${port#:} in *[!0-9]*) is_login=yes ;; esac
  case $address in *@*) is_login=yes ;; esac
  [ "$is_login" = no ] ||
    refuse_usage 'an address holds a user or password, which every user of this machine reads in the list of processes; keep them in ~/.netrc (an `@` of a path is written %40)'
  case $address in
    *[?#]*) refuse_usage 'an address ends with a query or fragment, which every user of this machine reads in the list of processes; name it without' ;;
  esac
done
case $sha256 in
  '') ;;
  *[!0-9a-fA-F]*) refuse_usage '--sha256 is no 64 hex digits' ;;
  *) [ ${#sha256} -eq 64 ] || refuse_usage '--sha256 is no 64 hex digits' ;;
esac
sha256=$(printf '%s' "$sha256" | tr 'A-F' 'a-f')
case $version in
  *[!0-9A-Za-z.-]*) refuse_usage "--version is no version: $version" ;;
esac

missing=''
for tool in tar gzip mktemp sed tr uname awk grep wc cp rm mkdir cat id; do
  has "$tool" || missing="$missing $tool"
done
has sha256sum || has shasum || missing="$missing sha256sum"
[ -z "$missing" ] || {
  say "install.sh: these programs are needed and are not on the PATH:$missing"
  exit 69
}
digest_of() { if has sha256sum; then sha256sum; else shasum -a 256; fi <"$1"; }

# A key is what proves all else, so what is none is said before anything is fetched; its text never is, as it might be a secret.
# What is a key is that key, and no file: in the folder where somebody stands, others may have called one like it.
is_key() {
  case $1 in
    '-----BEGIN '*) return 0 ;;
    *[!0-9A-Za-z+/=[:space:]]*) return 1 ;;
    # The shortest has 60 signs, and each begins like this: a sequence of DER, in base64.
    M???????????????????????????????????????????????????????????*) return 0 ;;
    *) return 1 ;;
  esac
}
if ! is_key "$key" && [ -f "$key" ]; then key_text=$(cat -- "$key") && key_from="$key"; else key_text=$key key_from='--key'; fi
case $key_text in
  *PRIVATE*) refuse_usage "$key_from is a private key, the public one is needed" ;;
  *'-----BEGIN PUBLIC KEY-----'*) ;;
  *) case $(printf '%s' "$key_text" | tr -d '\n\r ') in
    *[!0-9A-Za-z+/=]* | '') refuse_usage "$key_from is no public key; as one line, or the name of a file that is here" ;;
    ????????????????????????????????????????*) ;;
    *) refuse_usage "$key_from is no public key; as one line, or the name of a file that is here" ;;
  esac ;;
esac

if [ "$(id -u)" = 0 ]; then
  root=${root:-/opt/octo} bin=${bin:-/usr/local/bin}
else
  data=${XDG_DATA_HOME:-${HOME:+$HOME/.local/share}}
  root=${root:-${data:+$data/octo}} bin=${bin:-${HOME:+$HOME/.local/bin}}
  [ -n "$root" ] && [ -n "$bin" ] || refuse_usage 'HOME is not set: name --root FOLDER and --bin FOLDER'
fi
# Asked before the download, which is long; what is asked is the folder in which a new one would be made.
for place in "$root" "$bin"; do
  case $place in /*) ;; *) place=$(pwd)/$place ;; esac
  while [ ! -e "$place" ]; do place=${place%/*} && place=${place:-/}; done
  [ -d "$place" ] && [ -w "$place" ] || {
    say "install.sh: \`$place\` is no folder that you can write; name others by --root FOLDER and --bin FOLDER"
    exit 73
  }
done

is_web() { case $1 in http://* | https://*) return 0 ;; *) return 1 ;; esac }

# fetch ADDRESS FILE MAX: a broken download leaves nothing, and one of more than MAX bytes ends there, whether or not the server
# says its length. Of the file, the shell itself bounds how large it may become; it counts in blocks of 512 or of 1024 bytes, which is
# why it is looked at once more.
DOCUMENT_BYTES=16000000
ARCHIVE_BYTES=300000000
fetch() {
  take "$1" "$2" "$3" || { rm -f -- "$2"; return 1; }
  [ "$(wc -c <"$2")" -le "$3" ] || {
    say "install.sh: $1 is larger than $3 bytes"
    rm -f -- "$2"
    return 1
  }
}
take() (
  trap '' XFSZ
  ulimit -f "$(($3 / 512 + 1))"
  if ! is_web "$1"; then
    [ -f "${1#file://}" ] || return 1
    cp -- "${1#file://}" "$2"
  elif has curl; then
    # No redirect leads away from HTTPS, where others would read passwords, and serve what the server is trusted for.
    case $1 in https://*) held='--netrc-optional --proto =https --proto-redir =https' ;; *) held='--proto =http,https --proto-redir =http,https' ;; esac
    # Of a proxy's address that it does not understand, curl shows all, the password too.
    # shellcheck disable=SC2086 # words
    if curl --fail --silent --show-error --location $held \
      --max-filesize "$3" --connect-timeout 30 --speed-limit 1 --speed-time 60 --output "$2" -- "$1" 2>"$work/said"; then :; else
      sed "s/'.*@/'***@/" "$work/said" >&2
      return 1
    fi
  else
    wget -q -T 60 -O "$2" -- "$1"
  fi
)
require_fetcher() {
  has curl || has wget || {
    say 'install.sh: neither curl nor wget is here to fetch anything. On another machine, fetch the archive of this platform'
    say "  (${PLUGIN}_VERSION_$platform.tar.gz) and the release.sigstore.json beside it, bring both here, and run"
    say "  sh install.sh ./${PLUGIN}_VERSION_$platform.tar.gz --repo ADDRESS --sha256 HEX --key KEY"
    say '  On Debian, `apt-get install curl ca-certificates` brings what fetches.'
    exit 69
  }
}

platform_here() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) die "there is no octo for $(uname -s)" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=amd64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) die "there is no octo for processors of kind $(uname -m)" ;;
  esac
  libc=''
  if [ "$system" = linux ] && ls /lib/ld-musl-*.so.1 >/dev/null 2>&1; then
    [ -e /lib64/ld-linux-x86-64.so.2 ] || [ -e /lib/ld-linux-aarch64.so.1 ] || libc=_musl
  fi
  printf '%s_%s%s' "$system" "$machine" "$libc"
}
platform=$(platform_here)
if is_web "$base"; then require_fetcher; fi

# Where others may rename what lies there, what was proven a moment ago is theirs a moment later.
temporary=${TMPDIR:-/tmp}
case $(ls -ldL -- "$temporary" 2>/dev/null) in
  d???????w[!tT]*)
    say "install.sh: every user of this machine can put other files in the place of those in \`$temporary\`: set TMPDIR to a folder of your own"
    exit 73
    ;;
esac
work=''
clean_up() { [ -z "$work" ] || rm -rf -- "$work"; }
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d "$temporary/octo-install.XXXXXX")

# Where the archive and its signed statement are: `from` is a folder or an address that ends in `/`.
from='' archive=''
if is_web "$base" || [ "${base%.yaml}" != "$base" ]; then
  case $base in
    *.yaml) ;;
    *) base=${base%/}/repos/core.yaml ;;
  esac
  repo=${repo:-$base}
  case $base in
    http://* | https://* | file://*) ;;
    /*) [ "$repo" != "$base" ] || repo=file://$base ;;
    *) [ "$repo" != "$base" ] || repo=file://$(pwd)/$base ;;
  esac
  tree=${base%.yaml}/$PLUGIN
  if [ -z "$version" ]; then
    fetch "$tree.json" "$work/versions" "$DOCUMENT_BYTES" || die "no versions of $PLUGIN at $tree.json"
    # The first active version that is no pre-release. The server chooses it, perhaps an old one; what it is, is proven later.
    version=$(tr ',{' '\n\n' <"$work/versions" | awk -F'"' '
      $2 == "version" { version = $4 }
      $2 == "state" && $4 == "active" && version != "" && version !~ /-/ { print version; exit }
      $2 == "state" { version = "" }')
    case $version in '' | *[!0-9A-Za-z.-]*) die "no version of $PLUGIN is offered at $tree.json" ;; esac
    say "version $version is what the server offers; another one is named by --version VERSION"
  fi
  from=$tree/$version/
  archive=${PLUGIN}_${version}_$platform.tar.gz
else
  base=${base#file://}
  if [ -d "$base" ]; then
    dashed=$(printf '%s' "$platform" | tr _ -)
    for file in "$base/${PLUGIN}_"*"_$platform.tar.gz" "$base/$PLUGIN-"*"-$dashed.tar.gz"; do
      [ -f "$file" ] || continue
      [ -z "$archive" ] || die "several archives for $platform in $base: name one"
      archive=${file##*/}
    done
    [ -n "$archive" ] || die "no archive for $platform in $base"
    from=$base/
  else
    [ -f "$base" ] || die "$base is no file, folder or address"
    archive=${base##*/}
    case $base in */*) from=${base%/*}/ ;; *) from=./ ;; esac
  fi
  [ -n "$repo" ] || refuse_usage 'name the repo that newer versions come from: --repo https://HOST/repos/NAME.yaml'
fi

say "octo for $platform from $from$archive"
fetch "$from$archive" "$work/octo.tar.gz" "$ARCHIVE_BYTES" || die "cannot fetch $from$archive"
fetch "${from}release.sigstore.json" "$work/release.sigstore.json" "$DOCUMENT_BYTES" ||
  die "cannot fetch ${from}release.sigstore.json, the signature over the release"
found=$(digest_of "$work/octo.tar.gz") && found=${found%% *}
[ ${#found} -eq 64 ] || die 'the archive has no digest here'

if fetch "$from$archive.sha256" "$work/beside" "$DOCUMENT_BYTES" 2>/dev/null; then
  beside=$(tr -s ' \t\n' '\n\n\n' <"$work/beside" | sed -n 1p)
  # What a server has there is shown only as what it should be: a terminal takes other text for commands.
  case $beside in '' | *[!0123456789abcdefABCDEF]*) beside='no digest' ;; esac
  [ "$beside" = "$found" ] || die "$archive did not come whole: $found, and the checksum beside it is $beside"
fi

# prove_by_key: 0 when the signature over the release is good by KEY and names this archive of octo; 1 when it is not; 2 when
# nothing here can tell.
prove_by_key() {
  has openssl && has base64 && has fold || return 2
  printf '%s\n' "$key_text" >"$work/given.pub"
  if grep -q '^-----BEGIN PUBLIC KEY-----' "$work/given.pub"; then
    cp "$work/given.pub" "$work/key.pem"
  else
    { printf '%s\n' '-----BEGIN PUBLIC KEY-----'; tr -d '\n\r ' <"$work/given.pub" | fold -w 64; printf '\n%s\n' '-----END PUBLIC KEY-----'; } >"$work/key.pem"
  fi
  tr -d '\n\r\t ' <"$work/release.sigstore.json" >"$work/bundle"
  field payload >"$work/payload.b64" && base64 -d <"$work/payload.b64" >"$work/payload" 2>/dev/null || return 1
  field sig >"$work/sig.b64" && base64 -d <"$work/sig.b64" >"$work/sig" 2>/dev/null || return 1
  [ -s "$work/payload" ] && [ -s "$work/sig" ] || return 1
  type=application/vnd.in-toto+json
  # Pre-authentication encoding of DSSE: what was signed is the type and the payload, each with its length.
  { printf 'DSSEv1 %s %s %s ' "${#type}" "$type" "$(wc -c <"$work/payload" | tr -d ' ')"; cat "$work/payload"; } >"$work/signed"
  if openssl pkey -pubin -in "$work/key.pem" -noout -text 2>/dev/null | grep -qi 'ed25519'; then
    openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -in "$work/signed" -sigfile "$work/sig" >/dev/null 2>&1 || return 1
  else
    openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/sig" "$work/signed" >/dev/null 2>&1 || return 1
  fi
  # Text in a text has `\"` for each quote, so these are fields and no words of a description.
  grep -qF "\"plugin\":\"$PLUGIN\"" "$work/payload" || return 1
  [ -z "$version" ] || grep -qF "\"version\":\"$version\"" "$work/payload" || return 1
  grep -qF "\"digest\":{\"sha256\":\"$found\"}" "$work/payload" || return 1
}

# The text of a field of the bundle; one that stands there twice is none.
field() {
  [ "$(grep -o "\"$1\":\"" "$work/bundle" | wc -l)" -eq 1 ] || return 1
  sed "s/.*\"$1\":\"\([A-Za-z0-9+/=]*\)\".*/\1/" "$work/bundle"
}

carried=''
if [ -n "$CARRIED_DIGESTS" ] && [ "$version" = "$CARRIED_VERSION" ]; then
  carried=$(printf '%s\n' "$CARRIED_DIGESTS" | awk -v platform="$platform" '$1 == platform { print $2; exit }')
fi
expected=${sha256:-$carried}
if [ -n "$expected" ]; then
  [ "$found" = "$expected" ] || die "$archive is another file than it should be: expected $expected, found $found"
  say 'its bytes are those of the digest'
else
  proof=0
  prove_by_key || proof=$?
  case $proof in
    0) say 'its signature is good by the key' ;;
    1) die "the release is not signed by the key, or is about another file than $archive" ;;
    *)
      [ "$trust_server" = yes ] || {
        say 'install.sh: nothing here can tell whether this is the octo that was signed: openssl is not on this machine. Give its digest,'
        say "  --sha256 HEX, from whoever publishes it and not from $from; or say --trust-server."
        exit 76
      }
      case $from in https://*) has curl || {
        say 'install.sh: wget does not tell whether it was led away from HTTPS, and so whose word this would be: --trust-server needs curl'
        exit 69
      } ;; esac
      say "warning: that this is octo is the word of $from"
      ;;
  esac
fi

mkdir "$work/unpacked"
gzip -dc "$work/octo.tar.gz" | (cd "$work/unpacked" && tar -xf -) || die "$archive cannot be unpacked"
program=''
for each in "$work/unpacked"/*/bin/octo "$work/unpacked/bin/octo"; do
  if [ -x "$each" ]; then program=$each; fi
done
[ -n "$program" ] || die "$archive holds no bin/octo"
"$program" --version >"$work/said" 2>&1 || {
  sed 's/^/  /' "$work/said" >&2
  die "this octo does not start on this machine; nothing was installed (a \`noexec\` folder for temporary files? set TMPDIR)"
}
say "$(sed -n 1p "$work/said") starts here"
[ -e "$root" ] && is_new=no || is_new=yes
"$program" self install --by install.sh --root "$root" --bin "$bin" --repo "$repo" --key "$key" \
  --archive "$work/octo.tar.gz" --bundle "$work/release.sigstore.json" || {
  code=$?
  [ "$is_new" = no ] || rmdir -- "$root/versions" "$root/state" "$root" 2>/dev/null || :
  exit "$code"
}
