#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cereal/cereal.hpp>
#include <cmath>
#include <optional>

#include "wire/codec.hpp"
#include "wire/enum_names.hpp"
#include "wire/group_fields.hpp"
#include "wire/json_text.hpp"

/// The archive that writes messages as JSON (docs/wire.md, "JSON"), from the same fields as the binary one.
/// Private to the room.
namespace doorstep::wire {

class JsonWriter {
 public:
  template <typename Message>
  static std::string text_of(const Message& message) {
    JsonWriter writer;
    writer.write(message);
    return {writer.json_.GetString(), writer.json_.GetSize()};
  }

  /// What serialize() calls: one call a struct, with all its fields.
  template <typename... Fields>
  void operator()(const Fields&... fields) {
    json_.StartObject();
    (member(fields), ...);
    json_.EndObject();
  }

 private:
  /// rapidjson's writer with its buffer.
  class Output : public rapidjson::Writer<rapidjson::StringBuffer> {
   public:
    Output() : rapidjson::Writer<rapidjson::StringBuffer>(buffer_) {}
    const char* GetString() const { return buffer_.GetString(); }
    std::size_t GetSize() const { return buffer_.GetSize(); }

   private:
    rapidjson::StringBuffer buffer_;
  };

  template <typename T>
  void member(const cereal::NameValuePair<T>& field) {
    if (!is_absent(field.value)) {
      json_.Key(field.name);
      write(field.value);
    }
  }
  template <typename T>
  static bool is_absent(const T&) {
    return false;
  }
  template <typename T>
  static bool is_absent(const std::optional<T>& value) {
    return !value.has_value();
  }

  void write(bool b) { json_.Bool(b); }
  void write(std::uint64_t n) {
    if (n <= kExact)
      json_.Uint64(n);
    else
      string(std::to_string(n));
  }
  void write(std::uint32_t n) { json_.Uint(n); }
  void write(std::int64_t n) {
    if (n <= static_cast<std::int64_t>(kExact) && n >= -static_cast<std::int64_t>(kExact))
      json_.Int64(n);
    else
      string(std::to_string(n));
  }
  void write(const std::string& text) { is_utf8(text) ? string(text) : string(as_utf8(text)); }
  template <std::size_t N>
  void write(const std::array<std::uint8_t, N>& bytes) {
    string(to_base64url(view(bytes)));
  }
  void write(const RowId& id) { string(to_text(id)); }
  void write(const Stamp& stamp) {
    string(std::to_string(stamp.ms()) + "." + std::to_string(stamp.counter()));
  }
  void write(const Value& value);
  void write(const RowSection& rows);
  void write(const GroupList& list);
  void write(const Ascending& list) {
    json_.StartArray();
    for (const GroupNumber number : list.numbers) write(raw(number));
    json_.EndArray();
  }

  template <typename E>
  void write(const Open<E>& e) {
    enumerated(e.value);
  }
  template <typename E>
  void write(const Closed<E>& e) {
    enumerated(e.value);
  }
  template <typename E>
  void enumerated(E value) {
    for (const NumberName& named : kNames<std::remove_const_t<E>>) {
      if (named.number == raw(value)) return string(named.name);
    }
    write(std::uint64_t{raw(value)});
  }
  template <typename T>
  void write(const std::optional<T>& value) {
    write(archivable(const_cast<T&>(*value)));
  }
  template <typename T>
  void write(const Bounded<T>& list) {
    json_.StartArray();
    for (T& item : list.items) write(archivable(item));
    json_.EndArray();
  }
  /// Structs. serialize() takes a mutable reference because readers share it; writing changes nothing.
  template <typename T, std::enable_if_t<std::is_class_v<T>, int> = 0>
  void write(const T& message) {
    serialize(*this, const_cast<T&>(message));
  }

  void string(std::string_view text) {
    json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void wrapped(const char* key, std::string_view text) {
    json_.StartObject();
    json_.Key(key);
    string(text);
    json_.EndObject();
  }
  void real(double d);

  /// The largest integer that every JSON reader keeps exactly; larger ones are decimal text.
  static constexpr std::uint64_t kExact = (std::uint64_t{1} << 53) - 1;

  Output json_;
};

/// Native where that is unambiguous; wrapped in an object that names the type elsewhere.
inline void JsonWriter::write(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    is_utf8(*text) ? string(*text) : wrapped("text", to_base64url(*text));
  } else if (const auto* n = std::get_if<std::int64_t>(&value)) {
    const bool exact = *n <= static_cast<std::int64_t>(kExact) && *n >= -static_cast<std::int64_t>(kExact);
    exact ? void(json_.Int64(*n)) : wrapped("integer", std::to_string(*n));
  } else if (const auto* d = std::get_if<double>(&value)) {
    real(*d);
  } else if (const auto* blob = std::get_if<Bytes>(&value)) {
    wrapped("blob", to_base64url({reinterpret_cast<const char*>(blob->data()), blob->size()}));
  } else {
    json_.Null();
  }
}

/// A whole number would come back as an integer from most clients, and JSON has no infinities.
inline void JsonWriter::real(double d) {
  if (!std::isfinite(d)) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &d, sizeof bits);
    wrapped("real_bits", std::to_string(bits));
  } else if (d != std::floor(d)) {
    json_.Double(d);
  } else {
    json_.StartObject();
    json_.Key("real");
    json_.Double(d);
    json_.EndObject();
  }
}

inline void JsonWriter::write(const RowSection& rows) {
  json_.StartObject();
  json_.Key("table");
  json_.Uint(raw(rows.table));
  json_.Key("columns");
  json_.StartArray();
  for (const ColumnId column : rows.columns) json_.Uint(raw(column));
  json_.EndArray();
  json_.Key("rows");
  json_.StartArray();
  auto value = rows.values.begin();
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    json_.StartObject();
    json_.Key("id");
    write(rows.ids[i]);
    json_.Key("values");
    json_.StartArray();
    for (std::size_t c = 0; c < rows.columns.size(); ++c) write(*value++);
    json_.EndArray();
    json_.Key("meta");
    string(to_base64url(rows.metas[i]));
    json_.EndObject();
  }
  json_.EndArray();
  json_.EndObject();
}

/// Decoded where the bytes can be made again from that exactly; else as they are.
inline void JsonWriter::write(const GroupList& list) {
  json_.StartArray();
  for (const std::string& bytes : list.groups) {
    const auto group = decode_group(bytes);
    if (group && encode_group(*group) == bytes)
      write(*group);
    else
      string(to_base64url(bytes));
  }
  json_.EndArray();
}

}  // namespace doorstep::wire
