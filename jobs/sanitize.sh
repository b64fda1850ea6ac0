#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Builds everything with the address, undefined-behaviour and leak sanitizers in build/asan-ubsan, and
# runs the tests. Fails on any report; cmake/sanitized.cpp tells which leaks of libraries are none.
# Arguments go to ctest: jobs/sanitize.sh -R io_test
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

reports=$FARSTEP_SOURCE_DIR/build/asan-ubsan/reports

"$FARSTEP_SOURCE_DIR/jobs/setup.sh" --plots --tests
timed "Configuring" configure asan-ubsan
timed "Building" build asan-ubsan
rm -rf "$reports"
mkdir "$reports"
say "Testing"
failed=0
(cd "$FARSTEP_SOURCE_DIR" && ctest --preset asan-ubsan --parallel "$(nproc)" "$@") || failed=1
# Beside errors, the address sanitizer notes allocations that fail, which some tests bring about.
mapfile -t found < <(grep -rlE 'ERROR: |runtime error: ' "$reports")
if [ "${#found[@]}" -gt 0 ]; then
    head -n 20 "${found[@]}" >&2
    failed=1
fi
say "${#found[@]} reports of the sanitizers"
exit "$failed"
