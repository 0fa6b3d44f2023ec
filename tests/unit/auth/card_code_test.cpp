#include "auth/card_code.hpp"

#include <catch2/catch.hpp>

#include "auth/identity.hpp"
#include "unit/app/temporary_folder.hpp"

using namespace doorstep;
using namespace doorstep::server;
using auth::CardSubject;

namespace {

const RowId kOffice = *parse_row_id("11111111-1111-4111-8111-111111111111");
const RowId kOther = *parse_row_id("22222222-2222-4222-8222-222222222222");
const RowId kPost = *parse_row_id("0196f2aa-0000-7000-8000-00000000002a");

}  // namespace

TEST_CASE("card code: of the office's own key: is read again") {
  const SecretKey key = make_key_pair().secret_key;
  for (const auto kind : {CardSubject::Kind::card, CardSubject::Kind::plate}) {
    const std::string code = auth::make_card_code({kind, kPost}, kOffice, key);
    CHECK(code.size() == 44);
    CHECK(code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    const auto read = auth::read_card_code(code, kOffice, key);
    REQUIRE(read);
    CHECK(read->kind == kind);
    CHECK(read->row == kPost);
    CHECK(auth::make_card_code({kind, kPost}, kOffice, key) == code);
  }
}

TEST_CASE("card code: forged, of another key or office: is none") {
  const SecretKey key = make_key_pair().secret_key;
  const std::string code = auth::make_card_code({CardSubject::Kind::card, kPost}, kOffice, key);
  CHECK_FALSE(auth::read_card_code(code, kOffice, make_key_pair().secret_key));
  CHECK_FALSE(auth::read_card_code(code, kOther, key));
  const std::string bytes = *from_base64url(code);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = bytes;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      CHECK_FALSE(auth::read_card_code(to_base64url(other), kOffice, key));
    }
  for (const std::string& text :
       {std::string(), code.substr(1), code + "A", code.substr(0, 43) + "!", code + "="})
    CHECK_FALSE(auth::read_card_code(text, kOffice, key));
  // Another kind of thing under a good tag of its own.
  const auto odd = static_cast<CardSubject::Kind>(3);
  CHECK_FALSE(auth::read_card_code(auth::make_card_code({odd, kPost}, kOffice, key), kOffice, key));
}

TEST_CASE("card code: printed before the identity was renewed: stays good") {
  TemporaryFolder folder;
  const auto data = folder / "office";
  std::filesystem::create_directories(data);
  const auto before = auth::OfficeIdentity::create(data, kOffice, 1);
  REQUIRE(before);
  const std::string code = before->card_code({CardSubject::Kind::card, kPost});
  auth::Renewal renewal;
  renewal.identity = true;
  const auto after = auth::OfficeIdentity::renew(data, renewal, 2);
  REQUIRE(after);
  CHECK(after->card_code({CardSubject::Kind::card, kPost}) != code);
  REQUIRE(after->read_card_code(code));
  CHECK(after->read_card_code(code)->row == kPost);
  CHECK_FALSE(after->read_card_code(code.substr(0, 43) + (code[43] == 'A' ? 'B' : 'A')));
}
