#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Builds one system for a processor that valgrind knows, in build/valgrind, and runs memcheck over
# every stage on two ranks. Fails on any error or lost memory that jobs/lib/valgrind.supp does not name.
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/debian.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/debian.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

results=$FARSTEP_SOURCE_DIR/build/valgrind/run

# Threads that spin while they wait would take hours: valgrind runs one thread at a time.
memcheck() {
    local supplied=/usr/share/openmpi/openmpi-valgrind.supp suppressions
    suppressions=(--suppressions="$FARSTEP_SOURCE_DIR/jobs/lib/valgrind.supp")
    if [ -r "$supplied" ]; then suppressions+=(--suppressions="$supplied"); fi
    rm -rf "$results"
    OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive OMPI_MCA_btl_vader_single_copy_mechanism=none \
        run_ranks 2 valgrind --quiet --error-exitcode=99 --num-callers=40 --leak-check=full \
        --show-leak-kinds=definite --errors-for-leak-kinds=definite "${suppressions[@]}" \
        "$FARSTEP_SOURCE_DIR/build/valgrind/farstep" run "$FARSTEP_SOURCE_DIR/tests/decks/short.yaml" \
        --quiet --set output="$results"
}

"$FARSTEP_SOURCE_DIR/jobs/setup.sh"
install_packages valgrind
have valgrind || fail "no valgrind in PATH"
timed "Configuring" configure valgrind
timed "Building" build valgrind farstep
timed "Running memcheck" memcheck
say "No error, no lost memory"
