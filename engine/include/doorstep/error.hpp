#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace doorstep {

/// Which part of the product refused. Stable numbers: they travel on the wire and through the C ABI.
enum class ErrorDomain : std::uint8_t {
  usage = 1,  ///< The caller asked for something that cannot be (unknown table, bad value, missing argument).
  storage = 2,  ///< The local database: full, damaged, locked by somebody else.
  network = 3,  ///< The office could not be reached. Recorded work stays safe on the phone.
  office = 4,   ///< The office answered, and refused.
  format = 5,   ///< Bytes that do not decode.
  internal = 6  ///< A broken invariant of ours. Report it.
};

/// Whether doing the same again can help.
enum class Retry : std::uint8_t {
  never = 0,         ///< The same call will fail again.
  later = 1,         ///< Transient: the engine itself retries with backoff.
  after_sign_in = 2  ///< The device must join again first.
};

/// A code exists only where some caller acts on it.
enum class ErrorCode : std::uint16_t {
  invalid_argument = 1,
  not_found = 2,
  already_exists = 3,
  validation_failed = 4,
  not_joined = 5,
  pack_invalid = 6,
  storage_failed = 20,
  storage_full = 21,
  storage_damaged = 22,
  storage_busy = 23,
  foreign_write = 24,
  newer_format = 25,
  wrong_key = 26,
  unreachable = 40,
  timed_out = 41,
  untrusted_office = 42,
  refused = 60,
  unauthorized = 61,
  overloaded = 62,
  invitation_invalid = 63,
  actor_forked = 64,
  version_unsupported = 65,
  too_large = 66,
  wiped = 67,  ///< The office has revoked this phone: its file is gone, destroy its key.
  malformed = 80,
  invariant_broken = 100
};

/// What went wrong, for a program (`domain`, `code`, `retry`) and for a person (`zh`, `en`).
/// Both sentences say what happened and what to do. A value type; safe to copy between threads.
struct Error {
  ErrorDomain domain = ErrorDomain::internal;
  ErrorCode code = ErrorCode::invariant_broken;
  Retry retry = Retry::never;
  std::string zh;
  std::string en;
};

/// A value or an Error; never throws. The shape of `std::expected`.
template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

}  // namespace doorstep
