#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Runs a command beside a Slurm of its own, on this machine alone, and ends with its exit code:
#
#   tests/slurm/one_node_slurm.sh COMMAND [ARGUMENT...]
#
# The command finds sbatch, srun, squeue and scontrol in PATH. Keys, sockets, state and logs are in a
# temporary folder, ports are free ones: a Slurm that the machine has is not touched. Root is not
# needed. At the end, however it comes, command, jobs and daemons are ended and the folder is removed; with
# FARSTEP_SLURM_LOGS=FOLDER the logs are kept there. Exit code 77: there is no Slurm; 3: it did not
# start.
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../jobs/lib/common.sh"
# shellcheck source=jobs/lib/slurm_packages.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/slurm_packages.sh"

if [ "$#" -eq 0 ]; then
    printf 'Usage: tests/slurm/one_node_slurm.sh COMMAND [ARGUMENT...]\n' >&2
    exit 2
fi
if ! find_slurm; then
    printf 'skipped: no munged, slurmctld, slurmd and srun in PATH or %s;\n' "$FARSTEP_SLURM" >&2
    printf '         jobs/setup.sh --tests fetches them on Debian and Ubuntu\n' >&2
    exit 77
fi

folder=$(mktemp -d -t farstep-slurm.XXXXXX)
daemons=() command_pid=none

# Prints a port of 127.0.0.1 on which nobody listens.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    done
    printf '%s' "$port"
}

# Requeued jobs wait for cred_expire, two minutes as Slurm comes, and here 14 seconds. Time limits are
# looked at every 30 seconds, whatever the configuration says. Job numbers name files of PMIx and shared
# memory of Open MPI: another Slurm beside this one must not have the same.
write_configuration() {
    local user host
    user=$(id -un)
    host=$(hostname -s)
    mkdir "$folder/state" "$folder/spool"
    : >"$folder/cgroup.conf"
    # Two GPUs that are none, for jobs that ask for some.
    printf 'Name=gpu File=%s\n' /dev/null /dev/zero >"$folder/gres.conf"
    cat >"$folder/slurm.conf" <<CONFIGURATION
ClusterName=farstep
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
FirstJobId=$((RANDOM * 1000 + 1))
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket,cred_expire=14
CredType=cred/munge
${FARSTEP_SLURM_PLUGINS:+PluginDir=$FARSTEP_SLURM_PLUGINS}
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
TmpFS=$folder
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
MpiDefault=pmix
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,batch_sched_delay=0
KillWait=5
JobRequeue=1
ReturnToService=2
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(env -u OMP_NUM_THREADS nproc) Gres=gpu:2 State=UNKNOWN
PartitionName=farstep Nodes=$host Default=YES OverTimeLimit=0 State=UP
CONFIGURATION
}

# start DAEMON ARGUMENT...: in the foreground of a process of its own, so that it ends with us.
start() {
    local name
    name=$(basename "$1")
    "$@" >"$folder/$name.out" 2>&1 &
    daemons+=($!)
}

start_daemons() {
    head -c 128 /dev/urandom >"$folder/munge.key"
    chmod 400 "$folder/munge.key"
    start munged --foreground --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
        --pid-file="$folder/munge.pid" --log-file="$folder/munge.log" --seed-file="$folder/munge.seed"
    until_true 10 test -S "$folder/munge.socket" || not_started
    export SLURM_CONF=$folder/slurm.conf
    start slurmctld -D -i
    start slurmd -D -d "$(command -v slurmstepd)"
    until_true 30 node_is_idle || not_started
}

node_is_idle() { [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ]; }
no_job_is_left() { [ -z "$(squeue --noheader 2>/dev/null)" ]; }

# until_true SECONDS COMMAND...: asks five times a second.
until_true() {
    local tries=$(($1 * 5))
    shift
    until "$@"; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ]; then return 1; fi
        sleep 0.2
    done
}

not_started() {
    tail -n 5 "$folder"/*.log "$folder"/*.out >&2
    fail "the Slurm of the tests did not start; the ends of its logs are above"
}

end_everything() {
    if jobs -pr | grep -qx "$command_pid"; then kill "$command_pid"; fi
    if [ "${#daemons[@]}" -eq 3 ]; then
        scancel --quiet --user="$(id -un)" 2>/dev/null || true
        until_true 20 no_job_is_left || true
    fi
    if [ "${#daemons[@]}" -gt 0 ]; then
        kill "${daemons[@]}" 2>/dev/null || true
        wait "${daemons[@]}" || true
    fi
    if [ -n "${FARSTEP_SLURM_LOGS:-}" ]; then
        mkdir -p "$FARSTEP_SLURM_LOGS"
        cp "$folder"/*.log "$folder"/*.out "$FARSTEP_SLURM_LOGS"
    fi
    rm -rf "$folder"
}

trap end_everything EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 755 "$folder" # munged wants a socket that all users can reach
write_configuration
start_daemons
# In the background, so that a signal to this script is heeded at once.
"$@" <&0 &
command_pid=$!
wait "$command_pid"
