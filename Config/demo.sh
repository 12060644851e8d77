#!/usr/bin/env bash
# Drops the sample files into an inbox of its own, drains it, and shows what came out.
set -euo pipefail
cd "$(dirname "$0")/.."
taxod=.build/release/taxod
export TAXOD_INBOX=Inbox TAXOD_OUTBOX=Outbox TAXOD_STATE=state

echo
echo "Dropping into $TAXOD_INBOX/:"
for file in Inbox/_examples/*; do
  name=$(basename "$file")
  case "$name" in README*) continue ;; esac
  # A writer's temporary name, then a rename: the daemon never sees half a file.
  cp "$file" "Inbox/.$name.tmp"
  mv "Inbox/.$name.tmp" "Inbox/$name"
  printf '  %-28s %8d bytes\n' "$name" "$(stat -c %s "Inbox/$name")"
done

echo
echo "Draining: taxod run --once"
status=0
"$taxod" run --once || status=$?
[ "$status" = 0 ] || [ "$status" = 65 ] || exit "$status"

echo
"$taxod" status --results
exit 0
