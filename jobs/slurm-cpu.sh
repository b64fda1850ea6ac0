#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# A Slurm job on CPU nodes: one rank a socket, its cores as threads. A run longer than the time limit
# stops two minutes before it, and the job goes back into the queue until all is done.
# Submit:  sbatch jobs/slurm-cpu.sh inputs/quickstart.yaml
#          sbatch --nodes=8 --time=12:00:00 jobs/slurm-cpu.sh DECK --set step=0.1
#SBATCH --job-name=farstep
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=32
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
# Slurm runs a copy of this file: the repository is where it was submitted, or where you say.
FARSTEP_SOURCE_DIR=${FARSTEP_SOURCE_DIR:-${SLURM_SUBMIT_DIR:?submit this file with sbatch}}
# shellcheck source=jobs/lib/slurm.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/slurm.sh"
run_or_requeue "${FARSTEP:-$FARSTEP_SOURCE_DIR/build/release/farstep}" run "$@"
