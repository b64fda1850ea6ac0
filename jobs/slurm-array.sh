#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# A Slurm job array: task N runs a deck with the words of line N of a sweep file. Each line sets an
# output of its own, such as
#   --set step=0.1 --set output=results/sweep/0.1
# Submit:  sbatch --array=1-$(wc -l <sweep.txt) jobs/slurm-array.sh sweep.txt inputs/quickstart.yaml
#          sbatch --array=1-100%8 ...         at most eight tasks at a time
#SBATCH --job-name=farstep-sweep
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
# Slurm runs a copy of this file: the repository is where it was submitted, or where you say.
FARSTEP_SOURCE_DIR=${FARSTEP_SOURCE_DIR:-${SLURM_SUBMIT_DIR:?submit this file with sbatch}}
# shellcheck source=jobs/lib/slurm.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/slurm.sh"

number=${SLURM_ARRAY_TASK_ID:?submit this file with sbatch --array=1-LINES}
sweep=${1:?name a sweep file and a deck} deck=${2:?name a sweep file and a deck}
read -r -a words < <(sed -n "${number}p" "$sweep") || true
if [[ "${words[*]}" != *output=* ]]; then
    printf 'error: %s, line %d: expected --set KEY=VALUE words, --set output=FOLDER among them\n' \
        "$sweep" "$number" >&2
    exit 2
fi
run_or_requeue "${FARSTEP:-$FARSTEP_SOURCE_DIR/build/release/farstep}" run "$deck" "${words[@]}" "${@:3}"
