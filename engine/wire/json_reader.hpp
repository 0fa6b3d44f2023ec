#pragma once

#include <rapidjson/document.h>

#include <cereal/cereal.hpp>
#include <optional>

#include "wire/codec.hpp"
#include "wire/enum_names.hpp"
#include "wire/group_fields.hpp"

/// The archive that reads messages from JSON (docs/wire.md, "JSON"). Keys that are missing leave the field at
/// its default, keys that are unknown are passed over; anything else that is wrong is Malformed, with the
/// key in its words. Private to the room.
namespace doorstep::wire {

class JsonReader {
 public:
  using Json = rapidjson::Value;

  template <typename Message>
  static Message message_of(const Json& json) {
    JsonReader reader;
    Message message;
    reader.read(json, message);
    return message;
  }

  /// What serialize() calls: one call a struct, with all its fields.
  template <typename... Fields>
  void operator()(Fields&&... fields) {
    const Json& object = *object_;
    (member(object, fields), ...);
  }

 private:
  template <typename T>
  void member(const Json& object, cereal::NameValuePair<T>& field) {
    const auto at = object.FindMember(field.name);
    if (at == object.MemberEnd()) return;
    key_ = field.name;
    read(at->value, field.value);
  }

  /// `{}` is two bytes of JSON and may be hundreds in memory, so a message has only so many elements.
  void take(std::size_t elements) {
    if (elements > elements_left_) expected("fewer elements in the whole message");
    elements_left_ -= elements;
  }
  [[noreturn]] void expected(const char* what) const {
    throw Malformed(std::string("JSON key \"") + key_ + "\": expected " + what);
  }
  std::string_view text(const Json& json, const char* what) const {
    if (!json.IsString()) expected(what);
    return {json.GetString(), json.GetStringLength()};
  }
  std::string bytes(const Json& json) const {
    auto decoded = from_base64url(text(json, "base64url text"));
    if (!decoded) expected("base64url text");
    return std::move(*decoded);
  }
  std::uint64_t unsigned_number(const Json& json) const {
    if (json.IsUint64()) return json.GetUint64();
    return decimal(text(json, "a whole number"));
  }
  std::uint64_t decimal(std::string_view digits) const;

  void read(const Json& json, bool& b) {
    if (!json.IsBool()) expected("true or false");
    b = json.GetBool();
  }
  void read(const Json& json, std::uint64_t& n) { n = unsigned_number(json); }
  void read(const Json& json, std::uint32_t& n) {
    if (!json.IsUint()) expected("a whole number below 2^32");
    n = json.GetUint();
  }
  void read(const Json& json, std::int64_t& n);
  void read(const Json& json, std::string& s) { s = text(json, "text"); }
  template <std::size_t N>
  void read(const Json& json, std::array<std::uint8_t, N>& array) {
    const std::string decoded = bytes(json);
    if (decoded.size() != N) expected(("base64url of " + std::to_string(N) + " bytes").c_str());
    std::memcpy(array.data(), decoded.data(), N);
  }
  void read(const Json& json, RowId& id) {
    const auto parsed = parse_row_id(text(json, "an id"));
    if (!parsed) expected("an id, 36 lower-case characters");
    id = *parsed;
  }
  void read(const Json& json, Stamp& stamp);
  void read(const Json& json, Value& value);
  void read(const Json& json, RowSection& rows);
  void read_row(const Json& json, RowSection& rows);
  void read(const Json& json, GroupList& list);
  void read(const Json& json, Ascending& list) {
    if (!json.IsArray()) expected("a list");
    if (json.Size() > list.limit) expected("a shorter list");
    list.numbers.clear();
    take(json.Size());
    std::uint64_t last = 0;
    for (const Json& item : json.GetArray()) {
      const std::uint64_t number = unsigned_number(item);
      if (number <= last) expected("numbers that ascend");
      list.append(number - last);
      last = number;
    }
  }

  template <typename E>
  void read(const Json& json, Open<E>& open) {
    const std::uint64_t number = enumerated<E>(json);
    open.value = static_cast<E>(static_cast<std::underlying_type_t<E>>(number));
    if (raw(open.value) != number) expected("a smaller number");
  }
  template <typename E>
  void read(const Json& json, Closed<E>& closed) {
    const std::uint64_t number = enumerated<E>(json);
    if (number > raw(closed.last)) expected("a known kind");
    closed.set(static_cast<std::underlying_type_t<E>>(number));
  }
  template <typename E>
  std::uint64_t enumerated(const Json& json) const {
    if (json.IsString()) {
      for (const NumberName& named : kNames<E>)
        if (text(json, "") == named.name) return named.number;
      if (!kNames<E>.empty()) expected("a known name or its number");
    }
    return unsigned_number(json);
  }
  template <typename T>
  void read(const Json& json, std::optional<T>& value) {
    value.reset();
    if (json.IsNull()) return;
    auto&& target = archivable(value.emplace());
    read(json, target);
  }
  template <typename T>
  void read(const Json& json, Bounded<T>& list) {
    if (!json.IsArray()) expected("a list");
    if (json.Size() > list.limit) expected("a shorter list");
    list.items.clear();
    take(json.Size());
    for (const Json& item : json.GetArray()) {
      auto&& target = archivable(list.items.emplace_back());
      read(item, target);
    }
  }
  template <typename T, std::enable_if_t<std::is_class_v<T>, int> = 0>
  void read(const Json& json, T& message) {
    if (!json.IsObject()) expected("an object");
    object_ = &json;
    serialize(*this, message);
  }

