# Shared by the receivers that a shell script starts: ports, the wait for the end, the clean-up.

set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

refuse() { printf '%s: %s\n' "${0##*/}" "$1" >&2; exit 1; }

# A port below the range from which the kernel takes ports for connections.
candidate_port() { printf '%d\n' "$((10000 + RANDOM % 20000))"; }

# listens PID PORT: whether that very process listens on 127.0.0.1:PORT.
listens() {
    local socket
    socket=$(awk -v local_address="0100007F:$(printf '%04X' "$2")" \
        '$2 == local_address && $4 == "0A" { print $10 }' /proc/net/tcp)
    [ -n "$socket" ] && ls -l "/proc/$1/fd" 2>/dev/null | grep -qF "socket:[$socket]"
}

# await_listener PID PORT: succeeds once the process listens; fails when it ended or 10 seconds have passed.
await_listener() {
    for _ in {1..500}; do
        if listens "$1" "$2"; then return 0; fi
        kill -0 "$1" 2>/dev/null || return 1
        sleep 0.02
    done
    return 1
}

# serve PORT: says that the receiver is ready and returns when standard input ends; SIGTERM ends the script.
# Either way the trap that the script has set on EXIT stops the receiver.
serve() {
    trap 'exit 0' TERM INT HUP
    printf 'ready %d\n' "$1"
    while read -r _; do :; done
}
