# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# A Slurm for the tests: Debian's packages, unpacked into a folder of their own and not installed,
# which would make services of the machine's own out of them. Needs common.sh and, to fetch, debian.sh.
# shellcheck shell=bash

FARSTEP_SLURM="${FARSTEP_SLURM:-$FARSTEP_PREFIX-slurm}"

# Puts the machine's own Slurm, or else the unpacked one, into PATH; FARSTEP_SLURM_PLUGINS is the
# latter's folder of plugins. Returns 1 where there is neither.
find_slurm() {
    export PATH=$PATH:/usr/sbin:/sbin
    FARSTEP_SLURM_PLUGINS=
    if have_slurm; then return; fi
    FARSTEP_SLURM_PLUGINS=$(echo "$FARSTEP_SLURM"/usr/lib/*/slurm-wlm)
    export PATH=$FARSTEP_SLURM/usr/bin:$FARSTEP_SLURM/usr/sbin:$PATH
    export LD_LIBRARY_PATH=$FARSTEP_SLURM_PLUGINS:${FARSTEP_SLURM_PLUGINS%/*}:${LD_LIBRARY_PATH:-}
    have_slurm
}

have_slurm() { have munged && have slurmctld && have slurmd && have srun; }

# Fetches and unpacks the packages that are missing, dependencies included. Takes two seconds.
fetch_slurm() {
    if (find_slurm); then
        note "there is a Slurm for the tests"
        return
    fi
    if [ "${FARSTEP_SYSTEM_DEPENDENCIES:-0}" = 1 ] || ! is_debian; then
        note "no Slurm: its tests will be skipped"
        return
    fi
    local work archive program
    mkdir -p "$(dirname "$FARSTEP_SLURM")"
    work=$(mktemp -d "$(dirname "$FARSTEP_SLURM")/.farstep-slurm.XXXXXX")
    if ! download_packages "$work" slurmctld slurmd slurm-client munge; then
        note "Debian's packages of Slurm are not to be had here: its tests will be skipped"
        rm -rf "$work"
        return
    fi
    mkdir "$work/root"
    for archive in "$work"/archives/*.deb; do dpkg-deb -x "$archive" "$work/root"; done
    # The packages' scripts would do this.
    for program in "$work"/root/usr/sbin/*-wlm; do
        ln -s "$(basename "$program")" "${program%-wlm}"
    done
    rm -rf "$FARSTEP_SLURM"
    mv -T "$work/root" "$FARSTEP_SLURM"
    rm -rf "$work"
    note "a Slurm for the tests is in $FARSTEP_SLURM"
}
