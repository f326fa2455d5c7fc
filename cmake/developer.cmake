# What only those who work on talweg itself want; nothing here reaches whoever links the library.
set(TALWEG_SANITIZE "" CACHE STRING "Sanitizers for a developer build: address,undefined or thread")

if(TALWEG_DEVELOPER)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(talweg_ccache ccache)
  mark_as_advanced(talweg_ccache)
  if(talweg_ccache AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${talweg_ccache})
  endif()
endif()

# Warnings are errors in developer builds.
function(talweg_warnings target)
  if(TALWEG_DEVELOPER)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Werror $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wnon-virtual-dtor
      -Woverloaded-virtual -Wno-missing-field-initializers)
  endif()
endfunction()

# Warnings and sanitizers, for every target of ours but the files of one instruction set.
function(talweg_as_developer target)
  talweg_warnings(${target})
  if(TALWEG_DEVELOPER AND TALWEG_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TALWEG_SANITIZE} -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${TALWEG_SANITIZE})
  endif()
endfunction()

# A program of ours: its sources, linked with the library, in the folder of the build tree that mirrors its own.
function(talweg_program name)
  add_executable(talweg_${name} ${ARGN})
  set_target_properties(talweg_${name} PROPERTIES OUTPUT_NAME ${name} CXX_EXTENSIONS OFF
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(talweg_${name} PRIVATE talweg::talweg)
  talweg_as_developer(talweg_${name})
endfunction()
