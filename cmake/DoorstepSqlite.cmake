# The one SQLite of every target: SQLite3MultipleCiphers, pinned and fetched by scripts/install-deps, with what
# the engine and the server need. It reads and writes plain SQLite files, and encrypted ones when given a key.

set(DOORSTEP_SQLITE_DIR "${PROJECT_SOURCE_DIR}/.deps/sqlite" CACHE PATH
    "Folder with sqlite3.c and sqlite3.h of SQLite3MultipleCiphers")
if(NOT EXISTS "${DOORSTEP_SQLITE_DIR}/sqlite3.c")
  message(FATAL_ERROR "${DOORSTEP_SQLITE_DIR}/sqlite3.c is missing: run scripts/install-deps")
endif()

add_library(doorstep_sqlite STATIC "${DOORSTEP_SQLITE_DIR}/sqlite3.c")
target_include_directories(doorstep_sqlite SYSTEM PUBLIC "$<BUILD_INTERFACE:${DOORSTEP_SQLITE_DIR}>")
target_compile_definitions(
  doorstep_sqlite
  PUBLIC SQLITE_ENABLE_PREUPDATE_HOOK  # What the header declares depends on it.
  PRIVATE SQLITE_THREADSAFE=1
          SQLITE_SECURE_DELETE  # What is deleted is overwritten.
          SQLITE_TEMP_STORE=2  # No temporary file would be encrypted: they stay in memory.
          SQLITE_ENABLE_FTS5
          SQLITE_ENABLE_COLUMN_METADATA  # Which table's column an answer's column is.
          SQLITE_ENABLE_MATH_FUNCTIONS
          SQLITE_LIKE_DOESNT_MATCH_BLOBS
          SQLITE_MAX_EXPR_DEPTH=1000
          SQLITE_OMIT_DEPRECATED
          SQLITE_OMIT_LOAD_EXTENSION
          SQLITE_OMIT_SHARED_CACHE
          # The SQLCipher 4 format: AES-256 in CBC mode, HMAC-SHA512 for each page. (The library does not build
          # without ChaCha20.)
          CODEC_TYPE=CODEC_TYPE_SQLCIPHER
          HAVE_CIPHER_AES_128_CBC=0
          HAVE_CIPHER_AES_256_CBC=0
          HAVE_CIPHER_RC4=0
          HAVE_CIPHER_ASCON128=0
          HAVE_CIPHER_AEGIS=0)
target_compile_options(doorstep_sqlite PRIVATE -w -O2 "$<$<BOOL:${DOORSTEP_SANITIZE}>:-fno-sanitize=all>")
target_link_libraries(doorstep_sqlite PUBLIC Threads::Threads PRIVATE ${CMAKE_DL_LIBS} m)
set_target_properties(doorstep_sqlite PROPERTIES EXPORT_NAME sqlite C_VISIBILITY_PRESET hidden)
