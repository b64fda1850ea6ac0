# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Installs farstep::kernels and its package configuration, and the executable where it is built.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(farstep_config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/farstep")

install(TARGETS farstep_kernels EXPORT farstepTargets)
install(
    DIRECTORY "${PROJECT_SOURCE_DIR}/kernels/farstep"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING
    PATTERN "*.hpp"
)
install(EXPORT farstepTargets NAMESPACE farstep:: DESTINATION "${farstep_config_dir}")

configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/farstepConfig.cmake.in" "${PROJECT_BINARY_DIR}/farstepConfig.cmake"
    INSTALL_DESTINATION "${farstep_config_dir}"
)
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/farstepConfigVersion.cmake" COMPATIBILITY SameMinorVersion
)
install(
    FILES "${PROJECT_BINARY_DIR}/farstepConfig.cmake"
          "${PROJECT_BINARY_DIR}/farstepConfigVersion.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/FindRandom123.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/FindSLEEF.cmake"
    DESTINATION "${farstep_config_dir}"
)
if(TARGET farstep)
    install(TARGETS farstep)
    install(PROGRAMS "${PROJECT_SOURCE_DIR}/tools/farstep-plot" TYPE BIN OPTIONAL)
endif()
