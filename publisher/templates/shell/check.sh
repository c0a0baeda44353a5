#!/bin/sh
# Checks that a file exists and is not empty; the last line of output is the result, as Nagios plugins write it.
path=
for argument in "$@"; do
  case $argument in
    --path=*) path=${argument#--path=} ;;
  esac
done

if [ ! -e "$path" ]; then
  echo "CRITICAL - $path does not exist"
  exit 2
fi
if [ ! -s "$path" ]; then
  echo "CRITICAL - $path is empty"
  exit 2
fi
echo "OK - $path has $(wc -c < "$path" | tr -d ' ') bytes"
