#!/bin/sh
# The shards of a plan on this machine, or on several machines that share a disk, without a scheduler:
#
#   sh shards.sh pets.plan 2          two workers at a time
#
# With GNU parallel, on several machines: seq 0 399 | parallel -j 1 -S node1,node2 shroom work "$PWD/pets.plan" --quiet --shard {}
#
# A shard that is done costs a moment, so the same command goes on after an interruption.
set -eu
plan=$1
workers=${2:-2}
status=$(shroom status "$plan" --json)
shards=$(printf '%s' "$status" | sed 's/.*"shards":\([0-9]*\).*/\1/')
seq 0 $((shards - 1)) | xargs -P "$workers" -I '{}' shroom work "$plan" --quiet --shard '{}'
shroom merge "$plan"
