#include "schema/loader/toml_reader.hpp"

#include <algorithm>

#include "schema/unicode_text.hpp"

namespace doorstep {
namespace {

// PostgreSQL cuts longer names.
constexpr std::size_t kNameBytes = 63;

bool is_identifier(std::string_view name) {
  if (name.empty() || name.size() > kNameBytes || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::string quoted(std::string_view key) { return "'" + std::string(key) + "'"; }

/// `key` must be `zh` / `en`: what to write.
[[noreturn]] void refuse_type(const Where& where, std::string_view key, const std::string& zh,
                              const std::string& en) {
  refuse(where, quoted(key) + "应写成" + zh + "。", quoted(key) + " must be " + en + ".");
}

}  // namespace

Where TomlReader::where() const {
  return {file_, std::max(1u, static_cast<unsigned>(table_->source().begin.line))};
}

Where TomlReader::where(std::string_view key) const {
  const toml::node* node = table_->get(key);
  return node == nullptr ? where() : Where{file_, static_cast<unsigned>(node->source().begin.line)};
}

TextPlace TomlReader::text_place(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return {where(), where().line};
  return {where(key), static_cast<unsigned>(node->source().end.line)};
}

Where TextPlace::at(std::string_view text, std::size_t offset) const {
  // The line break after opening quotes is no part of the text, so lines are counted from the end.
  const std::string_view rest = text.substr(std::min(offset, text.size()));
  const auto below = static_cast<unsigned>(std::count(rest.begin(), rest.end(), '\n'));
  return {first.file, std::max(first.line, last_line > below ? last_line - below : 1)};
}

void TomlReader::expect_only(const std::vector<std::string_view>& keys,
                             const std::vector<std::string_view>& above) const {
  const toml::key* first = nullptr;
  for (const auto& [key, node] : *table_) {
    const bool known = std::find(keys.begin(), keys.end(), key.str()) != keys.end();
    if (!known && (first == nullptr || key.source().begin.line < first->source().begin.line)) first = &key;
  }
  if (first == nullptr) return;
  const Where at{file_, static_cast<unsigned>(first->source().begin.line)};
  const std::string key(first->str());
  if (std::find(above.begin(), above.end(), key) != above.end())
    refuse(at, key + " 要写在文件里第一个 [[...]] 之前:写在它下面,就成了那一项的内容。",
           "'" + key + "' stands above the first [[...]] of the file: below one it is a key of that.");
  refuse_word(at, "键", "key", key, keys);
}

const toml::node& TomlReader::need(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr)
    refuse(where(), "缺少 " + quoted(key) + ",请补上。", "the key " + quoted(key) + " is missing; add it.");
  return *node;
}

std::string TomlReader::string_of(const toml::node& node, std::string_view key) const {
  const auto* text = node.as_string();
  if (text == nullptr || trim(text->get()).empty())
    refuse_type({file_, static_cast<unsigned>(node.source().begin.line)}, key, "引号里的文字,例如 \"place\"",
                "text in quotes, such as \"place\"");
  return text->get();
}

std::string TomlReader::text(std::string_view key) const { return string_of(need(key), key); }

Named TomlReader::named(std::string_view key) const {
  if (!has(key)) return {};
  return {text(key), where(key)};
}

Named TomlReader::identifier(std::string_view key) const {
  Named name{text(key), where(key)};
  if (!is_identifier(name.text))
    refuse(
        name.where,
        "“" + name.text + "”不能作名字:请用小写字母开头,只含小写字母、数字和下划线,最多63个字符。",
        "'" + name.text +
            "' cannot be a name: begin with a lower-case letter and use only lower-case letters, digits and "
            "underscores, at most 63.");
  return name;
}

std::vector<Named> TomlReader::names(std::string_view key) const {
  std::vector<Named> names;
  if (!has(key)) return names;
  const auto* array = need(key).as_array();
  if (array == nullptr)
    refuse_type(where(key), key, "列名的数组,例如 [\"code\"]", "an array of names, such as [\"code\"]");
  for (const toml::node& node : *array)
    names.push_back({string_of(node, key), {file_, static_cast<unsigned>(node.source().begin.line)}});
  return names;
}

bool TomlReader::flag(std::string_view key) const {
  if (!has(key)) return false;
  const auto* flag = need(key).as_boolean();
  if (flag == nullptr)
    refuse_type(where(key), key, " true 或 false(不加引号)", "true or false, without quotes");
  return flag->get();
}

std::uint32_t TomlReader::number(std::string_view key, std::uint32_t least, std::uint32_t most) const {
  const auto* number = need(key).as_integer();
  if (number == nullptr || number->get() < least || number->get() > most) {
    const std::string range = std::to_string(least) + "–" + std::to_string(most);
    refuse_type(where(key), key, " " + range + " 之间的整数(不加引号)",
                "a whole number " + range + ", without quotes");
  }
  return static_cast<std::uint32_t>(number->get());
}

std::optional<std::int64_t> TomlReader::whole_number(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  const auto* number = need(key).as_integer();
  if (number == nullptr) refuse_type(where(key), key, "整数(不加引号)", "a whole number, without quotes");
  return number->get();
}

Value TomlReader::constant(std::string_view key) const {
  const toml::node& node = need(key);
  if (const auto* text = node.as_string()) return Value(text->get());
  if (const auto* number = node.as_integer()) return Value(number->get());
  if (const auto* number = node.as_floating_point()) return Value(number->get());
  if (const auto* flag = node.as_boolean()) return Value(std::int64_t{flag->get()});
  refuse_type(where(key), key, "文字、数字、true 或 false", "text in quotes, a number, true or false");
}

Label TomlReader::label() const { return {text("zh"), text("en")}; }

std::optional<TomlReader> TomlReader::table(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  const auto* table = need(key).as_table();
  if (table == nullptr)
    refuse_type(where(key), key, "花括号,例如 { column = \"place\" }",
                "a table, such as { column = \"place\" }");
  return TomlReader(*table, file_);
}

std::vector<TomlReader> TomlReader::tables(std::string_view key) const {
  std::vector<TomlReader> readers;
  if (!has(key)) return readers;
  const auto* array = need(key).as_array();
  if (array == nullptr) refuse_type(where(key), key, "一组表,例如 [[columns]]", "an array of tables");
  for (const toml::node& node : *array) {
    const auto* table = node.as_table();
    if (table == nullptr)
      refuse_type({file_, static_cast<unsigned>(node.source().begin.line)}, key,
                  "一组带花括号的项,例如 { zh = \"社区\", en = \"Community\" }",
                  "a list of tables, such as { zh = \"社区\", en = \"Community\" }");
    readers.emplace_back(*table, file_);
  }
  return readers;
}

}  // namespace doorstep
