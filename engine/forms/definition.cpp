#include "forms/definition.hpp"

#include <algorithm>
#include <array>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "forms/json.hpp"
#include "forms/limits.hpp"

namespace doorstep::forms {
namespace {

constexpr std::array<const char*, 12> kTypeNames = {"text", "integer",    "decimal",         "date",
                                                    "time", "select_one", "select_multiple", "acknowledge",
                                                    "note", "calculate",  "group",           "repeat"};
constexpr unsigned kFormat = 1;
constexpr std::uint64_t kExact = (std::uint64_t{1} << 53) - 1;

/// Reads one definition, and stops at the first thing that is wrong.
class Reader {
 public:
  Definition read(const Json& json) {
    Definition form;
    std::uint64_t format = 0;
    object(json, "form", {"name", "title", "items"}, [&](std::string_view key, const Json& value) {
      if (key == "format") return number(value, format, kFormat, "format");
      if (key == "name") return text(value, form.name);
      if (key == "version") return number(value, form.version, kExact, "version");
      if (key == "title") return words(value, form.title);
      if (key == "lists") return list(value, [&](const Json& one) { form.lists.push_back(choices(one)); });
      if (key == "items") return list(value, [&](const Json& one) { form.items.push_back(item(one, 1)); });
      unknown(key);
    });
    if (error_.empty() && format != kFormat) wrong("\"format\" is not 1: a newer program wrote this form");
    return form;
  }

  const std::string& error() const { return error_; }

 private:
  void wrong(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }
  void unknown(std::string_view key) { wrong("unknown key \"" + std::string(key) + "\""); }

  template <typename Visit>
  void object(const Json& json, const char* what, std::initializer_list<const char*> needed, Visit visit) {
    if (!error_.empty()) return;
    if (!json.IsObject()) return wrong(std::string(what) + ": expected an object");
    for (auto member = json.MemberBegin(); member != json.MemberEnd() && error_.empty(); ++member) {
      const std::string_view key = text_of(member->name);
      for (auto before = json.MemberBegin(); before != member; ++before)
        if (text_of(before->name) == key) wrong("key \"" + std::string(key) + "\" comes twice");
      visit(key, member->value);
    }
    for (const char* key : needed)
      if (!json.HasMember(key)) wrong(std::string(what) + ": \"" + key + "\" is missing");
  }
  template <typename Visit>
  void list(const Json& json, Visit visit) {
    if (!json.IsArray()) return wrong("expected a list");
    for (const Json& one : json.GetArray())
      if (error_.empty()) visit(one);
  }
  void text(const Json& json, std::string& out) {
    if (!json.IsString()) return wrong("expected text");
    out = text_of(json);
    if (out.find('\0') != std::string::npos) wrong("text with a zero byte");
  }
  void number(const Json& json, std::uint64_t& out, std::uint64_t largest, const char* what) {
    if (!json.IsUint64() || json.GetUint64() > largest)
      return wrong(std::string("\"") + what + "\": expected a whole number up to " + std::to_string(largest));
    out = json.GetUint64();
  }
  void truth(const Json& json, bool& out) {
    if (!json.IsBool()) return wrong("expected true or false");
    out = json.GetBool();
  }
  void words(const Json& json, FormText& out) {
    object(json, "text in two languages", {"zh"}, [&](std::string_view key, const Json& value) {
      if (key == "zh") return text(value, out.zh);
      if (key == "en") return text(value, out.en);
      unknown(key);
    });
    if (out.zh.empty()) wrong("\"zh\" is empty");
  }
  ChoiceList choices(const Json& json) {
    ChoiceList out;
    object(json, "choice list", {"name", "choices"}, [&](std::string_view key, const Json& value) {
      if (key == "name") return text(value, out.name);
      if (key == "choices") return list(value, [&](const Json& one) { out.choices.push_back(choice(one)); });
      unknown(key);
    });
    return out;
  }
  Choice choice(const Json& json) {
    Choice out;
    object(json, "choice", {"value", "label"}, [&](std::string_view key, const Json& value) {
      if (key == "value") return text(value, out.value);
      if (key == "label") return words(value, out.label);
      if (key == "attributes")
        return object(value, "attributes", {}, [&](std::string_view name, const Json& attribute) {
          text(attribute, out.attributes.emplace_back(std::string(name), std::string()).second);
        });
      unknown(key);
    });
    std::sort(out.attributes.begin(), out.attributes.end());
    return out;
  }
  Item item(const Json& json, std::size_t depth) {
    Item out;
    if (depth > limits::kDepth) wrong("groups nested too deep");
    if (++items_ > limits::kItems) wrong("too many questions");
    object(json, "item", {"type", "name"}, [&](std::string_view key, const Json& value) {
      if (key == "items")
        return list(value, [&](const Json& one) { out.items.push_back(item(one, depth + 1)); });
      property(out, key, value);
    });
    if (!error_.empty() && !named_ && !out.name.empty()) {
      error_ = "item \"" + out.name + "\": " + error_;
      named_ = true;
    }
    return out;
  }
  void property(Item& out, std::string_view key, const Json& value) {
    if (key == "type") return type(value, out.type);
    if (key == "label") return words(value, out.label);
    if (key == "hint") return words(value, out.hint);
    if (key == "required_message") return words(value, out.required_message);
    if (key == "constraint_message") return words(value, out.constraint_message);
    if (key == "read_only") return truth(value, out.read_only);
    if (key == "max") {
      std::uint64_t max = 0;
      number(value, max, limits::kInstances, "max");
      if (max == 0) wrong("\"max\" is 0: leave it out or allow one");
      out.max = static_cast<std::uint32_t>(max);
      return;
    }
    for (const auto& [name, member] : kTexts)
      if (key == name) return text(value, out.*member);
    unknown(key);
  }
  void type(const Json& json, ItemType& out) {
    std::string name;
    text(json, name);
    const auto found = item_type(name);
    if (!found) return wrong("unknown type \"" + name + "\"");
    out = *found;
  }

