# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Finds every dependency: installed packages first, then the prefix that jobs/setup.sh fills, then
# pinned sources. Sets FARSTEP_DEVICE (CUDA, HIP or SYCL; empty for host builds).
include(FarstepFetch)

# What the caller asks for, noted before a found Kokkos sets the same variables.
set(farstep_wanted_devices "")
foreach(device CUDA HIP SYCL)
    if(Kokkos_ENABLE_${device})
        list(APPEND farstep_wanted_devices ${device})
    endif()
endforeach()

# The prefix of jobs/setup.sh holds a Kokkos for the host.
if(DEFINED ENV{FARSTEP_PREFIX})
    list(APPEND CMAKE_PREFIX_PATH "$ENV{FARSTEP_PREFIX}")
elseif(NOT farstep_wanted_devices)
    list(APPEND CMAKE_PREFIX_PATH "$ENV{HOME}/.cache/farstep/prefix")
endif()

# Kokkos 3.4 to 5. Its version file allows no range over major versions, so it is checked here.
if(NOT TARGET Kokkos::kokkos)
    find_package(Kokkos CONFIG QUIET)
    if(Kokkos_FOUND AND Kokkos_VERSION VERSION_LESS 3.4)
        message(FATAL_ERROR "Kokkos ${Kokkos_VERSION} in ${Kokkos_DIR} is too old: 3.4 or newer is needed. "
                            "Pass -DKokkos_ROOT=<another one>.")
    endif()
endif()
if(NOT TARGET Kokkos::kokkos)
    if(NOT farstep_wanted_devices AND NOT DEFINED Kokkos_ENABLE_OPENMP)
        set(Kokkos_ENABLE_OPENMP ON CACHE BOOL "OpenMP backend of Kokkos")
    endif()
    if(NOT DEFINED Kokkos_ENABLE_SERIAL)
        set(Kokkos_ENABLE_SERIAL ON CACHE BOOL "Serial backend of Kokkos")
    endif()
    farstep_fetch(
        kokkos "Kokkos" PACKAGE "from the source package trilinos" VARIABLE Kokkos_ROOT
        URL https://github.com/kokkos/kokkos.git
        COMMIT 1b1383c6001f3bfe9fe309ca923c2d786600cc79 # 4.6.01
    )
endif()

set(FARSTEP_DEVICE "")
foreach(device CUDA HIP SYCL)
    if(Kokkos_ENABLE_${device} AND (device IN_LIST Kokkos_DEVICES OR NOT DEFINED Kokkos_DEVICES))
        set(FARSTEP_DEVICE ${device})
    elseif(device IN_LIST farstep_wanted_devices)
        message(FATAL_ERROR "${device} is wanted, but the Kokkos in ${Kokkos_DIR} was built for "
                            "${Kokkos_DEVICES}. Pass -DKokkos_ROOT=<one built for ${device}>.")
    endif()
endforeach()
message(STATUS "Farstep: Kokkos ${Kokkos_VERSION} (${Kokkos_DIR}), devices ${Kokkos_DEVICES}")

find_package(Random123 MODULE QUIET)
if(NOT TARGET Random123::Random123)
    farstep_fetch(
        random123 "Random123" PACKAGE librandom123-dev VARIABLE Random123_ROOT
        URL https://github.com/DEShawResearch/random123.git
        COMMIT 726a093cd9a73f3ec3c8d7a70ff10ed8efec8d13 # 1.14.0
    )
    set(Random123_ROOT "${random123_SOURCE_DIR}")
    find_package(Random123 MODULE REQUIRED)
endif()

if(FARSTEP_USE_SLEEF AND NOT FARSTEP_DEVICE)
    find_package(SLEEF MODULE QUIET)
    if(NOT SLEEF_FOUND)
        message(STATUS "Farstep: no SLEEF (package libsleef-dev): sin, cos and exp are not vectorised by it")
    endif()
endif()

if(FARSTEP_BUILD_APPLICATION)
    include(FarstepHostDependencies)
endif()
