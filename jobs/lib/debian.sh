# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Installs missing Debian or Ubuntu packages, and downloads a Debian source package without
# touching the machine's own apt configuration.
# shellcheck shell=bash

is_debian() { have apt-get && have dpkg-query && [ -r /etc/os-release ]; }

# Prints the command prefix that gives root, or returns 1 where there is no way to become root.
root_command() {
    if [ "$(id -u)" -eq 0 ]; then
        printf 'env'
    elif have sudo && sudo -n true 2>/dev/null; then
        printf 'sudo env'
    else
        return 1
    fi
}

# Prints those of the given packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
            printf '%s\n' "$package"
        fi
    done
}

# install_packages PACKAGE...: installs what is missing, or says exactly what is.
install_packages() {
    local missing as_root
    if [ "${FARSTEP_SYSTEM_DEPENDENCIES:-0}" = 1 ]; then
        note "FARSTEP_SYSTEM_DEPENDENCIES=1: system packages are left alone"
        return
    fi
    if ! is_debian; then
        note "not a Debian or Ubuntu machine: system packages are left alone"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        note "all $# system packages are installed"
        return
    fi
    if ! as_root=$(root_command); then
        fail "these Debian packages are missing, and there is no root access to install them:" \
            "${missing[*]}" \
            "Ask an administrator for them; or load your cluster's modules and set" \
            "FARSTEP_SYSTEM_DEPENDENCIES=1 (with Kokkos_ROOT, KokkosKernels_ROOT, HDF5_ROOT or" \
            "CMAKE_PREFIX_PATH where CMake does not find them by itself)."
    fi
    require_disk /usr 2
    note "installing: ${missing[*]}"
    local log
    log=$(mktemp -t farstep-apt.XXXXXX.log)
    # Lists may be absent or stale: refresh them only when the packages cannot be resolved.
    if ! $as_root apt-get install --simulate --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
        run_apt "$log" "$as_root" update
    fi
    if ! try_apt "$log" "$as_root" install -y --no-install-recommends "${missing[@]}"; then
        run_apt "$log" "$as_root" update
        run_apt "$log" "$as_root" install -y --no-install-recommends "${missing[@]}"
    fi
    rm -f "$log"
}

try_apt() {
    local log=$1 as_root=$2
    shift 2
    $as_root DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 "$@" >"$log" 2>&1
}

run_apt() {
    if ! try_apt "$@"; then
        tail -n 20 "$1" >&2
        fail "apt-get $3 failed (network, or no such package?); its whole output is in $1" \
            "To use what the machine has, set FARSTEP_SYSTEM_DEPENDENCIES=1."
    fi
}

# download_packages FOLDER PACKAGE...: into FOLDER/archives, with what they need and the machine lacks.
# Neither root nor a change of the machine's state is needed; its lists may be absent or stale.
download_packages() {
    local folder=$1 options
    shift
    mkdir -p "$folder/archives/partial" "$folder/lists/partial"
    options=(-q -o Debug::NoLocking=1 -o Dir::Cache="$folder" -o Acquire::Retries=3)
    if [ "$(id -u)" -eq 0 ]; then options+=(-o APT::Sandbox::User=root); fi
    local fetch=(install -y --download-only --no-install-recommends "$@")
    apt-get "${options[@]}" "${fetch[@]}" >"$folder/apt.log" 2>&1 && return
    options+=(-o Dir::State::lists="$folder/lists")
    apt-get "${options[@]}" update >>"$folder/apt.log" 2>&1 &&
        apt-get "${options[@]}" "${fetch[@]}" >>"$folder/apt.log" 2>&1
}

# Writes the distribution's own package sources, as sources of source packages, to
# FOLDER/farstep.sources and FOLDER/farstep.list (deb822 and one-line format).
write_source_lists() {
    local folder=$1 codename
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    [ -n "$codename" ] || return 1
    local deb822=(/etc/apt/sources.list.d/*.sources)
    local one_line=(/etc/apt/sources.list /etc/apt/sources.list.d/*.list)
    local file
    : >"$folder/farstep.sources"
    : >"$folder/farstep.list"
    for file in "${deb822[@]}"; do
        [ -r "$file" ] || continue
        grep -v '^#' "$file" |
            awk -v codename="$codename" 'BEGIN { RS = ""; ORS = "\n\n" }
                $0 ~ "(^|\n)Suites:[^\n]*" codename && $0 !~ "(^|\n)Enabled: *no"' |
            sed 's/^Types:.*/Types: deb-src/' >>"$folder/farstep.sources"
    done
    for file in "${one_line[@]}"; do
        [ -r "$file" ] || continue
        awk -v codename="$codename" '$1 == "deb" && index($0, " " codename) { sub(/^deb/, "deb-src"); print }' \
            "$file" >>"$folder/farstep.list"
    done
    [ -s "$folder/farstep.sources" ] || [ -s "$folder/farstep.list" ]
}

# download_source PACKAGE FOLDER: downloads the source package's files into FOLDER, with a private
# apt state, so that neither root nor a change of the machine's configuration is needed.
download_source() {
    local package=$1 folder=$2 apt_dir=$2/apt
    mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial" "$apt_dir/parts"
    write_source_lists "$apt_dir/parts" || return 1
    local options=(-q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt_dir/parts"
        -o Dir::State::lists="$apt_dir/lists" -o Dir::Cache="$apt_dir/cache" -o Acquire::Retries=3)
    if [ "$(id -u)" -eq 0 ]; then
        options+=(-o APT::Sandbox::User=root)
    fi
    (cd "$folder" && apt-get "${options[@]}" update && apt-get "${options[@]}" source --download-only "$package") \
        >"$folder/apt.log" 2>&1
}
