#!/usr/bin/env bash
# postfix_receiver.sh DIR: receives mail with a private instance of Postfix below DIR (see README.md).
source "$(dirname "$0")/receiver.bash"
(( $# == 1 )) || refuse 'usage: postfix_receiver.sh DIR'
command -v postfix >/dev/null || refuse 'postfix is not installed.'
[ "$(id -u)" = 0 ] || refuse 'Postfix can be started by root only.'

directory=$(mkdir -p "$1" && cd "$1" && pwd)
configuration=$directory/etc queue=$directory/queue
mkdir -p "$configuration" "$queue/mail" "$directory/data"
chown postfix "$directory/data"
chown nobody "$queue/mail"

# data_directory is relative to the queue, where every daemon stands, and virtual(8) runs with the queue as its root:
# so the directories above DIR may be closed to the users that Postfix runs as.
# Nothing leaves this instance: it has no SMTP client, and every domain but the reserved ones is refused.
write_configuration() {
    cat >"$configuration/main.cf" <<END
compatibility_level = 3.6
queue_directory = $queue
data_directory = ../data
mail_owner = postfix
setgid_group = postdrop
maillog_file = $directory/maillog
maillog_file_prefixes = $directory
syslog_name = postfix

myhostname = postfix.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
default_transport = error:this instance sends nothing
relay_transport = error:this instance sends nothing
notify_classes =

virtual_mailbox_domains = regexp:$configuration/domains
virtual_mailbox_base = /mail
virtual_mailbox_maps = static:./
virtual_mailbox_limit = 0
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
virtual_minimum_uid = 1
message_size_limit = 0

# The content is stored as it came.
local_header_rewrite_clients =
remote_header_rewrite_domain =
message_drop_headers =
header_size_limit = 10000000

# A client that pipelines what RFC 2920 forbids is refused; one that sends fast is not.
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_data_restrictions = reject_unauth_pipelining
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_client_recipient_rate_limit = 0
in_flow_delay = 0
END
    cat >"$configuration/domains" <<'END'
/(^|\.)(example|test)$/ here
END
    cat >"$configuration/master.cf" <<END
127.0.0.1:$1 inet n - n - 100 smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n y - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
END
}

# Accepted messages are in the queue until they are delivered: an empty queue means that all are stored.
await_empty_queue() {
    for _ in {1..1200}; do
        [ -n "$(find "$queue"/{maildrop,incoming,active} -type f -print -quit)" ] || return 0
        sleep 0.05
    done
    printf '%s: messages are still in the queue after a minute\n' "${0##*/}" >&2
    return 1
}

stop() {
    local status=0
    await_empty_queue || status=$?
    postfix -c "$configuration" stop >>"$directory/log" 2>&1 </dev/null || status=$?
    "$peers/collect.py" postfix "$directory" || status=$?
    exit "$status"
}

for _ in {1..10}; do
    port=$(candidate_port)
    write_configuration "$port"
    if ! postfix -c "$configuration" start >>"$directory/log" 2>&1 </dev/null; then
        grep -qs 'Address already in use' "$directory/maillog" || break
        continue
    fi
    trap stop EXIT
    master=$(tr -d ' ' <"$queue/pid/master.pid")
    await_listener "$master" "$port" || refuse "Postfix does not listen; see $directory/maillog."
    serve "$port"
    exit 0
done
refuse "Postfix does not start; see $directory/log and $directory/maillog."
