#!/usr/bin/env bash
# smtp_sink_receiver.sh DIR [SMTP-SINK-OPTION...]: receives mail with Postfix's smtp-sink (see README.md).
source "$(dirname "$0")/receiver.bash"
(( $# >= 1 )) || refuse 'usage: smtp_sink_receiver.sh DIR [SMTP-SINK-OPTION...]'
command -v smtp-sink >/dev/null || refuse 'smtp-sink is not installed; it is in the package postfix.'

directory=$(mkdir -p "$1" && cd "$1" && pwd)
shift
mkdir -p "$directory/dump"
cd "$directory/dump"          # a relative dump template works although nobody may not enter the directories above

as_nobody=()
if [ "$(id -u)" = 0 ]; then
    as_nobody=(-u nobody)
    chown nobody .
fi

sink=
stop() {
    if [ -n "$sink" ]; then kill -TERM "$sink" 2>/dev/null || true; wait "$sink" 2>/dev/null || true; fi
    "$peers/collect.py" smtp-sink "$directory"
}

for _ in {1..10}; do
    port=$(candidate_port)
    smtp-sink -4 "${as_nobody[@]}" -m 1000 -d message. "$@" "127.0.0.1:$port" 1024 2>>"$directory/log" </dev/null &
    sink=$!
    if await_listener "$sink" "$port"; then
        trap stop EXIT
        serve "$port"
        exit 0
    fi
    kill -TERM "$sink" 2>/dev/null || true
done
refuse "smtp-sink does not start; see $directory/log."
