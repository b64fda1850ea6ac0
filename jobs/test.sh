#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Sets the machine up, builds everything with tests and benchmarks in build/test, and runs the tests.
# Arguments go to ctest: jobs/test.sh -L kernels -R RungeKutta
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

"$FARSTEP_SOURCE_DIR/jobs/setup.sh" --plots --tests
timed "Configuring" configure test
timed "Building" build test
say "Testing"
ctest --test-dir "$FARSTEP_SOURCE_DIR/build/test" --output-on-failure --parallel "$(nproc)" "$@"
