#include "views/sql_mistake.hpp"

#include <algorithm>

namespace doorstep {
namespace {

/// SQLite's sentence before and after the name in it, and the same in Chinese.
struct Pattern {
  std::string_view before;
  std::string_view after;
  std::string_view zh_before;
  std::string_view zh_after;
};

constexpr Pattern kPatterns[] = {
    {"no such column: ", "", "没有列 ", "。请核对列名和它前面的表名。"},
    {"no such table: ", "", "没有表 ", "。请核对表名;同一件事登记了两次的表用 each_ 开头的视图。"},
    {"no such function: ", "", "没有函数 ", "。"},
    {"ambiguous column name: ", "", "几张表都有列 ", ",请写成 表.列。"},
    {"near \"", "\": syntax error", "在 ", " 附近写错了。请看它前面是不是少了或多了逗号、括号、AND。"},
    {"misuse of aggregate: ", "", "汇总函数 ", " 不能写在这里(例如 WHERE 里),请用 HAVING 或子查询。"},
    {"misuse of aggregate function ", "", "汇总函数 ", " 不能写在这里(例如 WHERE 里),请用 HAVING 或子查询。"},
    {"wrong number of arguments to function ", "", "函数 ", " 的参数个数不对。"},
    {"incomplete input", "", "SQL 没有写完。请看是不是少了括号或最后一行。", ""},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

bool ends(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}

/// SQLite's own words: without what the connection says around them.
std::string_view own_words(std::string_view message) {
  message = message.substr(0, message.rfind(" ["));
  for (const Pattern& pattern : kPatterns) {
    const std::size_t at = message.find(pattern.before);
    if (at != std::string_view::npos) return message.substr(at);
  }
  return message;
}

}  // namespace

SqlMistake mistake_of(const std::string& message) {
  const std::string_view words = own_words(message);
  const std::string en = "the SQL does not prepare: " + std::string(words);
  for (const Pattern& pattern : kPatterns) {
    if (!starts(words, pattern.before) || !ends(words, pattern.after)) continue;
    const std::string word(
        words.substr(pattern.before.size(), words.size() - pattern.before.size() - pattern.after.size()));
    return {{"SQL 写错了:" + std::string(pattern.zh_before) + word + std::string(pattern.zh_after), en + "."},
            word};
  }
  return {{"SQL 写错了,SQLite 说:" + std::string(words) + "。", en + "."}, {}};
}

std::size_t place_of(std::string_view sql, std::string_view word) {
  if (word.empty()) return 0;
  const std::string name(word.substr(word.rfind('.') + 1));
  for (const std::string& wanted :
       {"from " + std::string(word), "join " + std::string(word), std::string(word), name}) {
    const auto at = std::search(sql.begin(), sql.end(), wanted.begin(), wanted.end(),
                                [](char a, char b) { return lower(a) == lower(b); });
    if (at != sql.end()) return static_cast<std::size_t>(at - sql.begin());
  }
  return 0;
}

}  // namespace doorstep
