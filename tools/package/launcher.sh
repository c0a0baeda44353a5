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
exec "$here/../lib/octo/node/bin/node" "$here/../lib/octo/bin/octo.js" "$@"
