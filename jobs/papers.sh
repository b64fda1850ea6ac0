#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Runs every experiment of the NeurVec and AttNS papers and writes results/papers/SIZE/report.html,
# where published figures stand beside measured ones. What is finished is not run again.
#
#   jobs/papers.sh small            on two cores
#   jobs/papers.sh paper            the published sizes; see jobs/slurm-papers.sh
#   jobs/papers.sh small neurvec/   only runs whose names begin so
#
# A run that fails is reported, and the others go on. Its output is in log.txt in its folder.
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

usage() {
    cat <<'USAGE'
Usage: jobs/papers.sh small|paper [PREFIX]

Environment:
  FARSTEP           the program (default: build/release/farstep, which is built)
  FARSTEP_LAUNCHER  what starts it, such as "srun --cpu-bind=cores" (default: mpirun)
  FARSTEP_RANKS     MPI ranks that mpirun starts (default 1)
USAGE
}

case "${1:-}" in
small | paper) size=$1 prefix=${2:-} ;;
-h | --help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac

cd "$FARSTEP_SOURCE_DIR"
if [ -z "${FARSTEP:-}" ]; then
    "$FARSTEP_SOURCE_DIR/jobs/setup.sh" --plots
    timed "Configuring" configure release -DFARSTEP_SYSTEMS=all
    timed "Building" build release farstep
    FARSTEP=build/release/farstep
fi
python=$(python_with numpy h5py matplotlib scipy)

# launch WORD...: the program, by whatever starts it.
launch() {
    if [ -n "${FARSTEP_LAUNCHER:-}" ]; then
        # shellcheck disable=SC2086  # the launcher comes with its flags
        $FARSTEP_LAUNCHER "$FARSTEP" "$@"
    else
        run_ranks "${FARSTEP_RANKS:-1}" "$FARSTEP" "$@"
    fi
}

mapfile -t lines < <("$python" tools/farstep-report --list "$size" | grep "^$prefix" || true)
if [ "${#lines[@]}" -eq 0 ]; then
    printf 'error: no run of size %s has a name that begins with %s\n' "$size" "$prefix" >&2
    exit 2
fi

failed=0 number=0
for line in "${lines[@]}"; do
    IFS=$'\t' read -r -a words <<<"$line"
    name=${words[0]} folder=${words[1]} start=$SECONDS number=$((number + 1))
    mkdir -p "$folder"
    if launch "${words[@]:2}" >"$folder/log.txt" 2>&1 </dev/null; then
        outcome="$((SECONDS - start)) s"
    else
        outcome="failed: $(grep -m 1 'error:' "$folder/log.txt" || tail -n 1 "$folder/log.txt")"
        failed=$((failed + 1))
    fi
    printf '[%d/%d, %d s] %s: %s\n' "$number" "${#lines[@]}" "$SECONDS" "$name" "$outcome"
done

timed "Report" "$python" tools/farstep-report "results/papers/$size"
say "${#lines[@]} runs in $SECONDS s, $failed of them failed"
if [ "$failed" -gt 0 ]; then exit 3; fi
