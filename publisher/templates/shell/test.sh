#!/bin/sh
# A file that has something in it passes, and no other.
set -eu
cd "$(dirname -- "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf text >"$folder/full"
: >"$folder/empty"

# expect CODE LINE [ARGUMENT…]
expect() {
  code=$1 line=$2
  shift 2
  found=0
  said=$(sh check.sh "$@") || found=$?
  case $said in
    *"$line"*) [ "$found" -ne "$code" ] || return 0 ;;
  esac
  echo "check.sh $*: expected exit code $code and $line, found $found and $said" >&2
  exit 1
}

expect 0 "full has 4 bytes" "--path=$folder/full"
expect 2 "is empty" "--path=$folder/empty"
expect 2 "does not exist" --path=/no/such/file
expect 3 "--path is missing"
echo "passed"
