#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Compiles and links Farstep, every kernel included, for AMD GPUs (HIP, gfx908) from Debian's packages
# alone, in build/hip-gfx908. A check: nothing is run, and no GPU is needed.
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/debian.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/debian.sh"
# shellcheck source=jobs/lib/kokkos.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/kokkos.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

# A Kokkos for the host must not be found in place of the one built here.
unset Kokkos_ROOT KokkosKernels_ROOT
export FARSTEP_PREFIX="$FARSTEP_PREFIX-hip-gfx908"
export ROCM_PATH=/usr

build_hip_kokkos() {
    build_kokkos "$FARSTEP_PREFIX" hipcc -DKokkos_ENABLE_SERIAL=ON -DKokkos_ENABLE_HIP=ON \
        -DKokkos_ARCH_VEGA908=ON -DROCM_PATH=/usr
    [ -r "$FARSTEP_PREFIX/farstep-stamp" ] ||
        fail "this check builds Kokkos from Debian's source package trilinos, which is not to be had here"
}

configure_hip() {
    cmake -S "$FARSTEP_SOURCE_DIR" -B "$FARSTEP_SOURCE_DIR/build/hip-gfx908" -G Ninja \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=hipcc -DKokkos_ENABLE_HIP=ON \
        -DFARSTEP_BUILD_TESTS=OFF "$@"
}

export HCC_AMDGPU_TARGET=gfx908  # or hipcc asks the GPU that is not there

say "Packages for HIP"
install_packages hipcc libamdhip64-dev
have hipcc || fail "no hipcc in PATH"
timed "Kokkos for HIP" build_hip_kokkos
timed "Configuring" configure_hip "$@"
timed "Compiling for HIP" build hip-gfx908 farstep
