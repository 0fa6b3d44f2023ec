#pragma once

#include "base/bytes.hpp"
#include "merge/version.hpp"

/// Bytes of actors, stamps and versions where nothing around them makes them shorter. For merge and wire.
namespace doorstep {

inline void write_actor(ByteWriter& out, ActorId actor) {
  out.varint(incarnation_of(actor));
  out.varint(serial_of(actor));
}
inline ActorId read_actor(ByteReader& in) {
  const std::uint32_t incarnation = in.varint32();
  return make_actor(incarnation, in.varint32());
}

inline void write_stamp(ByteWriter& out, Stamp stamp) {
  out.varint(stamp.bits >> 16);
  out.varint(stamp.counter());
}
inline Stamp read_stamp(ByteReader& in) {
  const std::uint64_t ms = in.varint();
  const std::uint64_t counter = in.varint();
  if (ms >> 48 != 0 || counter > 0xFFFF) malformed("stamp out of range");
  return Stamp{ms << 16 | counter};
}

inline void write_name(ByteWriter& out, const VersionName& name) {
  write_actor(out, name.actor);
  out.varint(raw(name.group));
  out.varint(name.op);
}
inline VersionName read_name(ByteReader& in) {
  VersionName name;
  name.actor = read_actor(in);
  name.group = GroupNumber{in.varint()};
  name.op = in.varint32();
  return name;
}

/// An encoded VersionName takes at least this many bytes, a Version this many.
inline constexpr std::size_t kLeastNameBytes = 4;
inline constexpr std::size_t kLeastVersionBytes = 7;

inline void write_version(ByteWriter& out, const Version& version) {
  write_name(out, version.name);
  write_stamp(out, version.stamp);
  out.varint(version.round);
}
inline Version read_version(ByteReader& in) {
  Version version;
  version.name = read_name(in);
  version.stamp = read_stamp(in);
  version.round = in.varint32();
  return version;
}

}  // namespace doorstep
