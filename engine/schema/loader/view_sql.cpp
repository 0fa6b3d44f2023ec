#include "schema/loader/view_sql.hpp"

#include <algorithm>
#include <cctype>

namespace doorstep {
namespace {

enum class TokenKind { word, quoted, number, parameter, sign };

struct Token {
  TokenKind kind = TokenKind::sign;
  std::string text;  ///< Words in lower case; parameters without their colon.
  std::size_t at = 0;
};

[[noreturn]] void fault(std::size_t at, std::string zh, std::string en) {
  throw SqlFault{at, {std::move(zh), std::move(en)}};
}

bool starts_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalpha(byte) != 0 || c == '_' || byte >= 0x80;
}
bool in_word(char c) { return starts_word(c) || (c >= '0' && c <= '9'); }

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  std::vector<Token> run() {
    while (skip_space()) tokens_.push_back(next());
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  /// To the next token; false at the end.
  bool skip_space() {
    for (; at_ < sql_.size();) {
      if (std::isspace(static_cast<unsigned char>(peek())) != 0) {
        ++at_;
      } else if (sql_.substr(at_, 2) == "--") {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (sql_.substr(at_, 2) == "/*") {
        const std::size_t end = sql_.find("*/", at_ + 2);
        if (end == std::string_view::npos)
          fault(at_, "注释没有结束,请补上 */。", "a comment does not end; add */.");
        at_ = end + 2;
      } else {
        return true;
      }
    }
    return false;
  }

  Token next() {
    const std::size_t begin = at_;
    const char c = peek();
    if (c == '\'' || c == '"') return quoted(c);
    if (starts_word(c)) {
      while (in_word(peek())) ++at_;
      Token word{TokenKind::word, std::string(sql_.substr(begin, at_ - begin)), begin};
      for (char& letter : word.text)
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      return word;
    }
    if (c >= '0' && c <= '9') {
      while (in_word(peek()) || peek() == '.') ++at_;
      return {TokenKind::number, std::string(sql_.substr(begin, at_ - begin)), begin};
    }
    if (c == ':' && starts_word(peek(1))) {
      ++at_;
      while (in_word(peek())) ++at_;
      return {TokenKind::parameter, std::string(sql_.substr(begin + 1, at_ - begin - 1)), begin};
    }
    for (const std::string_view pair : {"==", "->", "::"})
      if (sql_.substr(at_, 2) == pair) {
        at_ += 2;
        return {TokenKind::sign, std::string(pair), begin};
      }
    ++at_;
    return {TokenKind::sign, std::string(1, c), begin};
  }

  Token quoted(char quote) {
    const std::size_t begin = at_;
    do {
      const std::size_t end = sql_.find(quote, at_ + 1);
      if (end == std::string_view::npos)
        fault(begin, "引号没有结束,请补上。", "a quote does not end; close it.");
      at_ = end + 1;
    } while (peek() == quote);
    return {TokenKind::quoted, std::string(sql_.substr(begin + 1, at_ - begin - 2)), begin};
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

struct Refused {
  std::vector<std::string_view> words;
  const char* zh;
  const char* en;
};

const Refused kFunctions[] = {
    {{"julianday", "strftime", "datetime", "date", "time", "unixepoch", "timediff", "now", "age", "to_char",
      "to_date", "to_timestamp", "date_trunc", "date_part", "extract", "localtime"},
     "日期和时间是可以直接比较的文字;数天数请用表 doorstep_calendar",
     "dates and times are text that compares; count days with the table doorstep_calendar"},
    {{"ifnull", "nvl", "isnull"}, "请改用 COALESCE", "write COALESCE"},
    {{"iif", "if"},
     "请改用 CASE WHEN ... THEN ... ELSE ... END",
     "write CASE WHEN ... THEN ... ELSE ... END"},
    {{"group_concat", "string_agg", "array_agg", "listagg"},
     "请让每一项自成一行,显示时再拼接",
     "answer with a row for each, and join them where they are shown"},
    {{"random", "randomblob", "gen_random_uuid"},
     "视图每次的答案都应一样",
     "a view answers the same every time"},
    {{"instr", "strpos", "charindex", "position"}, "请改用 LIKE '%…%'", "write LIKE '%...%'"},
    {{"total"}, "请改用 COALESCE(SUM(...), 0)", "write COALESCE(SUM(...), 0)"},
    {{"printf",
      "format",
      "char",
      "unicode",
      "hex",
      "unhex",
      "quote",
      "zeroblob",
      "typeof",
      "likely",
      "unlikely",
      "likelihood",
      "soundex",
      "changes",
      "total_changes",
      "last_insert_rowid",
      "sqlite_version",
      "load_extension",
      "json",
      "json_each",
      "json_tree",
      "json_extract",
      "json_array",
      "json_object",
      "json_array_length",
      "json_type",
      "json_valid",
      "json_group_array",
      "json_group_object",
      "generate_series",
      "unnest",
      "any",
      "some",
      "greatest",
      "least",
      "concat_ws"},
     "SQLite 和 PostgreSQL 里不一样",
     "SQLite and PostgreSQL differ here"},
};

const Refused kKeywords[] = {
    {{"current_date", "current_time", "current_timestamp", "localtimestamp"},
     "请用 default = \"today\" 或 \"now\" 的参数",
     "use a parameter with default = \"today\" or \"now\""},
    {{"glob", "regexp", "match", "ilike", "similar"}, "请改用 LIKE", "write LIKE"},
    {{"isnull", "notnull"}, "请改用 IS NULL 或 IS NOT NULL", "write IS NULL or IS NOT NULL"},
    {{"rowid", "collate", "indexed"}, "PostgreSQL 里不一样", "PostgreSQL differs here"},
    {{"insert", "update", "delete", "create", "drop", "alter", "attach", "detach", "pragma", "vacuum", "into",
      "returning"},
     "视图只能读取",
     "a view only reads"},
};

struct RefusedSign {
  std::string_view sign;
  const char* zh;
  const char* en;
};

const RefusedSign kSigns[] = {
    {"?", "参数请写成 :名字", "write a parameter as :name"},
    {"$", "参数请写成 :名字", "write a parameter as :name"},
    {"@", "参数请写成 :名字", "write a parameter as :name"},
    {"`", "名字用双引号", "put names in double quotes"},
    {"[", "名字用双引号", "put names in double quotes"},
    {"==", "请写 =", "write ="},
    {"->", "列表请用 LIKE '%\"…\"%'", "look into lists with LIKE '%\"...\"%'"},
    {"::", "请写 CAST(... AS ...)", "write CAST(... AS ...)"},
};

template <std::size_t N>
const Refused* find(const Refused (&rules)[N], const std::string& word) {
  for (const Refused& rule : rules)
    if (std::find(rule.words.begin(), rule.words.end(), word) != rule.words.end()) return &rule;
  return nullptr;
}

void refuse(const Token& token, const char* zh, const char* en) {
  fault(token.at, "视图里不能用 " + token.text + ":" + zh + "。",
        "a view cannot use '" + token.text + "': " + en + ".");
}

bool is_sign(const std::vector<Token>& tokens, std::size_t at, std::string_view sign) {
  return at < tokens.size() && tokens[at].kind == TokenKind::sign && tokens[at].text == sign;
}

/// Of one argument they are aggregates everywhere; of several, SQLite's alone.
bool has_several_arguments(const std::vector<Token>& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (is_sign(tokens, i, "(")) ++depth;
    if (is_sign(tokens, i, ")") && --depth == 0) return false;
    if (depth == 1 && is_sign(tokens, i, ",")) return true;
  }
  return false;
}

/// A name that WITH gives must not pass for a table of the engine's.
void check_given_name(const std::vector<Token>& tokens, std::size_t at) {
  const Token& name = tokens[at];
  if (name.text.rfind("each_", 0) != 0 && name.text.rfind("doorstep_", 0) != 0) return;
  const bool as =
      at + 2 < tokens.size() && tokens[at + 1].text == "as" &&
      (tokens[at + 2].text == "(" || tokens[at + 2].text == "materialized" || tokens[at + 2].text == "not");
  if (as || is_sign(tokens, at + 1, "("))
    refuse(name, "这样开头的名字是程序的,请改名", "names that begin so are the engine's; use another");
}

void check_word(const std::vector<Token>& tokens, std::size_t at) {
  const Token& word = tokens[at];
  if (at > 0 && is_sign(tokens, at - 1, ".")) return;  // A column.
  const bool called = is_sign(tokens, at + 1, "(");
  if (const Refused* rule = called ? find(kFunctions, word.text) : nullptr) refuse(word, rule->zh, rule->en);
  if (const Refused* rule = find(kKeywords, word.text)) refuse(word, rule->zh, rule->en);
  if (called && (word.text == "min" || word.text == "max") && has_several_arguments(tokens, at + 1))
    refuse(word, "几个值取最大最小请改用 CASE WHEN", "of several values write CASE WHEN");
}

}  // namespace

std::vector<SqlParameter> check_view_sql(std::string_view sql) {
  const std::vector<Token> tokens = Lexer(sql).run();
  const bool reads = !tokens.empty() && tokens[0].kind == TokenKind::word &&
                     (tokens[0].text == "select" || tokens[0].text == "with");
  if (!reads)
    fault(0, "视图的 SQL 要以 SELECT 或 WITH 开头。", "the SQL of a view begins with SELECT or WITH.");
  std::vector<SqlParameter> parameters;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind == TokenKind::parameter) parameters.push_back({token.text, token.at});
    if (token.kind == TokenKind::word) check_word(tokens, i);
    if (token.kind == TokenKind::word || token.kind == TokenKind::quoted) check_given_name(tokens, i);
    if (token.kind != TokenKind::sign) continue;
    if (token.text == ";" && i + 1 < tokens.size())
      fault(tokens[i + 1].at, "视图只能是一条 SELECT,请删去分号以后的。",
            "a view is one SELECT; remove what follows the semicolon.");
    for (const RefusedSign& rule : kSigns)
      if (token.text == rule.sign) refuse(token, rule.zh, rule.en);
  }
  return parameters;
}

}  // namespace doorstep
