# Language level, warnings, sanitizers and ccache for everything in this tree.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# The engine's static libraries end up inside an app's shared library on phones.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

add_compile_options(-Wall -Wextra -Wpedantic "$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Woverloaded-virtual>")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A parameter named like a plain struct's member is fine; a local that hides a local is not.
  add_compile_options(-Wshadow=local)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 reports overlap inside std::string::operator+ where there is none (GCC bug 105651), and a bad free
    # when a std::variant with a vector among its types is assigned.
    add_compile_options(-Wno-restrict -Wno-free-nonheap-object)
  endif()
endif()
if(DOORSTEP_WERROR)
  add_compile_options(-Werror)
endif()

if(DOORSTEP_SANITIZE)
  add_compile_options(-fsanitize=${DOORSTEP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DOORSTEP_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumentation hides initialisation from the optimiser, and g++ warns about fences under TSan.
    add_compile_options(-Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()

find_program(DOORSTEP_CCACHE ccache)
mark_as_advanced(DOORSTEP_CCACHE)
if(DOORSTEP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${DOORSTEP_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${DOORSTEP_CCACHE}")
endif()
