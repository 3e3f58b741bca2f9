#!/usr/bin/env bash
# Makes a backup of this AgentLab now: verified, copied elsewhere, proven, old ones pruned. It is
# `agentlab backup create` under the name that people look for, and ends as that ends.
set -euo pipefail
cd "$(dirname "$0")/.."

for program in .host/bin/agentlab apps/api/.venv/bin/agentlab agentlab; do
  if command -v "$program" >/dev/null; then exec "$program" backup create "$@"; fi
done
echo 'There is no agentlab here. Run scripts/install-host-command on a server, or make up on a desk.' >&2
exit 1
