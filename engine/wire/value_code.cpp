#include "wire/value_code.hpp"

#include <doorstep/id.hpp>

#include "base/id.hpp"
#include "wire/iso_time.hpp"

namespace doorstep::wire {
namespace {

enum Tag : std::uint8_t {
  kNull = 0x00,
  kInteger = 0x01,
  kReal = 0x02,
  kText = 0x03,
  kBlob = 0x04,
  kId = 0x05,
  kTime = 0x06,
  kDate = 0x07,
  kKnownId = 0x08,
  kSmallInteger = 0x10,  ///< 0x10..0x7F: the integers -16..95.
  kShortText = 0x80      ///< 0x80..0xFF: text of 0..127 bytes.
};
constexpr std::int64_t kSmallest = -16;
constexpr std::int64_t kLargestSmall = 95;
constexpr std::size_t kLongestShort = 127;

std::int64_t day_of(std::int64_t ms) {
  const std::int64_t day = ms / kDayMs;
  return ms % kDayMs < 0 ? day - 1 : day;
}

/// `base + difference` without overflow; Malformed outside [first, last].
std::int64_t moved(std::int64_t base, std::int64_t difference, std::int64_t first, std::int64_t last) {
  const auto sum =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(difference));
  if (sum < first || sum > last) malformed("time out of range");
  return sum;
}

void write_id(ByteWriter& tags, ByteWriter& bodies, const RowId& id, WriteContext& context) {
  const std::int64_t number = context.ids != nullptr ? context.ids->find(id) : -1;
  if (number >= 0) {
    tags.byte(kKnownId);
    bodies.zigzag(number - context.last_number);
    context.last_number = number;
    return;
  }
  tags.byte(kId);
  bodies.raw(id.bytes.data, 16);
  if (context.ids != nullptr) context.ids->add(id);
}

/// Writes id, time or date text in binary; false when the text is none of these.
bool write_special_text(ByteWriter& tags, ByteWriter& bodies, const std::string& text,
                        WriteContext& context) {
  if (text.size() == 36) {
    const auto id = parse_row_id(text);
    if (!id) return false;
    write_id(tags, bodies, *id, context);
    return true;
  }
  if (text.size() == 24) {
    const auto ms = parse_time(text);
    if (!ms) return false;
    tags.byte(kTime);
    bodies.zigzag(*ms - context.time_ms);
    context.time_ms = *ms;
    return true;
  }
  if (text.size() == 10) {
    const auto day = parse_date(text);
    if (!day) return false;
    tags.byte(kDate);
    bodies.zigzag(*day - day_of(context.time_ms));
    context.time_ms = *day * kDayMs;
    return true;
  }
  return false;
}

void write_text(ByteWriter& tags, ByteWriter& bodies, const std::string& text, WriteContext& context) {
  if (write_special_text(tags, bodies, text, context)) return;
  if (text.size() <= kLongestShort) {
    tags.byte(static_cast<std::uint8_t>(kShortText + text.size()));
    bodies.raw(text);
  } else {
    tags.byte(kText);
    bodies.text(text);
  }
}

void write_integer(ByteWriter& tags, ByteWriter& bodies, std::int64_t n) {
  if (n >= kSmallest && n <= kLargestSmall) {
    tags.byte(static_cast<std::uint8_t>(kSmallInteger + (n - kSmallest)));
  } else {
    tags.byte(kInteger);
    bodies.zigzag(n);
  }
}

std::int64_t read_integer(ByteReader& bodies) {
  const std::int64_t n = bodies.zigzag();
  if (n >= kSmallest && n <= kLargestSmall) malformed("small integer in long form");
  return n;
}

std::string_view read_long_text(ByteReader& bodies) {
  const std::string_view text = bodies.text();
  if (text.size() <= kLongestShort) malformed("short text in long form");
  return text;
}

std::string read_id(ByteReader& bodies, ReadContext& context) {
  RowId id;
  std::memcpy(id.bytes.data, bodies.raw(16), 16);
  if (context.ids != nullptr) context.ids->push_back(id);
  return to_text(id);
}

std::string read_known_id(ByteReader& bodies, ReadContext& context) {
  const std::size_t known = context.ids != nullptr ? context.ids->size() : 0;
  const std::uint64_t number =
      static_cast<std::uint64_t>(context.last_number) + static_cast<std::uint64_t>(bodies.zigzag());
  if (number >= known) malformed("reference to no known id");
  context.last_number = static_cast<std::int64_t>(number);
  return to_text((*context.ids)[number]);
}

std::string read_time(ByteReader& bodies, ReadContext& context) {
  context.time_ms = moved(context.time_ms, bodies.zigzag(), kFirstDay * kDayMs, (kLastDay + 1) * kDayMs - 1);
  return time_text(context.time_ms);
}

std::string read_date(ByteReader& bodies, ReadContext& context) {
  const std::int64_t day = moved(day_of(context.time_ms), bodies.zigzag(), kFirstDay, kLastDay);
  context.time_ms = day * kDayMs;
  return date_text(day);
}

}  // namespace

void write_value(ByteWriter& tags, ByteWriter& bodies, const Value& value, WriteContext& context) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    write_text(tags, bodies, *text, context);
  } else if (const auto* n = std::get_if<std::int64_t>(&value)) {
    write_integer(tags, bodies, *n);
  } else if (const auto* d = std::get_if<double>(&value)) {
    tags.byte(kReal);
    bodies.real(*d);
  } else if (const auto* blob = std::get_if<Bytes>(&value)) {
    tags.byte(kBlob);
    bodies.varint(blob->size());
    bodies.raw(blob->data(), blob->size());
  } else {
    tags.byte(kNull);
  }
}

void read_value(ByteReader& tags, ByteReader& bodies, Value& value, ReadContext& context) {
  const std::uint8_t tag = tags.byte();
  if (tag >= kShortText) {
    value = std::string(bodies.view(static_cast<std::size_t>(tag - kShortText)));
    return;
  }
  if (tag >= kSmallInteger) {
    value = std::int64_t{tag} - kSmallInteger + kSmallest;
    return;
  }
  switch (tag) {
    case kNull:
      value = Value{};
      return;
    case kInteger:
      value = read_integer(bodies);
      return;
    case kReal:
      value = bodies.real();
      return;
    case kText:
      value = std::string(read_long_text(bodies));
      return;
    case kBlob: {
      const std::string_view bytes = bodies.text();
      value = Bytes(bytes.begin(), bytes.end());
      return;
    }
    case kId:
      value = read_id(bodies, context);
      return;
    case kKnownId:
      value = read_known_id(bodies, context);
      return;
    case kTime:
      value = read_time(bodies, context);
      return;
    case kDate:
      value = read_date(bodies, context);
      return;
    default:
      malformed("unknown kind of value");
  }
}

}  // namespace doorstep::wire
