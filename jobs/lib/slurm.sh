# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# What the Slurm jobs share: ranks with their threads, and runs longer than a time limit.
# shellcheck shell=bash

# Since Slurm 22.05, srun does not take this over from sbatch.
export SRUN_CPUS_PER_TASK="${SLURM_CPUS_PER_TASK:-1}"
export OMP_NUM_THREADS="$SRUN_CPUS_PER_TASK"
export OMP_PROC_BIND=spread OMP_PLACES=threads

# run_or_requeue COMMAND...: on all ranks of the job, with FARSTEP_LAUNCHER (srun --cpu-bind=cores).
# Exit code 5 says that the command stopped as asked and that the same command goes on: then the job
# goes back into the queue, FARSTEP_RESTARTS times at most (100). SIGUSR1, which sbatch --signal=B:USR1
# sends before the time limit, asks it to stop; SIGTERM says that Slurm ends the job itself.
run_or_requeue() {
    local launcher pid status=0 ended=0 restarts=${SLURM_RESTART_COUNT:-0} most=${FARSTEP_RESTARTS:-100}
    read -r -a launcher <<<"${FARSTEP_LAUNCHER:-srun --cpu-bind=cores}"
    "${launcher[@]}" "$@" &
    pid=$!
    trap 'kill -USR1 "$pid" || true' USR1
    trap 'ended=1' TERM
    # A signal ends wait, and not the command.
    while kill -0 "$pid" 2>/dev/null; do wait "$pid" || true; done
    wait "$pid" || status=$?
    if [ "$status" -ne 5 ] || [ "$ended" -eq 1 ]; then exit "$status"; fi
    if [ "$restarts" -ge "$most" ]; then
        printf 'error: not done after %d restarts; sbatch it again, or set FARSTEP_RESTARTS higher\n' \
            "$restarts" >&2
        exit 5
    fi
    printf 'back into the queue for restart %d of at most %d\n' "$((restarts + 1))" "$most"
    scontrol requeue "$SLURM_JOB_ID"
}
