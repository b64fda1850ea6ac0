#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# A Slurm job that runs the experiments of the NeurVec and AttNS papers at their published sizes, one
# rank a socket. What is finished is not run again: submit it anew until all is done, or submit parts.
# Submit:  sbatch jobs/slurm-papers.sh
#          sbatch jobs/slurm-papers.sh neurvec/
#SBATCH --job-name=farstep-papers
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=32
#SBATCH --time=24:00:00
set -euo pipefail
# Slurm runs a copy of this file: the repository is where it was submitted.
cd "${SLURM_SUBMIT_DIR:?submit this file with sbatch}"
# shellcheck source=jobs/lib/slurm.sh
. jobs/lib/slurm.sh
export FARSTEP=${FARSTEP:-build/release/farstep}
export FARSTEP_LAUNCHER=${FARSTEP_LAUNCHER:-srun --cpu-bind=cores}
exec jobs/papers.sh paper "$@"
