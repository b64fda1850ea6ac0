#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Runs clang-tidy with the checks of .clang-tidy over the host code, in build/clang-tidy; fails on any
# finding. Arguments are regular expressions of files: jobs/clang-tidy.sh src/io
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/debian.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/debian.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

run_tidy() {
    run-clang-tidy -quiet -j "$FARSTEP_JOBS" -p "$FARSTEP_SOURCE_DIR/build/clang-tidy" "$@" \
        2>/dev/null
}

"$FARSTEP_SOURCE_DIR/jobs/setup.sh"
install_packages clang clang-tidy libomp-dev
have run-clang-tidy || fail "no run-clang-tidy in PATH"
timed "Configuring" configure clang-tidy
timed "Writing the version" build clang-tidy farstep_version_header
# Not the generated units, which hold one system each.
if [ $# -eq 0 ]; then set -- "$FARSTEP_SOURCE_DIR/src/"; fi
timed "Running clang-tidy" run_tidy "$@"
say "No finding"
