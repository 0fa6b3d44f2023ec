# doorstep_room(<target> [LINK <room or interface library>...] [VENDOR <library>...])
#
# Makes one library of the *.cpp files of the calling directory (subdirectories are rooms of their own).
# LINK is what the room's headers and users may know; VENDOR stays inside. A room of headers alone is an
# INTERFACE library. DOORSTEP_INCLUDE_ROOT is the parent of the rooms: includes read "room/file.hpp".
function(doorstep_room target)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "LINK;VENDOR")
  if(room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "doorstep_room(${target}): unknown arguments ${room_UNPARSED_ARGUMENTS}")
  endif()

  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC ${room_LINK} PRIVATE ${room_VENDOR})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${room_LINK} ${room_VENDOR})
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} "$<BUILD_INTERFACE:${DOORSTEP_INCLUDE_ROOT}>")

  # doorstep_base is exported as Doorstep::base.
  string(REGEX REPLACE "^doorstep_" "" export_name "${target}")
  set_target_properties(${target} PROPERTIES EXPORT_NAME "${export_name}")
endfunction()

# doorstep_program(<target> [LINK <library>...]): an executable of the calling directory's *.cpp files,
# left out while there are none.
function(doorstep_program target)
  cmake_parse_arguments(PARSE_ARGV 1 program "" "" "LINK")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  if(sources)
    add_executable(${target} ${sources})
    target_link_libraries(${target} PRIVATE ${program_LINK})
  endif()
endfunction()
