#!/usr/bin/env bash
# Drops the sample files into the inbox, has them answered, and shows the results.
set -euo pipefail
cd "$(dirname "$0")/.."
taxod=.build/release/taxod
export TAXOD_INBOX=Inbox TAXOD_OUTBOX=Outbox TAXOD_STATE=state

# Vocabularies are listed first, because the daemon takes them first.
mapfile -t files < <(find Inbox/_examples -maxdepth 1 -name '*.xml' | sort
  find Inbox/_examples -maxdepth 1 -type f ! -name '*.xml' ! -name 'README*' | sort)

describe() {
  case $1 in
    mini-medic.xml) echo "a vocabulary in the shape of CTD's MEDIC" ;;
    mesh-descriptors.xml) echo "a vocabulary in the shape of MeSH" ;;
    mesh-supplementary.xml) echo "supplementary records: places in MeSH are asked for" ;;
    heart-seeds.json) echo "three seeds: more of the same kind are asked for" ;;
    new-terms.txt) echo "new terms: their parents are asked for" ;;
    grow-tree.json) echo "a small tree: it is to be grown" ;;
    paper-style.jsonl) echo "queries as the paper's own files have them" ;;
  esac
}

echo
echo "Dropping into $TAXOD_INBOX/"
for file in "${files[@]}"; do
  name=$(basename "$file")
  # A writer's temporary name, then a rename: the daemon never sees half a file.
  # Two vocabularies are loaded: the lists' folder says which of them is asked.
  folder=Inbox
  [ "${name%.xml}" = "$name" ] && folder=Inbox/MEDIC
  mkdir -p "$folder"
  cp "$file" "$folder/.$name.tmp"
  mv "$folder/.$name.tmp" "$folder/$name"
  printf '  %-24s %6d bytes  %s\n' "$name" "$(stat -c %s "$file")" "$(describe "$name")"
done

echo
echo "Answering: taxod run --once"
status=0
"$taxod" run --once || status=$?
[ "$status" = 0 ] || [ "$status" = 65 ] || exit "$status"

echo
"$taxod" status --results --last "${#files[@]}"
cat <<END

Each result is a folder with results.tsv (for people and spreadsheets), results.jsonl (for
programs) and receipt.json (how the file was read). The files themselves lie in $TAXOD_INBOX/_done/.
A file that was answered before, on the same vocabulary, models and settings, is not answered
again: it lies in $TAXOD_INBOX/_duplicate/. To begin anew: rm -r state Outbox/2*
END
