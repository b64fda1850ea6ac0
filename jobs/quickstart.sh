#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# From a fresh clone to pictures: sets the machine up, builds Farstep, runs inputs/quickstart.yaml,
# and draws what it wrote. FARSTEP_RANKS sets the number of MPI ranks (default 1), FARSTEP_SYSTEMS the
# systems to compile: each takes a minute of a core, and a few are enough for a start. "all" has all.
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

cd "$FARSTEP_SOURCE_DIR"
results=results/quickstart

draw_results() {
    local file python
    python=$(python_with numpy h5py matplotlib)
    for file in "$results"/*.h5; do
        "$python" tools/farstep-plot "$file"
    done
}

"$FARSTEP_SOURCE_DIR/jobs/setup.sh" --plots
systems=${FARSTEP_SYSTEMS:-harmonic_oscillator;henon_heiles;elastic_pendulum;lorenz63;pendulum_chain_2}
timed "Configuring" configure release -DFARSTEP_SYSTEMS="$systems"
timed "Building" build release farstep
timed "Running inputs/quickstart.yaml" \
    run_ranks "${FARSTEP_RANKS:-1}" build/release/farstep run inputs/quickstart.yaml
timed "Drawing" draw_results
say "Done in $SECONDS s; the results are"
find "$results" -type f | sort | sed 's/^/    /'
note "this build has the systems $systems; FARSTEP_SYSTEMS=all $0 adds the others"
