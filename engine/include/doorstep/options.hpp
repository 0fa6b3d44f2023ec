#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace doorstep {

class ClockPort;
class EntropyPort;
class HttpPort;

/// What the engine needs from the platform. `native_ports()` (doorstep/native.hpp) fills it on Linux,
/// macOS and Android; a test fills it with its own.
struct Ports {
  std::shared_ptr<ClockPort> clock;
  std::shared_ptr<EntropyPort> entropy;
  std::shared_ptr<HttpPort> http;
};

/// How much a commit promises.
enum class Durability {
  full,    ///< Survives a battery pull: one disk flush a commit. The default; records must not be lost.
  relaxed  ///< Survives a killed app; a battery pull may take the last moments, but never anything sent.
};

struct Options {
  std::string path;  ///< The phone's one file; created when missing. `-wal` and `-shm` lie beside it.
  Ports ports;
  /// 32 random bytes from the platform's keystore: the file is encrypted with them (docs/store.md, "At
  /// rest"). Empty: it is not. A file that was made without a key is encrypted when it is first opened with
  /// one.
  std::string key;
  std::string device_name = "phone";
  /// Which app this is, with its version ("Gutian 2.3"): the office lists it beside the device. At most 64
  /// bytes are told.
  std::string app;
  Durability durability = Durability::full;
  /// About how many rows one contact with the office compares. A test takes fewer, to see many parts.
  std::uint32_t compared_rows = 256;
  std::string sqlite_vfs;  ///< A registered SQLite VFS, for tests; empty for the platform's.
};

}  // namespace doorstep
