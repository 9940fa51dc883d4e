#!/bin/sh
# part.sh NAME COMMAND...: one part of the tests. Alone it speaks as it goes. In a queue (QUEUE is its
# folder) what it said comes whole at its end, and stays there as NAME when it failed.
set -u
name=$1
shift
[ -n "${QUEUE:-}" ] || exec "$@"
"$@" >"$QUEUE/$name" 2>&1
ended=$?
cat "$QUEUE/$name"
[ "$ended" != 0 ] || rm "$QUEUE/$name"
exit "$ended"
