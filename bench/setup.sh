#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Installs the peers of the benchmarks, as far as the machine allows: Boost and SUNDIALS from Debian,
# PyTorch, JAX with diffrax, and heyoka from pip into a virtual environment outside the tree. What
# cannot be had is named and left out. FARSTEP_BENCH_VENV names another environment.
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/lib/common.sh"
# shellcheck source=jobs/lib/debian.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/debian.sh"

venv="${FARSTEP_BENCH_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/farstep/bench-venv}"

install_python_package() {
    local package=$1
    if "$venv/bin/python" -m pip show --quiet "$package" >/dev/null 2>&1; then return; fi
    note "installing $package into $venv"
    "$venv/bin/python" -m pip install --quiet "$package" ||
        note "skipped: $package cannot be installed by pip"
}

say "Peers of the benchmarks"
(install_packages libboost-dev libsundials-dev) ||
    note "skipped: peers in C++ that are not installed"
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv" || fail "no virtual environment can be made in $venv" \
        "Install Debian's package python3-venv, or name another place in FARSTEP_BENCH_VENV."
fi
for package in numpy h5py matplotlib torch jax diffrax heyoka; do
    install_python_package "$package"
done
