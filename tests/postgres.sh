#!/bin/sh
# A PostgreSQL server in a folder, until standard input ends: so it goes with whoever started it,
# however that one ends. Its databases sort as people do, so that nothing relies on byte order.
# Usage: postgres.sh BIN FOLDER OPTIONS
set -eu
bin=$1 folder=$2 options=$3
trap 'rm -rf "$folder"' EXIT
"$bin/initdb" --pgdata="$folder/data" --username=segbot --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync >"$folder/log"
if ! "$bin/pg_ctl" start --wait --silent --pgdata="$folder/data" --log="$folder/log" \
    --options="-c listen_addresses= -c unix_socket_directories=$folder $options" </dev/null; then
    cat "$folder/log" >&2
    exit 1
fi
echo ready
cat >/dev/null
"$bin/pg_ctl" stop --silent --mode=immediate --pgdata="$folder/data"
