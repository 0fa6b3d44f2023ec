#include "tabular/text_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/ensure.hpp"
#include "base/error.hpp"

namespace doorstep::server::tabular {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16LittleMark = "\xFF\xFE";
constexpr std::string_view kUtf16BigMark = "\xFE\xFF";

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {
    ensure(handle_ != iconv_t(-1), "the C library converts this encoding");
  }
  ~Converter() { iconv_close(handle_); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  struct Converted {
    std::string text;
    std::size_t bad_bytes = 0;  ///< Left out of `text`.
    std::optional<std::size_t> first_bad;
  };

  Converted run(std::string_view bytes) {
    Converted out;
    char* in = const_cast<char*>(bytes.data());  // iconv's prototype is older than const; it only reads
    std::size_t left = bytes.size();
    std::array<char, 64 * 1024> buffer;
    while (left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const bool stopped = iconv(handle_, &in, &left, &to, &room) == static_cast<std::size_t>(-1);
      const int reason = stopped ? errno : 0;
      out.text.append(buffer.data(), buffer.size() - room);
      if (reason != EILSEQ && reason != EINVAL) continue;
      if (!out.first_bad) out.first_bad = bytes.size() - left;
      ++out.bad_bytes;
      ++in;
      --left;
    }
    return out;
  }

 private:
  iconv_t handle_;
};

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::size_t count_wide_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) == 0xC0; }));
}

tl::unexpected<Error> fail_file(std::string zh, std::string en) {
  return fail(ErrorDomain::format, ErrorCode::malformed, Retry::never, std::move(zh), std::move(en));
}

tl::unexpected<Error> fail_character(std::string_view bytes, std::size_t at) {
  const auto line =
      std::to_string(std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1);
  return fail_file(
      "第" + line + "行有无法识别的字符。请在Excel中选择“另存为 → CSV UTF-8”,再重新导入。",
      "Line " + line +
          " has characters in no encoding that is known here. Save the file again as \"CSV UTF-8\".");
}

tl::unexpected<Error> fail_utf16() {
  return fail_file("文件里有无法识别的字符。请在Excel中选择“另存为 → CSV UTF-8”,再重新导入。",
                   "The file has damaged characters. Save it again as \"CSV UTF-8\".");
}

}  // namespace

bool is_utf16(std::string_view bytes) {
  return starts_with(bytes, kUtf16LittleMark) || starts_with(bytes, kUtf16BigMark);
}

Result<std::string> decode_text(std::string_view bytes) {
  if (is_utf16(bytes)) {
    const bool little = starts_with(bytes, kUtf16LittleMark);
    auto text = Converter(little ? "UTF-16LE" : "UTF-16BE").run(bytes.substr(kUtf16LittleMark.size()));
    if (text.first_bad) return fail_utf16();
    return std::move(text.text);
  }

  const bool marked = starts_with(bytes, kUtf8Mark);
  if (marked) bytes.remove_prefix(kUtf8Mark.size());
  auto utf8 = Converter("UTF-8").run(bytes);
  if (!utf8.first_bad) return std::move(utf8.text);
  // GB18030 finds a character in almost any bytes, so damaged UTF-8 must not get that far. GB18030 text has
  // hardly a run that is valid UTF-8; damaged UTF-8 has little else.
  if (marked || count_wide_characters(utf8.text) > utf8.bad_bytes)
    return fail_character(bytes, *utf8.first_bad);
  auto gb18030 = Converter("GB18030").run(bytes);
  if (gb18030.first_bad) return fail_character(bytes, *gb18030.first_bad);
  return std::move(gb18030.text);
}

}  // namespace doorstep::server::tabular
