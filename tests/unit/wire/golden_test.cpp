#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "base/bytes.hpp"
#include "unit/wire/equality.hpp"
#include "unit/wire/golden_samples.hpp"
#include "wire/compression.hpp"

// Files of format version 1. They decode for ever. `doorstep_unit_tests "[write-golden]"` writes those that
// are missing and touches no other.

using namespace doorstep;
using namespace doorstep::test;
using namespace doorstep::wire;

namespace {

std::string path_of(const std::string& name) {
  return std::string(DOORSTEP_SOURCE_DIR) + "/schemas/golden/wire-1/" + name;
}

std::string golden(const std::string& name) {
  std::ifstream file(path_of(name), std::ios::binary);
  INFO(path_of(name));
  REQUIRE(file.good());
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void write_missing(const std::string& name, const std::string& bytes) {
  if (std::ifstream(path_of(name)).good()) return;
  std::ofstream(path_of(name), std::ios::binary) << bytes;
}

/// Another release of zstd may compress otherwise: what is frozen is the frame's head and its payload.
std::string head_and_payload(const std::string& frame) {
  ByteReader in(std::string_view(frame).substr(4));
  const bool compressed = in.byte() == 1;
  const auto size = static_cast<std::size_t>(in.varint());
  const std::string_view stored = in.text();
  return frame.substr(0, 5) + (compressed ? decompress(stored, size) : std::string(stored));
}

template <typename Message>
const char* name_of();
template <>
const char* name_of<KeyList>() {
  return "key_list";
}
template <>
const char* name_of<JoinRequest>() {
  return "join_request";
}
template <>
const char* name_of<JoinResponse>() {
  return "join_response";
}
template <>
const char* name_of<SyncRequest>() {
  return "sync_request";
}
template <>
const char* name_of<SyncResponse>() {
  return "sync_response";
}
template <>
const char* name_of<Pack>() {
  return "pack";
}
template <>
const char* name_of<ErrorMessage>() {
  return "error";
}
template <>
const char* name_of<Certificate>() {
  return "certificate";
}
template <>
const char* name_of<RehomeRequest>() {
  return "rehome_request";
}
template <>
const char* name_of<ReadmitRequest>() {
  return "readmit_request";
}
template <>
const char* name_of<HandOver>() {
  return "hand_over";
}
template <>
const char* name_of<Push>() {
  return "push";
}
template <>
const char* name_of<WipeReport>() {
  return "wipe_report";
}
template <>
const char* name_of<RevealRequest>() {
  return "reveal_request";
}
template <>
const char* name_of<Revealed>() {
  return "revealed";
}

}  // namespace

TEMPLATE_TEST_CASE("golden: frame of every message: decodes to the same message and is made again", "",
                   KeyList, JoinRequest, JoinResponse, SyncRequest, SyncResponse, Pack, ErrorMessage,
                   Certificate, RehomeRequest, ReadmitRequest, HandOver, Push, WipeReport, RevealRequest,
                   Revealed) {
  const std::string frame = golden(name_of<TestType>() + std::string(".frame"));
  const auto message = from_frame<TestType>(frame);
  REQUIRE(message.has_value());
  CHECK(same(*message, golden_message<TestType>()));
  CHECK(head_and_payload(to_frame(*message)) == head_and_payload(frame));
}

TEMPLATE_TEST_CASE("golden: JSON of every message: decodes to the same message and is made again", "",
                   KeyList, JoinRequest, JoinResponse, SyncRequest, SyncResponse, Pack, ErrorMessage,
                   Certificate, RehomeRequest, ReadmitRequest, HandOver, Push, WipeReport, RevealRequest,
                   Revealed) {
  const std::string json = golden(name_of<TestType>() + std::string(".json"));
  const auto message = from_json<TestType>(json);
  REQUIRE(message.has_value());
  CHECK(same(*message, golden_message<TestType>()));
  CHECK(to_json(*message) == json);
}

TEST_CASE("golden: change groups: decode to the same groups and are made again, bit by bit") {
  for (const auto& [name, group] :
       {std::make_pair("visit.group", golden_visit()), {"mixture.group", golden_mixture()}}) {
    const std::string bytes = golden(name);
    const auto decoded = decode_group(bytes);
    REQUIRE(decoded.has_value());
    CHECK(same(*decoded, group));
    CHECK(encode_group(*decoded) == bytes);
  }
  CHECK(to_hex(view(chain_digest(Digest{}, golden("visit.group")))) ==
        "97279f4bd22317a523865cf956af650f73e7d03c88b50608b4f14ddaf6be7cf2");
}

TEST_CASE("golden: row metadata and whole row: decode to the same row and are made again, bit by bit") {
  const Table table = golden_table();
  RowState row = golden_row();
  const std::string meta = golden("row.meta");
  const auto decoded = decode_meta(table, meta, values_of(table, row));
  REQUIRE(decoded.has_value());
  CHECK(same(*decoded, row));
  CHECK(encode_meta(table, *decoded) == meta);

  row.losers.push_back(golden_loser());
  const std::string whole = golden("whole.row");
  const auto state = decode_row(whole);
  REQUIRE(state.has_value());
  CHECK(same(*state, row));
  CHECK(encode_row(*state) == whole);
}

TEST_CASE("golden: signed bytes and the running check: as they always were") {
  CHECK(to_hex(view(sha256(signed_bytes(golden_message<KeyList>())))) ==
        "34d50f30bc0219f5a5725dd68a4f5378038dc5ac1ee1c6bc8cdc0c47ec3bbe5f");
  CHECK(to_hex(view(sha256(signed_bytes(golden_id(1), kGoldenMs)))) ==
        "3cd5f01f786a3ce777e1fb7b607b7f36aa559d5dc7043d4968b02efd51a44adb");
  CHECK(chain_page(0, golden_page()) == 0x2E5615E3E087A77D);
}

TEMPLATE_TEST_CASE("golden: missing frames are written", "[.][write-golden]", KeyList, JoinRequest,
                   JoinResponse, SyncRequest, SyncResponse, Pack, ErrorMessage, Certificate, RehomeRequest,
                   ReadmitRequest, HandOver, Push, WipeReport, RevealRequest, Revealed) {
  write_missing(name_of<TestType>() + std::string(".frame"), to_frame(golden_message<TestType>()));
  write_missing(name_of<TestType>() + std::string(".json"), to_json(golden_message<TestType>()));
}

TEST_CASE("golden: missing groups and rows are written", "[.][write-golden]") {
  write_missing("visit.group", encode_group(golden_visit()));
  write_missing("mixture.group", encode_group(golden_mixture()));
  RowState row = golden_row();
  write_missing("row.meta", encode_meta(golden_table(), row));
  row.losers.push_back(golden_loser());
  write_missing("whole.row", encode_row(row));
}
