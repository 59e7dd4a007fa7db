#!/bin/sh
# disk.sh MOUNT COPY SIZES COMMAND...: runs a command on a file system of each of the sizes in turn, growing; prints
# the exit codes, and copies MOUNT/state to COPY. For a user and mount namespace of its own (`unshare -Urm`).
set -eu
mount=$1 copy=$2 sizes=$3
shift 3

mount -t tmpfs -o size=4k,mode=700 none "$mount"
for size in $sizes; do
    mount -o "remount,size=$size" "$mount"
    code=0
    "$@" >/dev/null || code=$?
    echo "$code"
done
cp -r "$mount/state" "$copy"
