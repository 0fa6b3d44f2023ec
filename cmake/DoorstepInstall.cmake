# The SDK as one target, Doorstep::doorstep, in this tree and in the installed package. It offers the public
# headers alone: rooms are linked, never visible.

include(CMakePackageConfigHelpers)

add_library(doorstep_sdk INTERFACE)
add_library(Doorstep::doorstep ALIAS doorstep_sdk)
set_target_properties(doorstep_sdk PROPERTIES EXPORT_NAME doorstep)
target_link_libraries(doorstep_sdk INTERFACE doorstep_headers "$<LINK_ONLY:doorstep_client>" "$<LINK_ONLY:doorstep_forms>"
                                             "$<LINK_ONLY:doorstep_native>")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Doorstep")
install(
  TARGETS doorstep_sdk doorstep_headers doorstep_base doorstep_clock doorstep_schema doorstep_forms doorstep_ports
          doorstep_merge doorstep_wire doorstep_sqlite doorstep_sql doorstep_folding doorstep_views doorstep_search doorstep_store doorstep_sync doorstep_client
          doorstep_posix doorstep_curl doorstep_native
  EXPORT DoorstepTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  COMPONENT sdk)
install(DIRECTORY engine/include/ DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT sdk
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
install(EXPORT DoorstepTargets NAMESPACE Doorstep:: DESTINATION "${package_dir}" COMPONENT sdk)

configure_package_config_file(cmake/DoorstepConfig.cmake.in "${PROJECT_BINARY_DIR}/DoorstepConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/DoorstepConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/DoorstepConfig.cmake" "${PROJECT_BINARY_DIR}/DoorstepConfigVersion.cmake"
        DESTINATION "${package_dir}" COMPONENT sdk)
