# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Helpers that every script in jobs/ sources: messages, timing, cores, free disk space.
# shellcheck shell=bash

FARSTEP_SOURCE_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
export FARSTEP_SOURCE_DIR

# Folder that holds Kokkos and Kokkos Kernels when no installed ones are found.
FARSTEP_PREFIX="${FARSTEP_PREFIX:-$HOME/.cache/farstep/prefix}"
export FARSTEP_PREFIX

say() {
    if [ -t 1 ]; then printf '\033[1m==> %s\033[0m\n' "$*"; else printf '==> %s\n' "$*"; fi
}

note() { printf '    %s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 3
}

# Cores this process may use, but no more than memory allows at 1.5 GiB a compiler.
compile_jobs() {
    local cores by_memory
    cores=$(nproc)
    by_memory=$(awk '/^MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo 2>/dev/null || true)
    if [ "${by_memory:-$cores}" -lt "$cores" ]; then cores=$((by_memory > 0 ? by_memory : 1)); fi
    printf '%s' "$cores"
}

FARSTEP_JOBS="${FARSTEP_JOBS:-$(compile_jobs)}"
export FARSTEP_JOBS

have() { command -v "$1" >/dev/null 2>&1; }

# timed LABEL COMMAND...: runs the command and prints its wall time.
timed() {
    local label=$1 start=$SECONDS
    shift
    say "$label"
    "$@"
    note "$label: $((SECONDS - start)) s"
}

# require_disk FOLDER GIGABYTES: fails early instead of half-way through a build.
require_disk() {
    local folder=$1 need_gb=$2 free_kb
    while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
    free_kb=$(df --output=avail -k "$folder" | tail -n 1)
    if [ "$free_kb" -lt $((need_gb * 1024 * 1024)) ]; then
        fail "only $((free_kb / 1024)) MiB free in $folder, $need_gb GiB are needed" \
            "Free some space, or set FARSTEP_PREFIX to a folder on a larger disk."
    fi
}

# run_logged LOGFILE COMMAND...: appends to the log; quiet on success, shows the end on failure.
run_logged() {
    local log=$1
    shift
    if ! "$@" >>"$log" 2>&1; then
        tail -n 40 "$log" >&2
        fail "'$1 ${2:-}' failed; its whole output is in $log"
    fi
}

# python_with MODULE...: prints a Python that has the modules. The first python3 in PATH may be
# another than the distribution's, which has the packages that setup.sh installs.
python_with() {
    local python
    for python in python3 /usr/bin/python3; do
        if have "$python" && "$python" -c "import $(IFS=,; printf '%s' "$*")" 2>/dev/null; then
            printf '%s' "$python"
            return
        fi
    done
    fail "no python3 has the modules $*" \
        "Install the Debian packages python3-h5py and python3-matplotlib, or: pip install $*"
}
