#!/bin/sh
# Checks that a file exists and is not empty; the last line of output is the result, as Nagios plugins write it.
unknown() {
  echo "UNKNOWN - $1"
  exit 3
}

path=
for argument in "$@"; do
  case $argument in
    --path=*) path=${argument#--path=} ;;
    *) unknown "there is no option $argument" ;;
  esac
done
[ -n "$path" ] || unknown 'say which file with --path=FILE'

if [ ! -e "$path" ]; then
  echo "CRITICAL - $path does not exist"
  exit 2
fi
if [ ! -s "$path" ]; then
  echo "CRITICAL - $path is empty"
  exit 2
fi
echo "OK - $path has $(wc -c < "$path" | tr -d ' ') bytes"
