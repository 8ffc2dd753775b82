#!/bin/sh
# Starts a program as a container does: inside.sh APP DATA USER DIRECTORY NAME=VALUE... -- PROGRAM ARGUMENT...
#
# To be run by `unshare --mount --pid --fork --net`. The tree has the programs and libraries of this machine and APP as /app, all of them
# read-only, and DATA as /data. There is no network, and no process of this machine is seen.
set -eu
app=$1 data=$2 user=$3 directory=$4
shift 4
tree=$(mktemp -d)
mount --make-rprivate /
mount -t tmpfs tree "$tree"
for name in bin sbin lib lib64 usr etc; do
  if [ -L "/$name" ]; then
    cp -P "/$name" "$tree/$name"
  elif [ -d "/$name" ]; then
    mkdir "$tree/$name"
    mount --rbind "/$name" "$tree/$name"
    mount -o remount,bind,ro "$tree/$name"
  fi
done
mkdir "$tree/app" "$tree/data" "$tree/proc" "$tree/dev" "$tree/tmp"
mount --bind "$app" "$tree/app"
mount -o remount,bind,ro "$tree/app"
mount --bind "$data" "$tree/data"
mount -t proc proc "$tree/proc"
for name in null zero random urandom; do
  : > "$tree/dev/$name"
  mount --bind "/dev/$name" "$tree/dev/$name"
done
mount -o remount,ro "$tree"
exec chroot --userspec="$user:$user" "$tree" \
  sh -c 'cd "$1"; shift; exec env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/ "$@"' sh "$directory" "$@"
