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

# For build systems that ask pkg-config; it names places relative to itself, so that the package may be moved.
file(RELATIVE_PATH to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" to_prefix "${to_prefix}")
configure_file(cmake/talweg.pc.in ${PROJECT_BINARY_DIR}/talweg.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/talweg.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# A Debian package: cpack -G DEB
if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGE_NAME libtalweg-dev)
  set(CPACK_PACKAGE_VENDOR talweg)
  set(CPACK_PACKAGE_CONTACT "talweg")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "libstdc++6 (>= 12)")
  include(CPack)
endif()
