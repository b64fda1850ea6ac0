# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Finds Kokkos and Kokkos Kernels with CMake, or builds them from the source package 'trilinos' of
# Debian's archive into a prefix of their own.
# shellcheck shell=bash

# True if CMake finds Kokkos and Kokkos Kernels by itself (modules, Spack, Kokkos_ROOT, system).
cmake_finds_kokkos() {
    local probe found=1
    probe=$(mktemp -d)
    cat >"$probe/CMakeLists.txt" <<'PROBE'
cmake_minimum_required(VERSION 3.24)
project(probe LANGUAGES C CXX)
find_package(Kokkos REQUIRED CONFIG)
find_package(KokkosKernels REQUIRED CONFIG)
if(Kokkos_VERSION VERSION_LESS 3.4)
  message(FATAL_ERROR "too old")
endif()
message(STATUS "found Kokkos ${Kokkos_VERSION} in ${Kokkos_DIR}")
PROBE
    if cmake -S "$probe" -B "$probe/build" >"$probe/log" 2>&1; then
        found=0
        note "$(sed -n 's/^-- //; /^found Kokkos/p' "$probe/log")"
    fi
    rm -rf "$probe"
    return "$found"
}

# The text that identifies a build: it is stored in the prefix, and a prefix with another text is
# rebuilt.
kokkos_stamp() {
    local compiler=$1
    shift
    printf 'recipe: 1\nsource: Debian source package trilinos\ncompiler: %s\noptions: %s\n' \
        "$("$compiler" --version | head -n 1)" "$*"
}

# build_kokkos PREFIX COMPILER KOKKOS_OPTIONS...: nothing to do if PREFIX already holds this build.
# Without Debian's archive it leaves PREFIX empty and says that CMake will fetch Kokkos.
build_kokkos() {
    local prefix=$1 compiler=$2 work stamp
    shift 2
    stamp=$(kokkos_stamp "$compiler" "$@")
    if [ -r "$prefix/farstep-stamp" ] && [ "$(cat "$prefix/farstep-stamp")" = "$stamp" ]; then
        note "Kokkos and Kokkos Kernels are in $prefix"
        return
    fi
    if ! is_debian; then
        note "Kokkos is not installed, and this is not Debian: CMake will fetch it while configuring"
        return
    fi
    require_disk "$prefix" 3
    mkdir -p "$(dirname "$prefix")"
    # On the prefix's own disk, so that the final move is one rename.
    work=$(mktemp -d "$(dirname "$prefix")/.farstep-build.XXXXXX")
    # shellcheck disable=SC2064  # the value of now is meant
    trap "rm -rf '$work'" EXIT
    note "downloading Debian's source package trilinos (158 MB), which carries Kokkos"
    if ! download_source trilinos "$work"; then
        tail -n 5 "$work/apt.log" >&2 || true
        rm -rf "$work"
        note "it is not to be had here: CMake will fetch Kokkos from github.com while configuring"
        return
    fi
    unpack_kokkos "$work"
    compile_kokkos "$work" "$prefix" "$compiler" "$@"
    printf '%s\n' "$stamp" >"$work/root$prefix/farstep-stamp"
    rm -rf "$prefix"
    mv -T "$work/root$prefix" "$prefix"
    rm -rf "$work"
    trap - EXIT
    note "Kokkos and Kokkos Kernels installed in $prefix"
}

unpack_kokkos() {
    local work=$1 archive
    archive=$(find "$work" -maxdepth 1 -name 'trilinos_*.orig.tar.*' ! -name '*.asc' | head -n 1)
    mkdir "$work/source"
    tar -xf "$archive" -C "$work/source" --strip-components=2 --wildcards \
        '*/packages/kokkos' '*/packages/kokkos-kernels'
}

# The install goes through DESTDIR: the final prefix is what the installed files mention, and yet it
# appears only when everything is there.
compile_kokkos() {
    local work=$1 prefix=$2 compiler=$3 staged="$1/root$2" generator=() log="$2-build.log"
    shift 3
    if have ninja; then generator=(-G Ninja); fi
    local common=("${generator[@]}" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_STANDARD=17
        -DCMAKE_CXX_EXTENSIONS=OFF -DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON
        -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib)
    : >"$log"
    note "building Kokkos"
    run_logged "$log" cmake -S "$work/source/kokkos" -B "$work/kokkos" "${common[@]}" "$@"
    run_logged "$log" cmake --build "$work/kokkos" --parallel "$FARSTEP_JOBS"
    DESTDIR="$work/root" run_logged "$log" cmake --install "$work/kokkos"
    note "building Kokkos Kernels"
    run_logged "$log" cmake -S "$work/source/kokkos-kernels" -B "$work/kernels" "${common[@]}" \
        -DKokkos_DIR="$staged/lib/cmake/Kokkos" \
        -DKokkosKernels_ADD_DEFAULT_ETI=OFF -DKokkosKernels_ENABLE_TPL_BLAS=ON \
        -DF77_BLAS_MANGLE="(name,NAME) name ## _" # or it asks for a Fortran compiler
    run_logged "$log" cmake --build "$work/kernels" --parallel "$FARSTEP_JOBS"
    DESTDIR="$work/root" run_logged "$log" cmake --install "$work/kernels"
    grep -rlF "$work" "$staged" | xargs -r sed -i "s|$staged|$prefix|g"
    rm -f "$log"
}
