#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Makes a machine ready to build Farstep: installs missing Debian packages and, where CMake finds no
# Kokkos, builds Kokkos and Kokkos Kernels into a cached prefix. Run again, it takes a second.
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/debian.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/debian.sh"
# shellcheck source=jobs/lib/slurm_packages.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/slurm_packages.sh"
# shellcheck source=jobs/lib/kokkos.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/kokkos.sh"

usage() {
    cat <<'USAGE'
Usage: jobs/setup.sh [--tests] [--plots]

Installs what is missing to build Farstep; with --tests and --plots also what its tests and
tools/farstep-plot and tools/farstep-report need. The tests' Slurm is not installed, but unpacked
beside the prefix. Environment:
  FARSTEP_PREFIX                 where Kokkos is built (default ~/.cache/farstep/prefix)
  FARSTEP_SYSTEM_DEPENDENCIES=1  never call apt; use what the machine or loaded modules offer
  FARSTEP_JOBS                   parallel compile jobs (default: as cores and memory allow)
  CXX                            C++ compiler (default g++)
  Kokkos_ROOT, KokkosKernels_ROOT, HDF5_ROOT, CMAKE_PREFIX_PATH
                                 where CMake looks first
USAGE
}

build_packages=(g++ make cmake ninja-build ccache git pkg-config ca-certificates xz-utils
    libopenmpi-dev openmpi-bin libhdf5-openmpi-dev libyaml-cpp-dev libopenblas-dev liblapack-dev
    libcli11-dev libfmt-dev librandom123-dev libsleef-dev)
plot_packages=(python3 python3-numpy python3-h5py python3-matplotlib python3-scipy)
test_packages=(libgtest-dev libgmock-dev librapidcheck-dev python3-xarray python3-h5netcdf
    python3-pytest shellcheck)

packages=("${build_packages[@]}") with_slurm=0
for argument in "$@"; do
    case "$argument" in
    --tests) packages+=("${test_packages[@]}") with_slurm=1 ;;
    --plots) packages+=("${plot_packages[@]}") ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done

check_tools() {
    local tool
    for tool in cmake mpicxx "${CXX:-g++}"; do
        have "$tool" || fail "no '$tool' in PATH" \
            "Load the module that provides it, or run this script where packages may be installed."
    done
    local version
    version=$(cmake --version | sed -n '1s/[^0-9]*//p')
    [ "$(printf '3.24\n%s\n' "$version" | sort -V | head -n 1)" = 3.24 ] ||
        fail "CMake $version is too old: 3.24 or newer is needed"
}

say "Farstep set-up"
install_packages "${packages[@]}"
check_tools
if [ "$with_slurm" -eq 1 ]; then fetch_slurm; fi
if ! cmake_finds_kokkos; then
    build_kokkos "$FARSTEP_PREFIX" "${CXX:-g++}" \
        -DKokkos_ENABLE_SERIAL=ON -DKokkos_ENABLE_OPENMP=ON
fi
