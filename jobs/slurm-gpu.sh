#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# A Slurm job on GPU nodes: one rank a GPU. A run longer than the time limit stops two minutes before
# it, and the job goes back into the queue until all is done.
# Submit:  sbatch jobs/slurm-gpu.sh inputs/quickstart.yaml
#          sbatch --nodes=4 --ntasks-per-node=8 --time=12:00:00 jobs/slurm-gpu.sh DECK --set step=0.1
#SBATCH --job-name=farstep
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-task=1
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
run_or_requeue "${FARSTEP:-$FARSTEP_SOURCE_DIR/build/cuda-hopper90/farstep}" run "$@"