  const Json* object_ = nullptr;
  const char* key_ = "";
  std::size_t elements_left_ = limits::kSequence;
};

inline std::uint64_t JsonReader::decimal(std::string_view digits) const {
  if (digits.empty()) expected("a whole number");
  std::uint64_t n = 0;
  for (const char c : digits) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (c < '0' || c > '9' || n > (UINT64_MAX - digit) / 10) expected("a whole number");
    n = n * 10 + digit;
  }
  return n;
}

inline void JsonReader::read(const Json& json, std::int64_t& n) {
  if (json.IsInt64()) {
    n = json.GetInt64();
    return;
  }
  std::string_view digits = text(json, "a whole number");
  const bool negative = !digits.empty() && digits[0] == '-';
  const std::uint64_t size = decimal(negative ? digits.substr(1) : digits);
  if (size > static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0)) expected("a smaller number");
  n = static_cast<std::int64_t>(negative ? ~size + 1 : size);
}

inline void JsonReader::read(const Json& json, Stamp& stamp) {
  const std::string_view both = text(json, "a stamp, \"milliseconds.counter\"");
  const std::size_t dot = both.find('.');
  if (dot == std::string_view::npos) expected("a stamp, \"milliseconds.counter\"");
  const std::uint64_t ms = decimal(both.substr(0, dot));
  const std::uint64_t counter = decimal(both.substr(dot + 1));
  if (ms >> 48 != 0 || counter > 0xFFFF) expected("a stamp in range");
  stamp = Stamp{ms << 16 | counter};
}

inline void JsonReader::read(const Json& json, Value& value) {
  if (json.IsNull()) {
    value = Value{};
  } else if (json.IsString()) {
    value = std::string(text(json, ""));
  } else if (json.IsInt64()) {
    value = json.GetInt64();
  } else if (json.IsDouble()) {
    value = json.GetDouble();
  } else if (json.IsObject() && json.MemberCount() == 1) {
    const Json& inner = json.MemberBegin()->value;
    const std::string_view type = text(json.MemberBegin()->name, "");
    if (type == "real" && inner.IsNumber()) {
      value = inner.GetDouble();
    } else if (type == "real_bits") {
      const std::uint64_t bits = unsigned_number(inner);
      double d = 0;
      std::memcpy(&d, &bits, sizeof d);
      value = d;
    } else if (type == "integer") {
      read(inner, value.emplace<std::int64_t>());
    } else if (type == "text") {
      value = bytes(inner);
    } else if (type == "blob") {
      const std::string blob = bytes(inner);
      value = Bytes(blob.begin(), blob.end());
    } else {
      expected("a value: null, number, text, or an object with real, integer, text or blob");
    }
  } else {
    expected("a value: null, number, text, or an object with real, integer, text or blob");
  }
}

inline void JsonReader::read(const Json& json, RowSection& rows) {
  if (!json.IsObject()) expected("an object");
  auto table = field("table", rows.table);
  auto columns = field("columns", bounded(rows.columns, limits::kColumns));
  member(json, table);
  member(json, columns);
  const auto list = json.FindMember("rows");
  if (list == json.MemberEnd()) return;
  key_ = "rows";
  if (!list->value.IsArray()) expected("a list");
  take(list->value.Size() * (rows.columns.size() + 1));
  for (const Json& row : list->value.GetArray()) read_row(row, rows);
}

inline void JsonReader::read_row(const Json& json, RowSection& rows) {
  if (!json.IsObject()) expected("an object");
  auto id = field("id", rows.ids.emplace_back());
  member(json, id);
  key_ = "values";
  const auto values = json.FindMember("values");
  if (values == json.MemberEnd() || !values->value.IsArray() || values->value.Size() != rows.columns.size())
    expected("a list with one value a column");
  for (const Json& value : values->value.GetArray()) read(value, rows.values.emplace_back());
  key_ = "meta";
  const auto meta = json.FindMember("meta");
  rows.metas.push_back(meta == json.MemberEnd() ? std::string() : bytes(meta->value));
}

inline void JsonReader::read(const Json& json, GroupList& list) {
  if (!json.IsArray()) expected("a list");
  if (json.Size() > limits::kPushGroups) expected("a shorter list");
  list.groups.clear();
  take(json.Size());
  for (const Json& item : json.GetArray()) {
    if (item.IsString()) {
      list.groups.push_back(bytes(item));
      continue;
    }
    Group group;
    read(item, group);
    for (const Op& op : group.ops)
      for (std::size_t i = 1; i < op.cells.size(); ++i)
        if (!(op.cells[i - 1].column < op.cells[i].column))
          expected("cells in column order, each column once");
    list.groups.push_back(encode_group(group));
  }
}

}  // namespace doorstep::wire
