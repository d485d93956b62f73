#!/bin/sh
# Ends the runtime and clears its temporary folder as soon as whoever started this guard is gone, however it went: standard
# input is a pipe on which the runtime's process id is told (0 once it has ended), and which the system closes.
trap '' INT TERM HUP
runtime=0
while read -r told; do runtime=$told; done
if [ "$runtime" -gt 0 ]; then
  kill -9 "$runtime" 2>/dev/null
  tries=0
  while kill -0 "$runtime" 2>/dev/null && [ "$tries" -lt 100 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
fi
rm -rf "$1"