  static constexpr std::pair<const char*, std::string Item::*> kTexts[] = {
      {"name", &Item::name},
      {"list", &Item::list},
      {"choice_filter", &Item::choice_filter},
      {"relevant", &Item::relevant},
      {"required", &Item::required},
      {"constraint", &Item::constraint},
      {"calculation", &Item::calculation},
      {"default", &Item::default_value},
      {"repeat_count", &Item::repeat_count},
      {"appearance", &Item::appearance}};

  std::size_t items_ = 0;
  std::string error_;
  bool named_ = false;
};

class Writer {
 public:
  std::string write(const Definition& form) {
    out_.StartObject();
    out_.Key("format");
    out_.Uint(kFormat);
    text("name", form.name);
    if (form.version != 0) {
      out_.Key("version");
      out_.Uint64(form.version);
    }
    words("title", form.title);
    if (!form.lists.empty()) list("lists", form.lists);
    list("items", form.items);
    out_.EndObject();
    return out_.text();
  }

 private:
  void text(const char* key, const std::string& value) {
    if (value.empty()) return;
    out_.Key(key);
    out_.text(value);
  }
  void words(const char* key, const FormText& value) {
    if (value.zh.empty()) return;
    out_.Key(key);
    out_.StartObject();
    text("zh", value.zh);
    if (value.en != value.zh) text("en", value.en);
    out_.EndObject();
  }
  template <typename T>
  void list(const char* key, const std::vector<T>& values) {
    out_.Key(key);
    out_.StartArray();
    for (const T& value : values) {
      out_.StartObject();
      write_members(value);
      out_.EndObject();
    }
    out_.EndArray();
  }
  void write_members(const ChoiceList& choices) {
    text("name", choices.name);
    list("choices", choices.choices);
  }
  void write_members(const Choice& choice) {
    text("value", choice.value);
    words("label", choice.label);
    if (choice.attributes.empty()) return;
    auto sorted = choice.attributes;
    std::sort(sorted.begin(), sorted.end());
    out_.Key("attributes");
    out_.StartObject();
    for (const auto& [name, value] : sorted) {
      out_.Key(name.c_str());
      out_.text(value);
    }
    out_.EndObject();
  }
  void write_members(const Item& item) {
    text("type", name_of(item.type));
    text("name", item.name);
    words("label", item.label);
    words("hint", item.hint);
    text("list", item.list);
    text("choice_filter", item.choice_filter);
    text("relevant", item.relevant);
    text("required", item.required);
    words("required_message", item.required_message);
    text("constraint", item.constraint);
    words("constraint_message", item.constraint_message);
    text("calculation", item.calculation);
    text("default", item.default_value);
    if (item.read_only) {
      out_.Key("read_only");
      out_.Bool(true);
    }
    text("repeat_count", item.repeat_count);
    if (item.max != 0) {
      out_.Key("max");
      out_.Uint(item.max);
    }
    text("appearance", item.appearance);
    if (has_items(item.type)) list("items", item.items);
  }

  JsonOutput out_;
};

}  // namespace

const char* name_of(ItemType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

std::optional<ItemType> item_type(std::string_view name) {
  for (std::size_t i = 0; i < kTypeNames.size(); ++i)
    if (name == kTypeNames[i]) return static_cast<ItemType>(i);
  return std::nullopt;
}

Result<Definition> read_definition(std::string_view json) {
  DOORSTEP_TRY(document, parse_json(json, limits::kFormBytes, "表单", "form"));
  Reader reader;
  Definition form = reader.read(document);
  if (!reader.error().empty()) return malformed("表单", "form", reader.error());
  return form;
}

std::string write_definition(const Definition& definition) { return Writer().write(definition); }

std::string digest_of(std::string_view canonical) { return "sha256:" + to_hex(view(sha256(canonical))); }

}  // namespace doorstep::forms
