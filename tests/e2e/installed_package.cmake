# Installs the SDK into a fresh prefix, builds the consumer against it and runs it. The consumer is given one
# argument, the path of a database file that does not exist yet.

foreach(name IN ITEMS build_dir work_dir consumer_dir generator compiler)
  if(NOT ${name})
    message(FATAL_ERROR "pass -D${name}=...")
  endif()
endforeach()

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result COMMAND_ECHO STDOUT)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${ARGV}")
  endif()
endfunction()

set(flags "")
if(sanitize)
  set(flags "-fsanitize=${sanitize}")
endif()

file(REMOVE_RECURSE "${work_dir}")
file(MAKE_DIRECTORY "${work_dir}")
run("${CMAKE_COMMAND}" --install "${build_dir}" --prefix "${work_dir}/prefix" --component sdk)
run("${CMAKE_COMMAND}" -S "${consumer_dir}" -B "${work_dir}/build" -G "${generator}"
    "-DCMAKE_CXX_COMPILER=${compiler}" "-DCMAKE_CXX_FLAGS=${flags}" "-DCMAKE_PREFIX_PATH=${work_dir}/prefix")
run("${CMAKE_COMMAND}" --build "${work_dir}/build")
run("${work_dir}/build/consumer" "${work_dir}/consumer.db")

execute_process(COMMAND "${work_dir}/build/form" "${consumer_dir}/visit.json" INPUT_FILE "${consumer_dir}/visit.txt"
                OUTPUT_VARIABLE told RESULT_VARIABLE result)
set(answers [[{"consent":"yes","resident":[{"name":"王阿姨","age":71},{"name":"小明","age":9}],"people":"2"}]])
string(FIND "${told}" "${answers}" found)
if(NOT result EQUAL 0 OR found EQUAL -1)
  message(FATAL_ERROR "form ended with ${result}:\n${told}")
endif()
