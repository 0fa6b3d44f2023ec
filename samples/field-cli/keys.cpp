#include <fstream>

#include "commands.hpp"

namespace field {
namespace {

constexpr std::size_t kDigits = 64;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

doorstep::Result<std::string> read_key(const std::string& file) {
  std::ifstream in(file);
  std::string text;
  if (!(in >> text))
    return tl::unexpected(usage_error(
        "读不出密钥文件“" + file + "”。做一个新的:openssl rand -hex 32 > 文件名",
        "The key file \"" + file + "\" cannot be read. To make one: openssl rand -hex 32 > FILE"));
  std::string key;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) break;
    key += static_cast<char>(high * 16 + low);
  }
  if (text.size() != kDigits || key.size() != kDigits / 2)
    return tl::unexpected(usage_error(
        "密钥文件“" + file + "”里应当正好是64位十六进制数字。做一个新的:openssl rand -hex 32 > 文件名",
        "The key file \"" + file +
            "\" must hold exactly 64 hexadecimal digits. To make one: openssl rand -hex 32 > FILE"));
  return key;
}

int rekey(const Phone& phone, const std::string& new_key_file) {
  auto key = read_key(new_key_file);
  if (!key) return phone.speaker.fail(key.error());
  if (const doorstep::Status done = phone.engine.rekey(*key); !done) return phone.speaker.fail(done.error());
  phone.speaker.say({"已换成新的密钥,以后请用新的密钥打开。",
                     "Encrypted with the new key; open it with that one from now on."});
  return kDone;
}

}  // namespace field
