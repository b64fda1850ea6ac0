# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Configures and builds with presets, and starts programs under MPI.
# shellcheck shell=bash

# configure PRESET [CMAKE_ARGUMENT...]: with Ninja in a new build folder, where there is Ninja.
configure() {
    local preset=$1 generator=()
    shift
    if [ ! -f "$FARSTEP_SOURCE_DIR/build/$preset/CMakeCache.txt" ] && have ninja; then
        generator=(-G Ninja)
    fi
    (cd "$FARSTEP_SOURCE_DIR" && cmake --preset "$preset" "${generator[@]}" "$@")
}

# build PRESET [TARGET]
build() {
    cmake --build "$FARSTEP_SOURCE_DIR/build/$1" --parallel "$FARSTEP_JOBS" ${2:+--target "$2"}
}

# run_ranks RANKS COMMAND...: shares this machine's cores out as OpenMP threads, OMP_NUM_THREADS
# permitting. Open MPI would bind one or two ranks to a core each, and refuses root.
run_ranks() {
    local ranks=$1 cores flags=()
    shift
    cores=$(nproc)
    if mpirun --version 2>/dev/null | grep -q 'Open MPI'; then
        flags=(--bind-to none)
        if [ "$ranks" -gt "$cores" ]; then flags+=(--oversubscribe); fi
        if [ "$(id -u)" -eq 0 ]; then flags+=(--allow-run-as-root); fi
    fi
    export OMP_NUM_THREADS="${OMP_NUM_THREADS:-$((cores > ranks ? cores / ranks : 1))}"
    if [ "$ranks" -eq 1 ]; then
        export OMP_PROC_BIND="${OMP_PROC_BIND:-spread}"
    else
        export OMP_PROC_BIND="${OMP_PROC_BIND:-false}"
    fi
    note "mpirun -n $ranks, $OMP_NUM_THREADS thread(s) a rank: $*"
    mpirun "${flags[@]}" -n "$ranks" "$@"
}
