#!/usr/bin/env bash
# Runs tap-polar into a target once, and keeps the state for the next run.
#
#   ./sync.sh target-postgres --config target.json
#
# Works in the current folder: reads config.json, and catalog.json and state.json where they are.
# Exit code: the target's if it failed, else the tap's; 2 when one of them is not there.
set -uo pipefail

for program in tap-polar "$1"; do
  if ! command -v "$program" >/dev/null; then
    # cron knows few folders: say in the crontab where programs are.
    echo "$program is not found; PATH is $PATH" >&2
    exit 2
  fi
done

arguments=(--config config.json)
[ -f catalog.json ] && arguments+=(--catalog catalog.json)
[ -s state.json ] && arguments+=(--state state.json)

states=$(mktemp)
trap 'rm -f "$states"' EXIT

tap-polar "${arguments[@]}" | "$@" >"$states"
codes=("${PIPESTATUS[@]}")

# A target prints a state once the rows before it are safe, so it is the target's success that
# counts, not the tap's: what a failing tap has written need not be read again.
if [ "${codes[1]}" -ne 0 ]; then
  echo "The target failed with ${codes[1]}; state.json stays as it was." >&2
  exit "${codes[1]}"
fi
if [ -s "$states" ]; then
  # First beside it, then in its place: a power cut leaves the old state or the new one.
  tail -n 1 "$states" >state.json.new && mv state.json.new state.json || exit 1
fi
exit "${codes[0]}"
