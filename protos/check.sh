#!/bin/sh
# Checks the protos: style, compatibility with what callers have, and that gen/ is
# made of them. protos/check.sh, from the root of the repository.
#
# protos/check.sh --release makes today's protos what the next ones must agree with.
#
# Buf's registry is not needed: buf reads an image that protoc built.
set -eu

fail() { echo "protos: $1" >&2; exit 1; }

python=$PWD/.venv-protos/bin/python
buf=${VENV:-.venv}/bin/buf
baseline=protos/baseline.binpb
[ -x "$python" ] || fail 'no .venv-protos: `make check` makes it'
[ -x "$buf" ] || buf=buf
site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
image=$scratch/image.binpb

"$python" -m grpc_tools.protoc -I protos -I "$site" \
    --include_imports --include_source_info --descriptor_set_out="$image" \
    $(find protos -name '*.proto')
"$buf" lint "$image" --config protos/buf.yaml || fail "buf lint"

if [ "${1:-}" = --release ]; then
    "$buf" build "$image" --config protos/buf.yaml --exclude-source-info -o "$baseline"
fi
"$buf" breaking "$image" --against "$baseline" --config protos/buf.yaml ||
    fail "these changes break callers"

protos/generate.sh "$scratch/gen"
diff -r -q -x __pycache__ gen/datachannel "$scratch/gen/datachannel" ||
    fail "gen/ is not what the protos say: run protos/generate.sh"
echo "protos: fine"
