# cmake -DKIND=find_package|add_subdirectory -DSOURCE=... -DBUILD=... -DWORK=... -DCXX=... -P consume.cmake
# Configures, builds and runs the small project of that name as a user of talweg would.
function(must)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(configure ${CMAKE_COMMAND} -S ${SOURCE}/tests/consumers/${KIND} -B ${WORK}/build -G Ninja -Werror=dev
  -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
if(KIND STREQUAL "find_package")
  # Installed at one place, used at another: the package may be moved.
  file(REMOVE_RECURSE ${WORK})
  must(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
  file(RENAME ${WORK}/installed ${WORK}/moved)
  file(GLOB_RECURSE package ${WORK}/moved/*.cmake)
  foreach(file IN LISTS package)
    file(READ ${file} text)
    foreach(folder ${SOURCE}/include ${SOURCE}/src ${BUILD} ${WORK})
      string(FIND "${text}" "${folder}" found)
      if(NOT found EQUAL -1)
        message(FATAL_ERROR "${file} names ${folder}")
      endif()
    endforeach()
  endforeach()
  list(APPEND configure -DCMAKE_PREFIX_PATH=${WORK}/moved -DCMAKE_BUILD_TYPE=Release)
else()
  # As a shared library and without optimisation: what the release build doesn't cover.
  list(APPEND configure -Dtalweg_root=${SOURCE} -DBUILD_SHARED_LIBS=ON -DCMAKE_BUILD_TYPE=Debug)
endif()
must(${configure})
must(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
must(${WORK}/build/consumer)
