#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# A Slurm job on CPU nodes: one rank a socket, its cores as threads.
# Submit:  sbatch jobs/slurm-cpu.sh inputs/quickstart.yaml
#SBATCH --job-name=farstep
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=32
#SBATCH --time=01:00:00
set -euo pipefail
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:?submit this file with sbatch}
export OMP_PROC_BIND=spread OMP_PLACES=threads
srun --cpu-bind=cores "${FARSTEP:-build/release/farstep}" run "$@"
