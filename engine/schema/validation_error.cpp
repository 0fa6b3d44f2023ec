#include "schema/validation_error.hpp"

#include "base/error.hpp"
#include "base/limits.hpp"

namespace doorstep {
namespace {

constexpr std::size_t kEchoBytes = 60;

bool may_repeat(const Column& column) {
  return !column.sensitive && (column.check == Check::none || column.check == Check::key_text);
}

/// The first characters of a long text, cut between characters.
std::string shortened(std::string_view text) {
  if (text.size() <= kEchoBytes) return std::string(text);
  std::size_t end = kEchoBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

struct Advice {
  const char* zh;
  const char* en;
};

Advice advice(ColumnType type) {
  switch (type) {
    case ColumnType::text:
      return {"应是文字。请按文字填写(表格里请把单元格设为文本)。",
              "write text (in a spreadsheet, format the cell as text)."};
    case ColumnType::integer:
      return {"应是整数,例如 3。", "write a whole number, for example 3."};
    case ColumnType::real:
      return {"应是数字,例如 3.5。", "write a number, for example 3.5."};
    case ColumnType::boolean:
      return {"请填“是”或“否”。", "write yes or no."};
    case ColumnType::date:
      return {"应是真实的日期,例如 2026-01-05。", "write a real date, for example 2026-01-05."};
    case ColumnType::time:
      return {"应是日期和时间,例如 2026-01-05 09:30。",
              "write a date and time, for example 2026-01-05 09:30."};
    case ColumnType::reference:
      return {"应是另一条记录的编号(36个字符)。", "write the id of a row (36 characters)."};
    case ColumnType::list:
      return {"应是一项或几项,用顿号或逗号隔开,例如 独居老人、宠物。",
              "write items with commas between them, for example a,b or [\"a\",\"b\"]."};
  }
  return {"填写的内容无效。", "this value is not valid."};
}

}  // namespace

tl::unexpected<Error> invalid(const Column& column, const std::string& zh, const std::string& en) {
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
              "「" + column.label.zh + "」" + zh, column.label.en + " (" + column.name + "): " + en);
}

tl::unexpected<Error> invalid(const Column& column, std::string_view written, const std::string& zh,
                              const std::string& en) {
  if (written.empty() || !may_repeat(column)) return invalid(column, zh, en);
  return invalid(column, zh + "现在填的是“" + shortened(written) + "”。",
                 en + " It reads '" + shortened(written) + "'.");
}

std::string written_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return std::to_string(*number);
  return {};
}

tl::unexpected<Error> invalid_choice(const Column& column, std::string_view written) {
  std::string zh;
  std::string en;
  for (const Choice& choice : column.choices) {
    zh += (zh.empty() ? "" : "、") + choice.label.zh;
    en += (en.empty() ? "" : ", ") + choice.value;
  }
  return invalid(column, written, "请从这些里选:" + zh + "。", "write one of: " + en + ".");
}

std::size_t max_bytes(const Column& column) { return column.max_bytes.value_or(limits::kValueBytes); }

tl::unexpected<Error> invalid_length(const Column& column) {
  const std::string bytes = std::to_string(max_bytes(column));
  if (column.check == Check::base64)
    return invalid(column, "太大了,编码后最多" + bytes + "字节。请把图片缩小再试。",
                   "too large, at most " + bytes + " bytes as Base64. Make the picture smaller.");
  return invalid(column,
                 "太长了,最多" + bytes + "字节(约" + std::to_string(max_bytes(column) / 3) +
                     "个汉字)。请缩短,或分成几条记录。",
                 "too long, at most " + bytes + " bytes. Shorten it, or make several records of it.");
}

tl::unexpected<Error> invalid_range(const Column& column, std::string_view written) {
  const std::string least = column.least ? std::to_string(*column.least) : "";
  const std::string most = column.most ? std::to_string(*column.most) : "";
  const bool both = column.least && column.most;
  return invalid(column, written,
                 both           ? "应在" + least + "到" + most + "之间。"
                 : column.least ? "不能小于" + least + "。"
                                : "不能大于" + most + "。",
                 both           ? "write a number from " + least + " to " + most + "."
                 : column.least ? "write " + least + " or more."
                                : "write " + most + " or less.");
}

tl::unexpected<Error> invalid_encoding(const Column& column) {
  return invalid(column, "文字编码不是UTF-8(多半是GBK)。请把文件另存为“CSV UTF-8”再试。",
                 "the text is not UTF-8 (perhaps GBK). Save the file as 'CSV UTF-8' and try again.");
}

tl::unexpected<Error> invalid_phone(const Column& column) {
  return invalid(
      column, "应是11位手机号,或带区号的座机号,例如 0431-88888888。",
      "write a mobile number of 11 digits, or a landline with its area code, for example 0431-88888888.");
}

tl::unexpected<Error> invalid_base64(const Column& column) {
  return invalid(column, "应是Base64编码:每4个字符一组,只有字母、数字、+、/,末尾可有=。",
                 "write Base64: groups of 4 characters, letters, digits, + and /, with = at the end.");
}

tl::unexpected<Error> invalid_resident_id(const Column& column, std::string_view written) {
  if (written.size() == 18 && written.substr(15) == "000")
    return invalid(
        column, "末三位是000,多半已被Excel四舍五入,请把单元格设为文本后重填。",
        "its last three digits are 000, most likely rounded by Excel. Format the cell as text and fill it "
        "in again.");
  return invalid(
      column, "不是有效的身份证号:应为18位,而且校验码要对得上。请对照证件重填;若是其他证件,请改选证件类型。",
      "this is not a valid resident ID number (18 characters, the last one a check character). Compare it "
      "with the document; for another kind of document, choose that type first.");
}

tl::unexpected<Error> invalid_type(const Column& column, std::string_view written) {
  const Advice what = advice(column.type);
  return invalid(column, written, what.zh, what.en);
}

}  // namespace doorstep
