#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# The whole benchmark in one command: installs the peers that can be had, builds, and runs
# bench/run.py with the given arguments: bench/run.sh --output FILE.json
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/lib/common.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

"$FARSTEP_SOURCE_DIR/jobs/setup.sh" --plots
"$FARSTEP_SOURCE_DIR/bench/setup.sh"
timed "Configuring" configure bench
timed "Building" build bench
venv="${FARSTEP_BENCH_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/farstep/bench-venv}"
exec "$venv/bin/python" "$FARSTEP_SOURCE_DIR/bench/run.py" --venv "$venv" "$@"
