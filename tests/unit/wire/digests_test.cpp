#include <catch2/catch.hpp>
#include <set>

#include "unit/wire/samples.hpp"
#include "wire/codec.hpp"

using namespace doorstep;
using namespace doorstep::test;
using namespace doorstep::wire;

TEST_CASE("digests: chain over groups: SHA-256 of the digest before and the bytes") {
  const Digest none{};
  const Digest first = chain_digest(none, "one");
  CHECK(first == sha256(std::string(32, '\0') + "one"));
  CHECK(chain_digest(first, "two") == sha256(std::string(view(first)) + "two"));
}

TEST_CASE("digests: signed bytes of a key list: differ in every field but the signature") {
  SeededDraw draw(7);
  auto keys = some_message<KeyList>(draw);
  keys.tls_pins = {"sha256//a", "sha256//b"};
  keys.sealing_keys.resize(1);
  std::set<std::string> seen{signed_bytes(keys)};
  const auto differs = [&](auto change) {
    KeyList other = keys;
    change(other);
    CHECK(seen.insert(signed_bytes(other)).second);
  };
  differs([](KeyList& k) { ++k.version; });
  differs([](KeyList& k) { k.office.bytes.data[0] ^= 1; });
  differs([](KeyList& k) { k.identity[31] ^= 1; });
  differs([](KeyList& k) { k.tls_pins = {"sha256//as", "ha256//b"}; });
  differs([](KeyList& k) { k.tls_pins.pop_back(); });
  differs([](KeyList& k) { k.sealing_keys[0][5] ^= 1; });
  differs([](KeyList& k) { k.sealing_keys.clear(); });
  differs([](KeyList& k) { ++k.issued_ms; });
  KeyList resigned = keys;
  resigned.signature[0] ^= 1;
  CHECK(signed_bytes(resigned) == signed_bytes(keys));
}

TEST_CASE("digests: signed bytes of a time: differ in office and time, and are no key list's") {
  const RowId office{};
  RowId other{};
  other.bytes.data[0] = 1;
  CHECK(signed_bytes(office, 1) != signed_bytes(office, 2));
  CHECK(signed_bytes(office, 1) != signed_bytes(other, 1));
  CHECK(signed_bytes(office, 1).substr(0, 16) != signed_bytes(KeyList{}).substr(0, 16));
}

TEST_CASE("digests: running check of a cursor: any difference in a page changes it, and it chains") {
  SeededDraw draw(9);
  Page page;
  while (page.sections.empty() || page.sections[0].ids.size() < 2) page.sections = {some_section(draw)};
  page.gone.push_back({{TableId{1}, some_id(draw)}, Birth{1}, GoneReason::deleted});
  page.own.push_back({GroupNumber{1}, 0});
  page.ledger.push_back(some_ledger_item(draw));
  std::set<std::uint64_t> seen{chain_page(0, page)};
  const auto differs = [&](auto change) {
    Page other = page;
    change(other);
    CHECK(seen.insert(chain_page(0, other)).second);
  };
  differs([](Page& p) { p.sections[0].ids[1].bytes.data[3] ^= 1; });
  differs([](Page& p) { p.sections[0].metas[0] += '\1'; });
  differs([](Page& p) { std::swap(p.sections[0].ids[0], p.sections[0].ids[1]); });
  differs([](Page& p) { p.sections[0].table = TableId{raw(p.sections[0].table) ^ 1}; });
  differs([](Page& p) { p.gone[0].birth = Birth{2}; });
  differs([](Page& p) { p.gone[0].reason = GoneReason::left_scope; });
  differs([](Page& p) { p.own[0].op = 1; });
  differs([](Page& p) { p.ledger[0].open = !p.ledger[0].open; });
  differs([](Page& p) { p.sections.clear(); });
  CHECK(chain_page(chain_page(0, page), page) != chain_page(0, page));
  CHECK(chain_page(5, page) != chain_page(6, page));
}

TEST_CASE("sentences: every hold reason, also an unknown one: words in both languages, no jargon") {
  for (int reason = 0; reason <= 200; ++reason) {
    const Label label = sentence(static_cast<HoldReason>(reason));
    CHECK_FALSE(label.zh.empty());
    CHECK_FALSE(label.en.empty());
    for (const char* jargon : {"同步", "冲突", "错误码"}) CHECK(label.zh.find(jargon) == std::string::npos);
  }
}
