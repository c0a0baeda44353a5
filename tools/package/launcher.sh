#!/bin/sh
# Starts octo with the Node that lies in the same package, from wherever it is called and by whatever link.
case ${0##*/} in
  octoctl) set -- octoctl "$@" ;;
esac
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
case $self in
  */*) here=${self%/*} ;;
  *) here=. ;;
esac
# Node raises its soft limit of open files and cannot tell afterwards what it was: octo gives that one to the programs that it
# starts. Written into the pipe of a here-document and read from it, because `$(ulimit -Sn)` would start a process each time.
{ read -r OCTO_OPEN_FILES && ulimit -Sn >>/proc/self/fd/0 && read -r OCTO_OPEN_FILES; } 2>/dev/null <<'END'
unknown
END
export OCTO_OPEN_FILES
# Room for what is new: loading octo fills the little that V8 begins with again and again, and all that lives is copied each time.
exec "$here/../lib/octo/node/bin/node" --min-semi-space-size=8 "$here/../lib/octo/bin/octo.js" "$@"
