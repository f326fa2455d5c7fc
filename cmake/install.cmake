include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/talweg)
install(DIRECTORY include/talweg DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(TARGETS talweg EXPORT talwegTargets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT talwegTargets NAMESPACE talweg:: DESTINATION ${package_dir})

configure_package_config_file(cmake/talwegConfig.cmake.in ${PROJECT_BINARY_DIR}/talwegConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/talwegConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/talwegConfig.cmake ${PROJECT_BINARY_DIR}/talwegConfigVersion.cmake
  DESTINATION ${package_dir})
