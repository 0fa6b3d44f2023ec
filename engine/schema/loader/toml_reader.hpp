#pragma once

#include <toml++/toml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/types.hpp"
#include "schema/loader/pack_error.hpp"
#include "schema/pack.hpp"

namespace doorstep {

/// A word that a pack file uses for something defined elsewhere.
struct Named {
  std::string text;
  Where where;
  bool given() const { return !text.empty(); }
};

/// Where a text of several lines stands.
struct TextPlace {
  Where first;
  unsigned last_line = 1;
  /// Of the character at `offset` of the text.
  Where at(std::string_view text, std::size_t offset) const;
};

/// Typed access to one TOML table. Every method refuses what it cannot use, with its line and what to write
/// instead. Borrows the parsed document.
class TomlReader {
 public:
  TomlReader(const toml::table& table, std::string_view file) : table_(&table), file_(file) {}

  /// Where the table begins, or where `key` stands.
  Where where() const;
  Where where(std::string_view key) const;
  TextPlace text_place(std::string_view key) const;
  bool has(std::string_view key) const { return table_->contains(key); }

  /// Refuses any other key; of one of `above`, which are the file's, it says that it stands too low.
  void expect_only(const std::vector<std::string_view>& keys,
                   const std::vector<std::string_view>& above = {}) const;

  std::string text(std::string_view key) const;
  /// Not given() when the key is absent.
  Named named(std::string_view key) const;
  /// A name for SQL: lower-case letters, digits and underscores.
  Named identifier(std::string_view key) const;
  std::vector<Named> names(std::string_view key) const;
  /// False when the key is absent.
  bool flag(std::string_view key) const;
  std::uint32_t number(std::string_view key, std::uint32_t least, std::uint32_t most) const;
  /// Of any sign; none when the key is absent.
  std::optional<std::int64_t> whole_number(std::string_view key) const;
  /// A string, whole number, number or boolean (as 0 or 1).
  Value constant(std::string_view key) const;
  /// The keys zh and en.
  Label label() const;
  std::optional<TomlReader> table(std::string_view key) const;
  /// An array of tables; empty when the key is absent.
  std::vector<TomlReader> tables(std::string_view key) const;
  bool is_text(std::string_view key) const { return table_->contains(key) && (*table_)[key].is_string(); }

  template <typename E>
  E one_of(std::string_view key, std::string_view kind_zh, std::string_view kind_en,
           std::initializer_list<std::pair<std::string_view, E>> words, E absent) const {
    if (!has(key)) return absent;
    const std::string written = text(key);
    std::vector<std::string_view> all;
    for (const auto& [word, meaning] : words) {
      if (word == written) return meaning;
      all.push_back(word);
    }
    refuse_word(where(key), kind_zh, kind_en, written, all);
  }

 private:
  const toml::node& need(std::string_view key) const;
  std::string string_of(const toml::node& node, std::string_view key) const;

  const toml::table* table_;
  std::string file_;
};

}  // namespace doorstep
