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
# Room for what is new: loading octo fills the little that V8 begins with again and again, and all that lives is copied each time.
exec "$here/../lib/octo/node/bin/node" --min-semi-space-size=8 "$here/../lib/octo/bin/octo.js" "$@"
