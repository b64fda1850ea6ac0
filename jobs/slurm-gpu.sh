#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# A Slurm job on GPU nodes: one rank a GPU.
# Submit:  sbatch jobs/slurm-gpu.sh inputs/quickstart.yaml
#SBATCH --job-name=farstep
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-task=1
#SBATCH --cpus-per-task=8
#SBATCH --time=01:00:00
set -euo pipefail
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:?submit this file with sbatch}
srun --cpu-bind=cores "${FARSTEP:-build/cuda-hopper90/farstep}" run "$@"
